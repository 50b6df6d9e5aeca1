"""Spreadsheets by openpyxl, read row by row: a page a sheet, values as they are shown.

openpyxl is the library for the format; in its read-only mode a sheet streams, so that memory holds
the values alone. Merged cells, which that mode does not tell, are read from the sheet's XML.
Hidden sheets are left out and reported. Formulas come as the values that were last computed; those that
never were, as in a file that a program wrote, are counted.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ingest.heartbeat import heartbeat
from ingest.loaders.builder import DocumentBuilder
from ingest.loaders.cell_values import shown
from ingest.loaders.sheet import MergedCells, write_sheet
from ingest.protocol import Loader
from rag.errors import DocumentError
from rag.schema import Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "XlsxLoader"]

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MERGE: Final = _MAIN + "mergeCell"
_ROW: Final = _MAIN + "row"
_FORMULA: Final = _MAIN + "f"
_VALUE: Final = _MAIN + "v"
_MOST_CELLS: Final = 2_000_000
_MOST_MERGED: Final = 50_000


class XlsxLoader:
    """Reads XLSX and XLSM."""

    media_types: tuple[str, ...] = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",)

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
                workbook = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
                try:
                    _write(workbook, builder)
                finally:
                    workbook.close()
        except (OSError, DocumentError):
            raise
        except Exception as error:
            # openpyxl raises whatever zipfile, its XML parser and its own lookups raise on a broken file
            raise DocumentError(
                f"cannot read {source}: broken XLSX ({type(error).__name__}: {error}). "
                "Save it again in Excel."
            ) from error
        return builder.build()


def _write(workbook: Any, builder: DocumentBuilder) -> None:
    properties = workbook.properties
    builder.title = (properties.title or "").strip()
    builder.describe("author", properties.creator)
    when = properties.modified or properties.created
    builder.describe("date", when.isoformat() if when else "")
    left = _MOST_CELLS
    uncomputed = 0
    visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
    for number, sheet in enumerate(visible):
        heartbeat()
        if number:
            builder.page_break()
        rows, left = _rows(sheet, left)
        merged, formulas = _merged(workbook, sheet)
        uncomputed += formulas
        write_sheet(sheet.title, rows, builder, merged)
        if left <= 0:
            builder.warnings.append(f"more than {_MOST_CELLS:,} cells: the rest is left out")
            break
    if uncomputed:
        formulas_told = "1 formula has" if uncomputed == 1 else f"{uncomputed:,} formulas have"
        builder.warnings.append(
            f"{formulas_told} no stored value, left out: open the file in a spreadsheet program and save it"
        )
    if hidden:
        names = ", ".join(hidden)
        builder.warnings.append(f"{'sheet' if len(hidden) == 1 else 'sheets'} {names}: hidden, left out")


def _rows(sheet: Any, left: int) -> tuple[list[tuple[int, list[tuple[int, str]]]], int]:
    """Rows with their filled cells, both with their numbers from 0; and how many cells may still be read."""
    sheet.reset_dimensions()  # what a file states may be a million rows, or too few
    rows = []
    for index, row in enumerate(sheet.iter_rows()):
        cells = list(_filled(row))
        if cells:
            rows.append((index, cells))
            left -= len(cells)
        if left <= 0:
            break
    return rows, left


def _filled(row: Sequence[Any]) -> Iterator[tuple[int, str]]:
    for column, cell in enumerate(row):
        if cell.value is not None and (text := shown(cell.value, cell.number_format or "General").strip()):
            yield column, text


def _merged(workbook: Any, sheet: Any) -> tuple[MergedCells, int]:
    """Width and height of merged cells by row and column from 0, and how many formulas have no value."""
    from lxml import etree  # type: ignore[import-untyped]
    from openpyxl.utils import range_boundaries

    found: MergedCells = {}
    uncomputed = 0
    with workbook._archive.open(sheet._worksheet_path) as part:
        for _, element in etree.iterparse(part, tag=(_ROW, _MERGE), resolve_entities=False, no_network=True):
            if element.tag == _ROW:
                uncomputed += sum(map(_is_uncomputed, element.iter(_FORMULA)))
                _forget(element)
                continue
            left, top, right, bottom = range_boundaries(element.get("ref"))
            found[top - 1, left - 1] = right - left + 1, bottom - top + 1
            _forget(element)
            if len(found) >= _MOST_MERGED:
                break
    return found, uncomputed


def _is_uncomputed(formula: Any) -> bool:
    """Whether a formula's cell holds no value; an empty text is one."""
    cell = formula.getparent()
    value = cell.find(_VALUE)
    return value is None or (not value.text and cell.get("t") != "str")


def _forget(element: Any) -> None:
    """Let go of an element that was read and of those before it: memory does not grow with the sheet."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


LOADER: Loader = XlsxLoader()
