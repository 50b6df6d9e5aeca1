"""OpenDocument texts, spreadsheets and presentations, read by lxml from the package's `content.xml`.

The format is one XML file with plain names, so that a walk over it tells more than odfpy, the
library for it, whose last release is of 2020: lists, notes, deleted text, repeated cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from ingest.heartbeat import heartbeat
from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DESCRIPTIONS, DocumentBuilder
from ingest.loaders.opendocument_numbering import ListNumbers
from ingest.loaders.opendocument_text import (
    DRAW,
    OFFICE,
    STYLE,
    SVG,
    TABLE,
    TEXT,
    TextReader,
    is_equation,
    plain,
)
from ingest.loaders.opendocument_visibility import take_out_hidden
from ingest.loaders.package import Package, opened_package
from ingest.loaders.script import marked, note_lead
from ingest.loaders.sheet import MergedCells, SheetRow, place_told, write_sheet
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings
from rag.text.tables import TableCell

__all__ = ["LOADER", "OpenDocumentLoader"]

_PRESENTATION: Final = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_META: Final = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_SKIPPED: Final = frozenset(
    (
        TEXT + "tracked-changes",
        TEXT + "note",
        OFFICE + "annotation",
        OFFICE + "forms",
        TEXT + "ruby-text",
        TEXT + "sequence-decls",
    )
)
_TITLES: Final = frozenset({"title", "subtitle"})
_MARGINS: Final = (("header", "header-left", "header-first"), ("footer", "footer-left", "footer-first"))
_ROW: Final = TABLE + "table-row"
_CELL: Final = TABLE + "table-cell"
_COVERED: Final = TABLE + "covered-table-cell"
_UNSHOWN: Final = ("collapse", "filter")
_MOST_REPEATED: Final = 1_000
_MOST_CELLS: Final = 2_000_000
_PREFIX: Final = "application/vnd.oasis.opendocument."


class OpenDocumentLoader:
    """Reads ODT (one page), ODS (a page a sheet) and ODP (a page a slide)."""

    media_types: tuple[str, ...] = (_PREFIX + "text", _PREFIX + "spreadsheet", _PREFIX + "presentation")
    version: int = 3

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read an OpenDocument file whole.

        Raises:
            DocumentError: the package or its XML is broken.
            EmptyDocumentError: there is no text.
        """
        with opened_package(path, source) as package:
            stated = package.read("mimetype").decode("ascii", "replace").strip()
            builder = DocumentBuilder(source, sha256, stated)
            _describe(package, builder)
            content = package.xml("content.xml")
            styles = [package.xml("styles.xml")] if "styles.xml" in package.names else []
            builder.leave_out(take_out_hidden(content, styles[0] if styles else None))
            described = (node for node in content.iter(DRAW + "frame") if node.find(SVG + "desc") is not None)
            builder.read_aside(DESCRIPTIONS, sum(1 for _ in described))
            writer = _Writer(
                builder, TextReader.of(package, [*styles, content]), ListNumbers([*styles, content])
            )
            body = content.find(OFFICE + "body")
            for part in () if body is None else body:
                if part.tag == OFFICE + "spreadsheet":
                    writer.sheets(part)
                elif part.tag == OFFICE + "presentation":
                    writer.slides(part)
                else:
                    writer.text(part, styles)
        return builder.build()


def _describe(package: Package, builder: DocumentBuilder) -> None:
    if "meta.xml" not in package.names:
        return
    meta = package.xml("meta.xml")
    values = {
        name: next((plain(node) for node in meta.iter(_DC + name)), "")
        for name in ("title", "creator", "date")
    }
    builder.title = values["title"]
    first = next((plain(node) for node in meta.iter(_META + "initial-creator")), "")
    builder.describe("author", first or values["creator"])
    builder.describe("date", values["date"])


