"""From the lines of a picture to the text of a page: paragraphs, headings, lists, rows of tables.

What a reader sees decides, for a picture says nothing else: gaps, indents, sizes and line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ingest.ocr.ocr_protocol import OcrLine
from ingest.ocr.order import Row, columns
from rag.schema import Block, BlockKind, RowHeader
from rag.text.tables import Placed, headers_of_grid, is_form

if TYPE_CHECKING:
    from ingest.loaders.pdf.table_columns import RowCell

__all__ = ["WrittenText", "row_headers", "written"]

_LEAST_ROWS: Final = 3
_LINE_HEIGHT: Final = 10.0
"""Lines are measured as if they were so many points high, as columns of PDF pages are."""
_INDENT_STEP: Final = 8.0
"""An engine's left edges shake; steps of an indent are about a line's height."""


def row_headers(rows: Sequence[Row], line_height: float) -> list[RowHeader] | None:
    """A header for each of some rows that follow each other; None where their columns are not clear.

    Clear are two or more columns in which no row has two cells, and over which only names reach.

    Args:
        rows: the rows of a table from top to bottom.
        line_height: the usual height of the picture's lines, in pixels.
    """
    from ingest.loaders.pdf.table_columns import RowCell, columns_of, covered
    from ingest.loaders.pdf.table_names import gathered_names

    if len(rows) < _LEAST_ROWS:
        return None
    points = _LINE_HEIGHT / max(line_height, 1.0)
    cells = [[RowCell(c.text, c.box.left * points, c.box.right * points) for c in row.cells] for row in rows]
    columns = columns_of(cells)
    grid = []
    for row in cells:
        places = [covered(cell, columns) for cell in row]
        taken = [column for place in places for column in place]
        if len(columns) < 2 or len(set(taken)) < len(taken):
            return None
        grid.append([_placed(cell, place) for cell, place in zip(row, places, strict=True)])
    boxes = [[cell.box for cell in row.cells] for row in rows]
    gaps = [
        (min(box.top for box in lower) - max(box.bottom for box in upper)) * points
        for upper, lower in pairwise(boxes)
    ]
    headers = headers_of_grid(grid if is_form(grid) else gathered_names(grid, cells, columns, gaps))
    body = [row for row, header in zip(grid, headers, strict=True) if not header.is_header]
    if any(cell.columns > 1 for row in body for cell in row):
        return None
    return headers if any(name for header in headers for name in header.columns) else None


def _placed(cell: RowCell, columns: range) -> Placed:
    indent = round(cell.left / _INDENT_STEP) * _INDENT_STEP
    return Placed(cell.text, columns.start, len(columns), indent=indent)


_LIST_ITEM: Final = re.compile(r"(?:[-•·▪●○■□–*]\s*|\(?\d{1,3}[.)、]\s*|[a-z]\)\s+)\S")
_NO_HEADING_END: Final = re.compile(r"(?:[.;,。；，]['\"”’)\]]*|-)\Z")
_LARGE_HEIGHT: Final = 1.15
_LARGE_ADVANCE: Final = 1.1
"""A heading's line is so many times as high, and its characters so many times as wide, as most."""
_HEADING_LENGTH: Final = 120
_HEADING_LEVELS: Final = 3
_PARAGRAPH_GAP: Final = 0.5
"""Lines of a paragraph are nearer than the page's usual gap and so many line heights more."""
_INDENT: Final = 1.0
_ROOM_LEFT: Final = 2.0
"""A line ends its paragraph when the next word would have fitted with so many line heights to spare."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenText:
    """The text of a picture; `boxes[i]` is the box of `text[i]` in pixels, NaN where it has no ink.

    Block offsets count from the text's start. `confidence`, 0 to 1, is the engine's over all characters.
    """

    text: str = field(repr=False)
    boxes: NDArray[np.float32] = field(repr=False)
    blocks: tuple[Block, ...]
    confidence: float


def written(lines: Sequence[OcrLine]) -> WrittenText:
    """Write the lines of an upright picture in reading order."""
    writer = _Writer(lines)
    scale = _Scale.of(lines)
    blocks = [block for column in columns(lines) for block in _blocks(column, scale)]
    sizes = sorted({_size(rows, scale) for kind, rows in blocks if kind is BlockKind.HEADING}, reverse=True)
    for is_table, run in groupby(blocks, key=lambda block: block[0] is BlockKind.TABLE_ROW):
        found = list(run)
        headers = row_headers([rows[0] for _, rows in found], scale.height) if is_table else None
        for i, (kind, rows) in enumerate(found):
            heading = kind is BlockKind.HEADING
            level = min(sizes.index(_size(rows, scale)) + 1, _HEADING_LEVELS) if heading else 0
            writer.block(rows, kind, level, headers[i] if headers else None)
    return writer.finished()


@dataclass(frozen=True, slots=True)
class _Scale:
    """The usual height of lines and width of characters, in pixels."""

    height: float
    advance: float

    @classmethod
    def of(cls, lines: Sequence[OcrLine]) -> _Scale:
        return cls(
            median([line.box.height for line in lines] or [1.0]),
            median([_advance(line) for line in lines] or [1.0]),
        )

    def is_large(self, row: Row) -> bool:
        """Whether a row is set in larger type: higher and wider, for either alone varies with the letters."""
        advance = max(_advance(cell) for cell in row.cells)
        return row.height > _LARGE_HEIGHT * self.height and advance > _LARGE_ADVANCE * self.advance


def _advance(line: OcrLine) -> float:
    """Mean width of a line's characters; a Chinese one counts as two."""
    return line.box.width / max(sum(2 if character >= "\u2e80" else 1 for character in line.text), 1)


