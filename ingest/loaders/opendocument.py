"""OpenDocument texts, spreadsheets and presentations, read by lxml from the package's `content.xml`.

The format is one XML file with plain names, so that a walk over it tells more than odfpy, the
library for it, whose last release is of 2020: lists, notes, deleted text, repeated cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ingest.heartbeat import heartbeat
from ingest.loaders.builder import DocumentBuilder
from ingest.loaders.package import Package, opened_package
from ingest.loaders.sheet import MergedCells, SheetRow, write_sheet
from ingest.protocol import Loader
from rag.errors import EncryptedDocumentError
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings
from rag.text.tables import TableCell

__all__ = ["LOADER", "OpenDocumentLoader"]

_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW: Final = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_PRESENTATION: Final = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_SKIPPED: Final = frozenset(
    (_TEXT + "tracked-changes", _TEXT + "note", _OFFICE + "annotation", _TEXT + "ruby-text")
)
_TITLES: Final = frozenset({"title", "subtitle"})
_ROW: Final = _TABLE + "table-row"
_CELL: Final = _TABLE + "table-cell"
_COVERED: Final = _TABLE + "covered-table-cell"
_MOST_REPEATED: Final = 1_000
_MOST_CELLS: Final = 2_000_000
_PREFIX: Final = "application/vnd.oasis.opendocument."


class OpenDocumentLoader:
    """Reads ODT (one page), ODS (a page a sheet) and ODP (a page a slide)."""

    media_types: tuple[str, ...] = (_PREFIX + "text", _PREFIX + "spreadsheet", _PREFIX + "presentation")

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read an OpenDocument file whole.

        Raises:
            EncryptedDocumentError: it needs a password.
            DocumentError: the package or its XML is broken.
            EmptyDocumentError: there is no text.
        """
        with opened_package(path, source) as package:
            if "META-INF/manifest.xml" in package.names and b"encryption-data" in package.read(
                "META-INF/manifest.xml"
            ):
                raise EncryptedDocumentError(f"{source} is encrypted: save it without a password")
            stated = package.read("mimetype").decode("ascii", "replace").strip()
            builder = DocumentBuilder(source, sha256, stated)
            _describe(package, builder)
            body = package.xml("content.xml").find(_OFFICE + "body")
            for part in () if body is None else body:
                if part.tag == _OFFICE + "spreadsheet":
                    _write_sheets(part, builder)
                elif part.tag == _OFFICE + "presentation":
                    _write_slides(part, builder)
                else:
                    _write_children(part, builder)
                    _write_notes(part, builder)
        return builder.build()


def _describe(package: Package, builder: DocumentBuilder) -> None:
    if "meta.xml" not in package.names:
        return
    meta = package.xml("meta.xml")
    values = {
        name: next((_plain(node) for node in meta.iter(_DC + name)), "")
        for name in ("title", "creator", "date")
    }
    builder.title = values["title"]
    builder.describe("author", values["creator"])
    builder.describe("date", values["date"])


def _write_children(parent: Any, builder: DocumentBuilder, in_list: bool = False) -> None:
    for node in parent:
        if node.tag == _TEXT + "h":
            level = node.get(_TEXT + "outline-level") or "1"
            builder.block(
                _inline(node), BlockKind.HEADING, min(max(int(level) if level.isdecimal() else 1, 1), 6)
            )
        elif node.tag == _TEXT + "p":
            builder.block(_inline(node), BlockKind.LIST_ITEM if in_list else BlockKind.PARAGRAPH)
            _write_frames(node, builder)
        elif node.tag in (_TEXT + "list", _TEXT + "list-item", _TEXT + "list-header"):
            _write_children(node, builder, in_list=True)
        elif node.tag == _TABLE + "table":
            builder.table([[cell for _, cell in row] for row in _table_rows(node)], header_rows=_head(node))
        elif isinstance(node.tag, str) and node.tag not in _SKIPPED:
            _write_children(node, builder, in_list)


def _write_frames(paragraph: Any, builder: DocumentBuilder) -> None:
    """Write text boxes that are anchored in a paragraph after it."""
    for box in paragraph.iter(_DRAW + "text-box"):
        _write_children(box, builder)