class _Writer:
    """Writes the parts of a body; notes and comments follow the paragraph that they belong to."""

    def __init__(self, builder: DocumentBuilder, reader: TextReader, numbers: ListNumbers) -> None:
        self._builder, self._reader, self._numbers = builder, reader, numbers

    def text(self, part: Any, styles: Sequence[Any]) -> None:
        """Write a text between what its pages begin and end with."""
        for number, names in enumerate(_MARGINS):
            if number:
                self._children(part)
            margins = (node for root in styles for name in names for node in root.iter(STYLE + name))
            told = (plain(paragraph) for margin in margins for paragraph in margin.iter(TEXT + "p"))
            for line in dict.fromkeys(told):
                if any(map(str.isalpha, line)) and any(
                    word.isalpha() and len(word) > 1 for word in line.split()[:-1]
                ):
                    self._builder.block(line)

    def _children(self, parent: Any, lists: tuple[str, ...] = (), style: str = "") -> None:
        """Write what stands under an element; `lists` are the keys of the lists that it stands in."""
        for node in parent:
            if node.tag == TEXT + "h":
                self._heading(node)
            elif node.tag == TEXT + "p":
                self._paragraph(node, bool(lists))
            elif node.tag == TEXT + "list":
                name = node.get(TEXT + "style-name") or style
                key = lists[-1] if lists else self._numbers.start(node, name)
                self._children(node, (*lists, key), name)
            elif node.tag in (TEXT + "list-item", TEXT + "list-header"):
                number = ""
                if node.tag == TEXT + "list-item" and lists and _begins_with_text(node):
                    number = self._numbers.item(lists[-1], style, len(lists), node.get(TEXT + "start-value"))
                self._item(node, lists, style, number)
            elif node.tag == TABLE + "table":
                self._table(node)
            elif isinstance(node.tag, str) and node.tag not in _SKIPPED:
                self._children(node, lists, style)

    def _item(self, node: Any, lists: tuple[str, ...], style: str, number: str) -> None:
        first = next((child for child in node if child.tag in (TEXT + "p", TEXT + "h")), None)
        if first is not None and number:
            first.text = f"{number} {first.text or ''}"
        self._children(node, lists, style)

    def _heading(self, node: Any) -> None:
        given = node.get(TEXT + "outline-level") or "1"
        level = min(max(int(given) if given.isdecimal() else 1, 1), 6)
        text = self._reader.inline(node)
        is_counted = (
            text
            and node.get(TEXT + "is-list-header") != "true"
            and node.getparent().tag != TEXT + "list-item"
        )
        number = self._numbers.heading(level) if is_counted else ""
        self._builder.block(f"{number} {text}" if number else text, BlockKind.HEADING, level)
        self._beside(node)

    def _paragraph(self, node: Any, in_list: bool) -> None:
        text = self._reader.inline(node)
        if not (is_equation(node) and self._builder.goes_on(text)):
            self._builder.block(text, BlockKind.LIST_ITEM if in_list else BlockKind.PARAGRAPH)
        self._beside(node)

    def _beside(self, node: Any) -> None:
        """Write text boxes that are anchored in a paragraph, its notes and its comments."""
        for box in node.iter(DRAW + "text-box"):
            self._children(box)
        for note in node.iter(TEXT + "note"):
            citation = note.find(TEXT + "note-citation")
            mark = "" if citation is None else plain(citation)
            lead = f"{marked(mark)} {note_lead(self._reader.inline(node), mark)}" if mark else ""
            body = note.find(TEXT + "note-body")
            texts = () if body is None else (self._reader.inline(line) for line in body.iter(TEXT + "p"))
            self._builder.block(lead + " ".join(texts))
        for comment in node.iter(OFFICE + "annotation"):
            self._builder.block(_comment(comment))

    def _table(self, node: Any) -> None:
        rows = [row for row in node.iter(_ROW) if next(row.iterancestors(TABLE + "table")) is node]
        shown = [row for row in rows if row.get(TABLE + "visibility") not in _UNSHOWN]
        self._builder.table(
            [[cell for _, cell in self._cells(row)] for row in shown], header_rows=_head(node)
        )
        for row in shown:
            for place in (TEXT + "note", OFFICE + "annotation"):
                for found in row.iter(place):
                    if next(found.iterancestors(TABLE + "table")) is node:
                        self._beside(next(found.iterancestors(TEXT + "p", _CELL)))
                        break

    def slides(self, part: Any) -> None:
        """Write a presentation, a page a slide."""
        for number, page in enumerate(part.iter(DRAW + "page")):
            if number:
                self._builder.page_break()
            self._builder.page_details(page.get(DRAW + "name") or "")
            for frame in page:
                if frame.tag == _PRESENTATION + "notes":
                    if plain(frame):
                        self._builder.block("Notes", BlockKind.HEADING, 2)
                    self._children(frame)
                elif frame.get(_PRESENTATION + "class") in _TITLES:
                    level = 1 if frame.get(_PRESENTATION + "class") == "title" else 2
                    lines = (self._reader.inline(line) for line in frame.iter(TEXT + "p"))
                    self._builder.block(" ".join(lines), BlockKind.HEADING, level)
                else:
                    self._children(frame)

    def sheets(self, part: Any) -> None:
        """Write a spreadsheet, a page a sheet; what is hidden is left out and told."""
        left = _MOST_CELLS
        for number, table in enumerate(part.findall(TABLE + "table")):
            heartbeat()
            if number:
                self._builder.page_break()
            rows: list[SheetRow] = []
            merged: MergedCells = {}
            for index, row in self._sheet_rows(table):
                for column, cell in row:
                    if cell.columns > 1 or cell.rows > 1:
                        merged[index, column] = cell.columns, cell.rows
                filled = [(column, cell.text) for column, cell in row if cell.text]
                if filled and left > 0:
                    rows.append((index, filled))
                    left -= len(filled)
            name = table.get(TABLE + "name") or f"Sheet {number + 1}"
            write_sheet(name, rows, merged, self._builder)
            for shapes in table.findall(TABLE + "shapes"):
                for control in shapes.iter(DRAW + "control"):
                    self._builder.block(self._reader.controls.get(control.get(DRAW + "control") or "", ""))
            for place, comment in _sheet_comments(table):
                self._builder.block(_comment(comment, place_told(place, rows)))
            self._tell_hidden(name, table)
        if left <= 0:
            self._builder.warnings.append(f"more than {_MOST_CELLS:,} cells: the rest is left out")

    def _tell_hidden(self, name: str, table: Any) -> None:
        hidden = [row for row in table.iter(_ROW) if row.get(TABLE + "visibility") in _UNSHOWN]
        count = sum(_count(row, "number-rows-repeated") for row in hidden if plain(row))
        if count:
            told = "1 row" if count == 1 else f"{count:,} rows"
            self._builder.warnings.append(f"sheet {name}: {told} hidden, left out")

    def _sheet_rows(self, table: Any) -> Iterator[tuple[int, list[tuple[int, TableCell]]]]:
        """Rows with their numbers from 0, as often as they are repeated, but for empty ones."""
        number = 0
        for element in table.iter(_ROW):
            is_hidden = element.get(TABLE + "visibility") in _UNSHOWN
            row = [] if is_hidden else list(self._cells(element))
            repeated = _count(element, "number-rows-repeated")
            if any(cell.text for _, cell in row):
                yield from ((number + i, row) for i in range(min(repeated, _MOST_REPEATED)))
            number += repeated

    def _cells(self, row: Any) -> Iterator[tuple[int, TableCell]]:
        """The cells that are not covered, with their columns; an inner table is text of its cell."""
        column = 0
        for element in row:
            repeated = _count(element, "number-columns-repeated") if element.tag in (_CELL, _COVERED) else 0
            if element.tag == _CELL:
                own = (line for line in element.iter(TEXT + "p") if not _is_beside(line, element))
                held = (node for node in element.iter(DRAW + "control") if not _is_in_line(node, element))
                told = (self._reader.controls.get(node.get(DRAW + "control") or "", "") for node in held)
                text = " ".join(filter(None, (*map(str.strip, told), *map(self._reader.inline, own))))
                columns, rows = (
                    _count(element, "number-columns-spanned"),
                    _count(element, "number-rows-spanned"),
                )
                for offset in range(min(repeated, _MOST_REPEATED) if text else min(repeated, 1)):
                    yield column + offset, TableCell(text, columns, rows)
            column += repeated


