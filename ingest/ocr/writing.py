"""From the lines of a picture to the text of a page: paragraphs, headings, lists, rows of tables.

What a reader sees decides, for a picture says nothing else: gaps, indents, sizes and line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.ocr.order import Row, columns
from ingest.ocr.protocol import OcrLine
from rag.schema import Block, BlockKind

__all__ = ["WrittenText", "written"]

_LIST_ITEM: Final = re.compile(r"(?:[-•·▪●○■□–*]\s*|\(?\d{1,3}[.)、]\s*|[a-z]\)\s+)\S")
_SENTENCE_END: Final = re.compile(r"[.!?:;。！？：；]['\"”’)\]]*\Z")
_HEADING_HEIGHT: Final = 1.35
"""A heading's line is so many times as high as most lines."""
_HEADING_LENGTH: Final = 120
_HEADING_LEVELS: Final = 3
_SAME_HEIGHT: Final = 1.3
_PARAGRAPH_GAP: Final = 0.5
"""Lines of a paragraph are nearer than the page's usual gap and so many line heights more."""
_INDENT: Final = 1.0
_SHORT_LINE: Final = 0.75
"""A line that fills less than this of its column's width ends its paragraph."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenText:
    """The text of a picture; `boxes[i]` is the box of `text[i]` in pixels, NaN where it has no ink.

    Block offsets count from the text's start.
    """

    text: str = field(repr=False)
    boxes: NDArray[np.float32] = field(repr=False)
    blocks: tuple[Block, ...]


def written(lines: Sequence[OcrLine]) -> WrittenText:
    """Write the lines of an upright picture in reading order."""
    writer = _Writer(lines)
    heights = [line.box.height for line in lines]
    usual = median(heights) if heights else 0.0
    headings = sorted({round(height / usual, 1) for height in heights if height > _HEADING_HEIGHT * usual})
    for column in columns(lines):
        for kind, rows in _blocks(column, usual):
            level = 0
            if kind is BlockKind.HEADING:
                size = round(rows[0].height / usual, 1)
                level = min(len(headings) - headings.index(size), _HEADING_LEVELS) if size in headings else 2
            writer.block(rows, kind, level)
    return writer.finished()


def _blocks(column: Sequence[Row], usual: float) -> Iterator[tuple[BlockKind, Sequence[Row]]]:
    """The blocks of a column; two or more neighbouring rows of several cells are rows of a table."""
    for parted, run in groupby(column, key=lambda row: len(row.cells) > 1):
        rows = list(run)
        if parted and len(rows) > 1:
            yield from ((BlockKind.TABLE_ROW, [row]) for row in rows)
            continue
        for paragraph in _paragraphs(rows, column):
            yield _kind(paragraph, usual), paragraph


def _paragraphs(rows: Sequence[Row], column: Sequence[Row]) -> Iterator[list[Row]]:
    left, right = min(row.left for row in column), max(row.right for row in column)
    gaps = [below.top - above.bottom for above, below in pairwise(rows)]
    usual_gap = median(gaps) if gaps else 0.0
    paragraph: list[Row] = []
    for row in rows:
        if paragraph and _begins(row, paragraph, usual_gap, left, right):
            yield paragraph
            paragraph = []
        paragraph.append(row)
    if paragraph:
        yield paragraph


def _begins(row: Row, paragraph: Sequence[Row], usual_gap: float, left: float, right: float) -> bool:
    """Whether a row begins a paragraph rather than going on with the one above."""
    above = paragraph[-1]
    height = min(row.height, above.height)
    if max(row.height, above.height) > _SAME_HEIGHT * height:
        return True
    if row.top - above.bottom > max(usual_gap, 0.0) + _PARAGRAPH_GAP * height:
        return True
    if _LIST_ITEM.match(row.cells[0].text):
        return True
    is_first_line_indented = row.left - left > _INDENT * height and row.left - above.left > _INDENT * height
    hangs = _LIST_ITEM.match(paragraph[0].cells[0].text) is not None
    if is_first_line_indented and not hangs:
        return True
    is_short = above.right - left < _SHORT_LINE * (right - left)
    return is_short and bool(_SENTENCE_END.search(above.cells[-1].text))


def _kind(paragraph: Sequence[Row], usual: float) -> BlockKind:
    text = " ".join(cell.text for row in paragraph for cell in row.cells)
    high = min(row.height for row in paragraph) > _HEADING_HEIGHT * usual
    if high and len(text) <= _HEADING_LENGTH and not _SENTENCE_END.search(text) and re.search(r"\w", text):
        return BlockKind.HEADING
    return BlockKind.LIST_ITEM if _LIST_ITEM.match(text) else BlockKind.PARAGRAPH


class _Writer:
    """Text in the making, with the box of each character."""

    def __init__(self, lines: Sequence[OcrLine]) -> None:
        from ingest.loaders.pdf.hyphens import vocabulary

        self._known = vocabulary("\n".join(line.text for line in lines).split("\f"))
        self._parts: list[str] = []
        self._boxes: list[NDArray[np.float32]] = []
        self._blocks: list[Block] = []
        self._length = 0

    def block(self, rows: Sequence[Row], kind: BlockKind, level: int) -> None:
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
        self._blocks.append(Block(start, self._length, kind, level))

    def finished(self) -> WrittenText:
        boxes = np.concatenate(self._boxes) if self._boxes else np.empty((0, 4), np.float32)
        return WrittenText("".join(self._parts), boxes, tuple(self._blocks))

    def _join(self, cell: OcrLine, glue: str, may_break: bool) -> None:
        """Put what stands between two lines: nothing in Chinese and in a word that was broken."""
        from ingest.loaders.pdf.glyphs import is_unspaced
        from ingest.loaders.pdf.hyphens import drops_hyphen

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