def _write_notes(part: Any, builder: DocumentBuilder) -> None:
    for note in part.iter(_TEXT + "note-body"):
        builder.block(" ".join(_inline(paragraph) for paragraph in note.iter(_TEXT + "p")))


def _write_slides(part: Any, builder: DocumentBuilder) -> None:
    for number, page in enumerate(part.iter(_DRAW + "page")):
        if number:
            builder.page_break()
        builder.page_details(page.get(_DRAW + "name") or "")
        for frame in page:
            if frame.tag == _PRESENTATION + "notes":
                if _plain(frame):
                    builder.block("Notes", BlockKind.HEADING, 2)
                _write_children(frame, builder)
            elif frame.get(_PRESENTATION + "class") in _TITLES:
                level = 1 if frame.get(_PRESENTATION + "class") == "title" else 2
                builder.block(" ".join(_inline(p) for p in frame.iter(_TEXT + "p")), BlockKind.HEADING, level)
            else:
                _write_children(frame, builder)


def _write_sheets(part: Any, builder: DocumentBuilder) -> None:
    left = _MOST_CELLS
    for number, table in enumerate(part.findall(_TABLE + "table")):
        heartbeat()
        if number:
            builder.page_break()
        rows: list[SheetRow] = []
        merged: MergedCells = {}
        for index, row in enumerate(_sheet_rows(table)):
            for column, cell in row:
                if cell.columns > 1 or cell.rows > 1:
                    merged[index, column] = cell.columns, cell.rows
            filled = [(column, cell.text) for column, cell in row if cell.text]
            if filled and left > 0:
                rows.append((index, filled))
                left -= len(filled)
        write_sheet(table.get(_TABLE + "name") or f"Sheet {number + 1}", rows, builder, merged)
    if left <= 0:
        builder.warnings.append(f"more than {_MOST_CELLS:,} cells: the rest is left out")


def _sheet_rows(table: Any) -> Iterator[list[tuple[int, TableCell]]]:
    """Rows as often as they are repeated; empty ones and the padding at a sheet's end only once."""
    for element in table.iter(_ROW):
        row = list(_cells(element))
        filled = any(cell.text for _, cell in row)
        yield from [row] * (min(_count(element, "number-rows-repeated"), _MOST_REPEATED) if filled else 1)


def _table_rows(table: Any) -> list[list[tuple[int, TableCell]]]:
    """The rows of a table in a text; an inner table is text of its cell."""
    return [
        list(_cells(row)) for row in table.iter(_ROW) if next(row.iterancestors(_TABLE + "table")) is table
    ]


def _cells(row: Any) -> Iterator[tuple[int, TableCell]]:
    """The cells that are not covered, with their columns."""
    column = 0
    for element in row:
        repeated = _count(element, "number-columns-repeated") if element.tag in (_CELL, _COVERED) else 0
        if element.tag == _CELL:
            text = " ".join(filter(None, (_inline(paragraph) for paragraph in element.iter(_TEXT + "p"))))
            columns, rows = _count(element, "number-columns-spanned"), _count(element, "number-rows-spanned")
            for offset in range(min(repeated, _MOST_REPEATED) if text else min(repeated, 1)):
                yield column + offset, TableCell(text, columns, rows)
        column += repeated


def _head(table: Any) -> int | None:
    heads = table.find(_TABLE + "table-header-rows")
    return None if heads is None else len(heads.findall(_ROW)) or None


def _count(element: Any, name: str) -> int:
    value = element.get(_TABLE + name) or "1"
    return min(max(int(value), 1), 1_000_000) if value.isdecimal() else 1


def _inline(element: Any) -> str:
    """The text of a paragraph with its spaces, tabs and breaks; notes, comments and drawings apart."""
    parts: list[str] = []
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        for child in reversed(node):
            if child.tail:
                stack.append(child.tail)
            if isinstance(child.tag, str) and child.tag not in _SKIPPED and child.tag != _DRAW + "text-box":
                stack.append(child)
        if node.text:
            stack.append(node.text)
        parts.append(_character(node))
    return " ".join("".join(parts).split())


def _character(node: Any) -> str:
    match node.tag.removeprefix(_TEXT):
        case "s" | "tab" | "line-break":
            return " "
        case _:
            return ""


def _plain(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


LOADER: Loader = OpenDocumentLoader()
