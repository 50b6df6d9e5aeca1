"""Rows of tables: their cells, the stacked names of columns, and labels that fill a line of their own."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, starmap
from typing import Final

from ingest.loaders.pdf.elements import CELL_GAP, SENTENCE_END, Line, PageBlock, Piece
from ingest.loaders.pdf.lines import PageLines
from ingest.loaders.pdf.style import DocumentStyle
from rag.schema import BlockKind

__all__ = ["has_leader", "joined_rows", "row_pieces"]

_CURRENCY: Final = re.compile(r"(?:US|C|A)?[$€£¥₹]")
_CLOSING: Final = re.compile(r"[)%]{1,2}")
_SEAM: Final = re.compile(
    r"(?<=[\d)%#—–-])\s+(?=(?:US|C|A)?[$€£¥₹])|(?<=[$€£¥₹])\s+(?=[\d(])|(?<=\d)\s+(?=\)%?(?:\s|\Z))"
)
"""Where cells that stand close meet, and where a currency sign or a bracket stands off its number."""
_NUMBERS: Final = re.compile(r"[-+−–(]?\d[\d.,]*[%)]{0,2}(?:\s+[-+−–(]?\d[\d.,]*[%)]{0,2})+")
_BEHIND_DECIMALS: Final = re.compile(r"(?<=\d[.,]\d)\s+|(?<=\d[.,]\d\d)\s+|(?<=[%)])\s+")
"""Where one number ends and another begins in a cell that holds several: not between groups of digits."""
_LEADER: Final = re.compile(r"(?:\.\s?){4,}|…{2,}|_{4,}")
_LONGEST_LABEL: Final = 90
_LONGEST_LINE_LABEL: Final = 135
_MOST_LABELS: Final = 3
_ROW_GAP: Final = 2.4
"""Rows and labels of one table stand at most so many font sizes apart."""


def has_leader(page: PageLines, line: Line) -> bool:
    """Whether dots or a rule lead from one text of a line to another."""
    text = page.text[line.start : line.end]
    return any(match.start() for match in _LEADER.finditer(text))


def row_pieces(page: PageLines, line: Line) -> list[Piece]:
    """Cells parted by tabs; `$`, `)` and `%` go back to their numbers, dot leaders away."""
    pieces: list[Piece] = []
    right = -math.inf
    after_currency = False
    for cell in line.cells:
        for i, (start, end) in enumerate(_parts(page.text, cell.start, cell.end)):
            text = page.text[start:end]
            if not pieces or after_currency or _CLOSING.fullmatch(text):
                glue = ""
            else:
                glue = " " if not i and cell.left - right < CELL_GAP * line.size else "\t"
            pieces.append(Piece(glue, start, end))
            after_currency = _CURRENCY.fullmatch(text) is not None
        right = cell.right
    return pieces


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A cell without dot leaders, cut at seams; parts come without outer spaces."""
    cuts = [*_LEADER.finditer(text, start, end), *_SEAM.finditer(text, start, end)]
    if not cuts and _NUMBERS.fullmatch(text, start, end):
        cuts = [*_BEHIND_DECIMALS.finditer(text, start, end)]
    for match in [*sorted(cuts, key=lambda cut: cut.start()), None]:
        stop = match.start() if match else end
        part = text[start:stop]
        if part.strip():
            first = start + len(part) - len(part.lstrip())
            yield first, first + len(part.strip())
        start = match.end() if match else end


def joined_rows(page: PageLines, blocks: Sequence[PageBlock], style: DocumentStyle) -> list[PageBlock]:
    """The blocks with what belongs to one row or table joined."""
    blocks = _side_by_side(blocks)
    _mark_labels(blocks, style)
    return _with_whole_labels(page, blocks)


def _side_by_side(blocks: Sequence[PageBlock]) -> list[PageBlock]:
    """Short blocks that stand beside each other (stacked column names) make one row."""
    joined: list[PageBlock] = []
    for block in blocks:
        if joined and _stands_beside(joined[-1], block):
            last = joined[-1]
            last.pieces.extend(
                piece._replace(glue="\t") if i == 0 else piece for i, piece in enumerate(block.pieces)
            )
            last.lines.extend(block.lines)
            last.kind = BlockKind.TABLE_ROW
        else:
            joined.append(block)
    return joined


def _stands_beside(left: PageBlock, right: PageBlock) -> bool:
    near = left.lines[-1]
    return (
        not (left.is_fields or right.is_fields)
        and right.left > max(line.right for line in left.lines)
        and right.top < left.bottom - 0.3 * near.size
        and right.bottom > left.top + 0.3 * near.size
        and all(_length(block) <= _LONGEST_LABEL for block in (left, right))
        and not any(line.font.angle for line in (*left.lines, *right.lines))
    )


def _length(block: PageBlock) -> int:
    """Characters of a block, or of a row's last cell."""
    pieces = block.pieces[-1:] if block.is_row else block.pieces
    return sum(piece.end - piece.start for piece in pieces)


def _mark_labels(blocks: Sequence[PageBlock], style: DocumentStyle) -> None:
    """Short lines between rows are rows of one cell."""
    for i, block in enumerate(blocks[:-1]):
        if not i or not blocks[i - 1].is_row:
            continue
        run = list(
            itertools.takewhile(lambda other: _may_be_label(other, style), blocks[i : i + _MOST_LABELS])
        )
        following = blocks[i + len(run)] if i + len(run) < len(blocks) else None
        table = [blocks[i - 1], *run, *([following] if following else [])]
        if run and following and following.is_row and all(starmap(_is_close, pairwise(table))):
            block.kind = BlockKind.TABLE_ROW


def _may_be_label(block: PageBlock, style: DocumentStyle) -> bool:
    return (
        block.kind is BlockKind.PARAGRAPH
        and len(block.lines) <= 2
        and _length(block) <= _LONGEST_LINE_LABEL
        and block.lines[0].size < style.heading_size
    )


def _is_close(upper: PageBlock, lower: PageBlock) -> bool:
    """Whether a block follows another at the distance of rows."""
    gap = lower.top - upper.bottom
    return upper.top < lower.top and gap < _ROW_GAP * max(upper.lines[0].size, lower.lines[0].size)


def _with_whole_labels(page: PageLines, blocks: Sequence[PageBlock]) -> list[PageBlock]:
    """Rows whose label fills more than a line are one row."""
    merged: list[PageBlock] = []
    for block in blocks:
        if merged and _is_label_start(page, merged[-1], block):
            start = merged.pop()
            pieces = [block.pieces[0]._replace(glue=" "), *block.pieces[1:]]
            block = PageBlock(BlockKind.TABLE_ROW, [*start.pieces, *pieces], [*start.lines, *block.lines])
        merged.append(block)
    return merged


def _is_label_start(page: PageLines, block: PageBlock, row: PageBlock) -> bool:
    """Whether a row of one cell is the first line of the next row's label."""
    if not (block.is_row and row.is_row) or any(piece.glue == "\t" for piece in block.pieces):
        return False
    text = page.text[block.pieces[-1].start : block.pieces[-1].end]
    return (
        page.text[row.pieces[0].start].islower()
        and not SENTENCE_END.search(text)
        and abs(row.left - block.left) < 3 * row.lines[0].size
        and row.top - block.bottom < 0.5 * row.lines[0].size
    )