def _size(rows: Sequence[Row], scale: _Scale) -> float:
    """The size of a heading against usual lines, in steps of a fifth."""
    return round(max(row.height for row in rows) / scale.height * 5) / 5


def _blocks(column: Sequence[Row], scale: _Scale) -> Iterator[tuple[BlockKind, Sequence[Row]]]:
    """The blocks of a column; two or more neighbouring rows of several cells are rows of a table."""
    for parted, run in groupby(column, key=lambda row: len(row.cells) > 1):
        rows = list(run)
        if parted and len(rows) > 1:
            yield from ((BlockKind.TABLE_ROW, [row]) for row in rows)
            continue
        for paragraph in _paragraphs(rows, column, scale):
            yield _kind(paragraph, scale), paragraph


def _paragraphs(rows: Sequence[Row], column: Sequence[Row], scale: _Scale) -> Iterator[list[Row]]:
    left, right = min(row.left for row in column), max(row.right for row in column)
    gaps = [below.top - above.bottom for above, below in pairwise(rows)]
    usual_gap = median(gaps) if gaps else 0.0
    paragraph: list[Row] = []
    for row in rows:
        if paragraph and (
            scale.is_large(row) != scale.is_large(paragraph[-1])
            or _begins(row, paragraph, usual_gap, left, right)
        ):
            yield paragraph
            paragraph = []
        paragraph.append(row)
    if paragraph:
        yield paragraph


def _begins(row: Row, paragraph: Sequence[Row], usual_gap: float, left: float, right: float) -> bool:
    """Whether a row begins a paragraph rather than going on with the one above."""
    above = paragraph[-1]
    height = min(row.height, above.height)
    if row.top - above.bottom > max(usual_gap, 0.0) + _PARAGRAPH_GAP * height:
        return True
    if _LIST_ITEM.match(row.cells[0].text):
        return True
    is_first_line_indented = row.left - left > _INDENT * height and row.left - above.left > _INDENT * height
    hangs = _LIST_ITEM.match(paragraph[0].cells[0].text) is not None
    if is_first_line_indented and not hangs:
        return True
    first_word = row.cells[0].text.split(maxsplit=1)[0]
    needed = len(first_word) * _advance(row.cells[0]) if first_word.isascii() else height
    return above.right + needed + _ROOM_LEFT * height < right


def _kind(paragraph: Sequence[Row], scale: _Scale) -> BlockKind:
    text = " ".join(cell.text for row in paragraph for cell in row.cells)
    large = all(scale.is_large(row) for row in paragraph)
    if large and len(text) <= _HEADING_LENGTH and not _NO_HEADING_END.search(text) and re.search(r"\w", text):
        return BlockKind.HEADING
    return BlockKind.LIST_ITEM if _LIST_ITEM.match(text) else BlockKind.PARAGRAPH


class _Writer:
    """Text in the making, with the box of each character."""

    def __init__(self, lines: Sequence[OcrLine]) -> None:
        from ingest.loaders.pdf.page_writing import vocabulary

        self._known = vocabulary("\n".join(line.text for line in lines).split("\f"))
        characters = sum(len(line.text) for line in lines)
        sure = sum(line.confidence * len(line.text) for line in lines)
        self._confidence = sure / characters if characters else 1.0
        self._parts: list[str] = []
        self._boxes: list[NDArray[np.float32]] = []
        self._blocks: list[Block] = []
        self._length = 0

    def block(
        self, rows: Sequence[Row], kind: BlockKind, level: int, header: RowHeader | None = None
    ) -> None:
        """Write one block, its lines joined."""
        if self._blocks:
            is_row = kind is BlockKind.TABLE_ROW and self._blocks[-1].kind is BlockKind.TABLE_ROW
            self._glue("\n" if is_row else "\n\n")
        start = self._length
        for row in rows:
            for i, cell in enumerate(row.cells):
                if self._length > start:
                    self._join(cell, "\t" if kind is BlockKind.TABLE_ROW else " ", may_break=i == 0)
                self._add(cell.text, cell.characters)
        self._blocks.append(Block(start, self._length, kind, level, header))

    def finished(self) -> WrittenText:
        boxes = np.concatenate(self._boxes) if self._boxes else np.empty((0, 4), np.float32)
        return WrittenText("".join(self._parts), boxes, tuple(self._blocks), self._confidence)

    def _join(self, cell: OcrLine, glue: str, may_break: bool) -> None:
        """Put what stands between two lines: nothing in Chinese and in a word that was broken."""
        from ingest.loaders.pdf.glyphs import is_unspaced
        from ingest.loaders.pdf.page_writing import drops_hyphen

        last = self._parts[-1]
        if glue == " " and may_break and last.endswith("-"):
            if drops_hyphen(last[:-1], cell.text, self._known):
                self._parts[-1], self._boxes[-1] = last[:-1], self._boxes[-1][:-1]
                self._length -= 1
            return
        if glue == " " and (is_unspaced(last[-1]) or is_unspaced(cell.text[0])):
            return
        self._glue(glue)

    def _glue(self, text: str) -> None:
        self._add(text, np.full((len(text), 4), np.nan, np.float32))

    def _add(self, text: str, boxes: NDArray[np.float32]) -> None:
        self._parts.append(text)
        self._boxes.append(boxes)
        self._length += len(text)
