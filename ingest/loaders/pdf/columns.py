"""Columns that were drawn line by line across the page, put back one after the other.

Most papers draw column by column, and then the content's order is the reading order. Some programs
draw across; their lines then have two long cells with one gutter between them all down the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.lines import PageLines

__all__ = ["untangled"]

_LEAST_LINES: Final = 6
_LEAST_CHARACTERS: Final = 20
"""Mean length of a column's lines; cells of a table are shorter."""
_MOST_DIGITS: Final = 0.2


def untangled(page: PageLines, lines: Sequence[Line]) -> list[Line]:
    """The lines in reading order: between lines that cross the gutter, the left column goes first."""
    gutter = _gutter(page, lines)
    if gutter is None:
        return list(lines)
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        parts = _split(line, gutter)
        if parts is None:
            ordered += [*left, *right, line]
            left, right = [], []
            continue
        left += parts[0]
        right += parts[1]
    return [*ordered, *left, *right]


def _gutter(page: PageLines, lines: Sequence[Line]) -> float | None:
    """The x of a gutter between two columns of prose, or None."""
    pairs = [line.cells for line in lines if len(line.cells) == 2 and not line.font.angle]
    gaps = [(left.right, right.left) for left, right in pairs]
    if len(gaps) < _LEAST_LINES or len(gaps) * 2 < len(lines):
        return None
    low, high = max(gap[0] for gap in gaps), min(gap[1] for gap in gaps)
    if low >= high:
        return None
    for side in (0, 1):
        text = "".join(page.text[cells[side].start : cells[side].end] for cells in pairs)
        digits = sum(character.isdigit() for character in text)
        if len(text) < _LEAST_CHARACTERS * len(gaps) or digits > _MOST_DIGITS * len(text):
            return None
    return (low + high) / 2


def _split(line: Line, gutter: float) -> tuple[list[Line], list[Line]] | None:
    """The parts of a line left and right of the gutter; None for a line that crosses it."""
    if line.right <= gutter:
        return [line], []
    if line.left >= gutter:
        return [], [line]
    for i in range(1, len(line.cells)):
        end, start = line.cells[i - 1].right, line.cells[i].left
        if end <= gutter <= start:
            left = replace(line, cells=line.cells[:i], right=end)
            return [left], [replace(line, cells=line.cells[i:], left=start)]
    return None
