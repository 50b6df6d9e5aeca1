"""Spreadsheets by openpyxl, read row by row: a page a sheet, values as they are shown.

openpyxl is the library for the format; in its read-only mode a sheet streams, so that memory holds
the values alone. What that mode does not tell is read by `xlsx_parts`. Hidden sheets, rows and columns
are left out and reported. Formulas come as the values that were last computed; those that
never were, as in a file that a program wrote, are counted.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ingest.heartbeat import heartbeat
from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.package import broken
from ingest.loaders.sheet import place_told, write_sheet
from ingest.loaders.xlsx_controls import with_controls
from ingest.loaders.xlsx_looks import CellLooks
from ingest.loaders.xlsx_parts import SheetLayout, SheetParts, has_runs, read_layout, sheet_notes
from rag.errors import DocumentError
from rag.schema import Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "XlsxLoader"]

_MOST_CELLS: Final = 2_000_000


class XlsxLoader:
    """Reads XLSX and XLSM."""

    media_types: tuple[str, ...] = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",)
    version: int = 6

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a workbook whole.

        Raises:
            DocumentError: the archive or its XML is broken.
            EmptyDocumentError: no visible sheet holds a value.
        """
        import openpyxl

        builder = DocumentBuilder(source, sha256, self.media_types[0])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # on what openpyxl passes over: validation, headers, styles
                workbook = openpyxl.load_workbook(
                    path, read_only=True, data_only=True, keep_links=False, rich_text=has_runs(path)
                )
                try:
                    _write(workbook, builder)
                finally:
                    workbook.close()
        except (OSError, DocumentError):
            raise
        except Exception as error:
            # openpyxl raises whatever zipfile, its XML parser and its own lookups raise on a broken file
            raise broken(source, "XLSX", error, "Save it again in Excel") from error
        return builder.build()


def _write(workbook: Any, builder: DocumentBuilder) -> None:
    properties = workbook.properties
    builder.title = (properties.title or "").strip()
    builder.describe("author", properties.creator)
    when = properties.modified or properties.created
    builder.describe("date", when.isoformat() if when else "")
    left = _MOST_CELLS
    looks = CellLooks(workbook)
    uncomputed = 0
    visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
    for number, sheet in enumerate(visible):
        heartbeat()
        if number:
            builder.page_break()
        layout = read_layout(workbook, sheet)
        rows, left = _rows(sheet, left, looks, layout)
        uncomputed += layout.uncomputed
        parts = SheetParts(workbook, sheet)
        rows = with_controls(workbook, sheet, parts, layout.controls, rows)
        shown_rows = layout.visible(rows)
        closed, merged, origin = layout.closed(shown_rows)
        write_sheet(sheet.title, closed, merged, builder, origin)
        for place, note in sheet_notes(parts):
            builder.block(f"Comment on {place_told(place, shown_rows)}: {note}")
        builder.warnings.extend(f"sheet {sheet.title}: {told}" for told in layout.warnings(rows))
        if left <= 0:
            builder.warnings.append(f"more than {_MOST_CELLS:,} cells: the rest is left out")
        if left <= 0 or builder.is_full:
            break
    builder.leave_out(looks.hidden)
    if uncomputed:
        formulas_told = "1 formula has" if uncomputed == 1 else f"{uncomputed:,} formulas have"
        builder.warnings.append(
            f"{formulas_told} no stored value, left out: open the file in a spreadsheet program and save it"
        )
    if hidden:
        names = ", ".join(hidden)
        builder.warnings.append(f"{'sheet' if len(hidden) == 1 else 'sheets'} {names}: hidden, left out")


def _rows(
    sheet: Any, left: int, looks: CellLooks, layout: SheetLayout
) -> tuple[list[tuple[int, list[tuple[int, str]]]], int]:
    """Rows with their filled cells, both with their numbers from 0; and how many cells may still be read."""
    sheet.reset_dimensions()  # what a file states may be a million rows, or too few
    rows = []
    for index, row in enumerate(sheet.iter_rows()):
        cells = list(_filled(row, index, looks, layout))
        if cells:
            rows.append((index, cells))
            left -= len(cells)
        if left <= 0:
            break
    return rows, left


def _filled(
    row: Sequence[Any], index: int, looks: CellLooks, layout: SheetLayout
) -> Iterator[tuple[int, str]]:
    for column, cell in enumerate(row):
        value = layout.rich.get((index, column), cell.value) if layout.rich else cell.value
        if value is None:
            continue
        text = looks.text(cell, value, (index, column), layout.conditions)
        if text:
            yield column, text


LOADER: Loader = XlsxLoader()
