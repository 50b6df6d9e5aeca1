"""What a page is put together from: cells and lines, and blocks before their text is written.

Lines that belong together are gathered though the content's order parts them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, NamedTuple

from ingest.loaders.pdf.characters import Font
from rag.schema import BlockKind, RowHeader

__all__ = ["CELL_GAP", "SENTENCE_END", "Cell", "Line", "PageBlock", "Piece", "gathered"]

CELL_GAP: Final = 1.1
"""A gap of so many ems parts cells; justified text seldom stretches a space beyond .8 em."""
_SAME_LINE: Final = 0.5
_LONGEST_MARK: Final = 8
_MARK_SIZE: Final = 0.85
_NEXT_CHARACTERS: Final = 3
SENTENCE_END: Final = re.compile(r"[.!?:;。！？：；]['\"”’)\]]*\Z")


class Cell(NamedTuple):
    """A run of characters without a wide gap: its span, and its sides in points."""

    start: int
    end: int
    left: float
    right: float


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line as set on the page: its cells, its place, its font.

    `left`, `top`, `right`, `bottom` are points in the reading frame: as displayed, or turned so that
    the page's main direction is upright. `size` is the font's, in points; `is_parted` says whether a
    wide gap parts two of the cells. Lines are looked at many times: these two are worked out once.
    """

    cells: tuple[Cell, ...]
    left: float
    top: float
    right: float
    bottom: float
    font: Font
    size: float = field(init=False)
    is_parted: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", self.font.size)
        gap = CELL_GAP * self.font.size
        parted = any(right.left - left.right > gap for left, right in pairwise(self.cells))
        object.__setattr__(self, "is_parted", parted)

    @property
    def start(self) -> int:
        """Index of the first character."""
        return self.cells[0].start

    @property
    def end(self) -> int:
        """Index after the last character."""
        return self.cells[-1].end

    def distance(self, following: Line) -> float:
        """Points from this line down to another; taller characters in one of them do not count."""
        return min(following.top - self.top, following.bottom - self.bottom)

    @property
    def width(self) -> float:
        """Points from left to right."""
        return self.right - self.left


def gathered(lines: Sequence[Line], fields: int) -> list[Line]:
    """The lines with their scattered parts in place; characters from `fields` on are form fields."""
    printed = [line for line in lines if line.start < fields]
    filled = [line for line in lines if line.start >= fields]
    return _with_fields(_joined(_with_marks(_joined(printed))), filled)


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Join neighbours that stand side by side on one baseline: pdfium broke at a wide gap."""
    joined: list[Line] = []
    for line in lines:
        if joined and _is_beside(joined[-1], line):
            line = _side_by_side(joined.pop(), line)
        joined.append(line)
    return joined


def _is_beside(left: Line, right: Line) -> bool:
    if left.font.angle or right.font.angle or right.left < left.right - 0.3 * left.size:
        return False
    return _overlap(left, right) > _SAME_LINE * max(left.bottom - left.top, right.bottom - right.top)


def _overlap(line: Line, other: Line) -> float:
    """Points of height that two lines share."""
    return min(line.bottom, other.bottom) - max(line.top, other.top)


def _side_by_side(left: Line, right: Line) -> Line:
    near, far = left.cells[-1], right.cells[0]
    if far.left - near.right <= CELL_GAP * left.size and 0 <= far.start - near.end <= _NEXT_CHARACTERS:
        cells = (*left.cells[:-1], Cell(near.start, far.end, near.left, far.right), *right.cells[1:])
    else:
        cells = (*left.cells, *right.cells)
    top, bottom = min(left.top, right.top), max(left.bottom, right.bottom)
    return Line(cells, left.left, top, right.right, bottom, left.font)


def _with_marks(lines: Sequence[Line]) -> list[Line]:
    """Put raised numbers and marks, which some programs draw after all else, back behind their words."""
    others = [line for line in lines if not _may_be_marks(line)]
    for line in filter(_may_be_marks, lines):
        homeless = []
        hosts = [i for i, other in enumerate(others) if _may_host(line, other)]
        for cell in line.cells:
            host = next((i for i in hosts if _stands_behind(cell, others[i])), None)
            if host is None:
                homeless.append(cell)
            else:
                others[host] = _with_cell(others[host], cell)
        if homeless:
            rest = replace(line, cells=tuple(homeless), left=homeless[0].left, right=homeless[-1].right)
            others.insert(sum(other.start < rest.start for other in others), rest)
    return others


def _may_be_marks(line: Line) -> bool:
    return not line.font.angle and all(cell.end - cell.start <= _LONGEST_MARK for cell in line.cells)


def _may_host(marks: Line, line: Line) -> bool:
    """Whether marks are in small type beside a line and reach into its height."""
    return (
        marks.size <= _MARK_SIZE * line.size
        and not line.font.angle
        and _overlap(marks, line) > 0.4 * (marks.bottom - marks.top)
    )


def _stands_behind(mark: Cell, host: Line) -> bool:
    """Whether a mark stands right behind a cell of a line."""
    return any(abs(mark.left - cell.right) < 0.6 * host.size for cell in host.cells)


def _with_fields(lines: list[Line], fields: Sequence[Line]) -> list[Line]:
    """Put what was filled into a form behind its label, or where it stands among the lines."""
    for filled in fields:
        height = filled.bottom - filled.top
        beside = (i for i, line in enumerate(lines) if _overlap(line, filled) > _SAME_LINE * height)
        label = min(beside, key=lambda i: _gap(lines[i], filled), default=None)
        if label is not None and not filled.font.angle:
            for cell in filled.cells:
                lines[label] = _with_cell(lines[label], cell)
        else:
            below = (i for i, line in enumerate(lines) if line.top > filled.top)
            lines.insert(next(below, len(lines)), filled)
    return lines


def _gap(line: Line, filled: Line) -> float:
    """Points of space between a line and what was filled in beside it."""
    return max(line.left - filled.right, filled.left - line.right, 0.0)


def _with_cell(line: Line, cell: Cell) -> Line:
    cells = tuple(sorted((*line.cells, cell), key=lambda found: found.left))
    return replace(line, cells=cells, left=min(line.left, cell.left), right=max(line.right, cell.right))


class Piece(NamedTuple):
    """A run of the page's characters, and what stands between it and the piece before."""

    glue: str
    start: int
    end: int


@dataclass(slots=True)
class PageBlock:
    """A block in the making: its kind, its text as pieces, the lines that it was made from.

    `header` is that of a table's row; `is_fields` marks a row of labels that stand above their values.
    """

    kind: BlockKind
    pieces: list[Piece]
    lines: list[Line] = field(repr=False)
    header: RowHeader | None = None
    is_fields: bool = False

    @property
    def is_row(self) -> bool:
        """Whether it is a table row."""
        return self.kind is BlockKind.TABLE_ROW

    @property
    def left(self) -> float:
        """Left edge in points."""
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        """Right edge in points."""
        return max(line.right for line in self.lines)

    @property
    def top(self) -> float:
        """Top edge in points."""
        return min(line.top for line in self.lines)

    @property
    def bottom(self) -> float:
        """Bottom edge in points."""
        return max(line.bottom for line in self.lines)