def _begins_with_text(item: Any) -> bool:
    return any(child.tag in (TEXT + "p", TEXT + "h") and plain(child) for child in item)


def _is_in_line(control: Any, cell: Any) -> bool:
    """Whether a control stands in a paragraph of a cell, which is read with it."""
    holder = next(control.iterancestors(TEXT + "p", _CELL))
    return holder is not cell


def _is_beside(line: Any, cell: Any) -> bool:
    """Whether a paragraph under a cell belongs to a note or a comment."""
    for parent in line.iterancestors():
        if parent is cell:
            return False
        if parent.tag in (TEXT + "note", OFFICE + "annotation"):
            return True
    return False


def _comment(node: Any, place: str = "") -> str:
    author = next((plain(found) for found in node.iter(_DC + "creator")), "")
    text = " ".join(filter(None, map(plain, node.iter(TEXT + "p"))))
    told = (f" by {author}" if author else "") + (f" on {place}" if place else "")
    return f"Comment{told}: {text}" if text else ""


def _sheet_comments(table: Any) -> Iterator[tuple[tuple[int, int], Any]]:
    """The comments of a sheet with the row and column, from 0, of their cells."""
    number = 0
    for row in table.iter(_ROW):
        column = 0
        for cell in row:
            if row.get(TABLE + "visibility") not in _UNSHOWN:
                yield from (((number, column), comment) for comment in cell.iter(OFFICE + "annotation"))
            column += _count(cell, "number-columns-repeated")
        number += _count(row, "number-rows-repeated")


def _head(table: Any) -> int | None:
    heads = table.find(TABLE + "table-header-rows")
    return None if heads is None else len(heads.findall(_ROW)) or None


def _count(element: Any, name: str) -> int:
    value = element.get(TABLE + name) or "1"
    return min(max(int(value), 1), 1_000_000) if value.isdecimal() else 1


LOADER: Loader = OpenDocumentLoader()
