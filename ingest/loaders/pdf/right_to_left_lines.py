"""Lines and rows of tables on a page in Arabic or Hebrew, from where its glyphs stand.

PDFs hold such lines in the order of drawing, so each is put together from all that stands at its height.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from typing import Final

import numpy as np

from ingest.loaders.pdf.elements import CELL_GAP
from ingest.loaders.pdf.lines import PageLines

__all__ = ["Glyph", "GlyphLine", "glyph_lines", "parted_lines"]

_COLUMN: Final = 3.0
_SAME_LINE: Final = 0.5
_LONGEST_CELL: Final = 40
"""A mean above it is that of columns of prose, not of a table's cells."""
_ROW_STEP: Final = 4.0
_NARROW_GAP: Final = 0.3
_SHORT: Final = 0.6
"""The share of the widest line's width below which a line is short."""
_FEWEST_ALIGNED: Final = 3


@dataclass(frozen=True, slots=True)
class Glyph:
    """What stands in one place: its characters in the order of reading, its sides, their indexes."""

    text: str
    left: float
    right: float
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GlyphLine:
    """A line of glyphs as set, from left to right."""

    glyphs: tuple[Glyph, ...]
    top: float
    bottom: float

    @property
    def left(self) -> float:
        """Left edge in points."""
        return self.glyphs[0].left

    @property
    def right(self) -> float:
        """Right edge in points."""
        return max(glyph.right for glyph in self.glyphs)


def parted_lines(lines: Sequence[GlyphLine]) -> Iterator[list[list[GlyphLine]]]:
    """Lines one by one, each as its parts; those that are the rows of one table together, as their cells.

    Wide gaps part cells. Narrow ones do where at least three short lines have one in the same place, as
    those of small tables have that browsers print.
    """
    width = max((line.right - line.left for line in lines), default=0.0)
    start = 0
    while start < len(lines):
        near = _below(lines[start:])
        wide = list(takewhile(lambda parts: len(parts) > 1, (_parts(line, CELL_GAP) for line in near)))
        short = takewhile(lambda line: line.right - line.left < _SHORT * width, near)
        narrow = _aligned(list(short))
        table = next((rows for rows in (wide, narrow) if len(rows) > 1 and _are_cells(rows)), None)
        yield table or [_parts(lines[start], _COLUMN)]
        start += len(table) if table else 1


def _below(lines: Sequence[GlyphLine]) -> list[GlyphLine]:
    """The first lines that follow each other at the distance of rows."""
    for i, (upper, line) in enumerate(pairwise(lines), start=1):
        if line.top - upper.bottom > _ROW_STEP * (line.bottom - line.top):
            return list(lines[:i])
    return list(lines)


def _aligned(lines: Sequence[GlyphLine]) -> list[list[GlyphLine]]:
    """The first lines, if three or more, that are free of ink in the same places, cut there into cells."""
    free: list[tuple[float, float]] = []
    count = 0
    for line in lines:
        left = _narrowed(free, line) if count else _gaps(line)
        if not left:
            break
        free, count = left, count + 1
    if count < _FEWEST_ALIGNED:
        return []
    edges = [-np.inf, *((left + right) / 2 for left, right in free), np.inf]
    found = []
    for line in lines[:count]:
        cells = [tuple(g for g in line.glyphs if a < g.left < b) for a, b in pairwise(edges)]
        found.append([replace(line, glyphs=cell) for cell in reversed(cells) if cell])
    return found


def _gaps(line: GlyphLine) -> list[tuple[float, float]]:
    """The gaps of a line that are wide enough to part cells."""
    least = _NARROW_GAP * (line.bottom - line.top)
    return [(a.right, b.left) for a, b in pairwise(line.glyphs) if b.left - a.right > least]


def _narrowed(free: Sequence[tuple[float, float]], line: GlyphLine) -> list[tuple[float, float]]:
    """What of some places is free of a line's ink as well."""
    sides = [(-np.inf, line.left), *_gaps(line), (line.right, np.inf)]
    shared = [(max(a, c), min(b, d)) for a, b in free for c, d in sides]
    least = _NARROW_GAP * (line.bottom - line.top)
    return [(left, right) for left, right in shared if right - left > least]


def _are_cells(rows: Sequence[Sequence[GlyphLine]]) -> bool:
    cells = [cell for row in rows for cell in row]
    return sum(len(g.text) for cell in cells for g in cell.glyphs) <= _LONGEST_CELL * len(cells)


def glyph_lines(page: PageLines) -> Iterator[GlyphLine]:
    """The lines of a page from top to bottom, each put together from all that stands at its height."""
    glyphs = sorted(_glyphs(page), key=lambda found: found[1])
    rows: list[list[tuple[Glyph, float, float]]] = []
    for found in glyphs:
        row = next((row for row in rows[-3:] if _is_beside(row[0], found)), None)
        if row is None:
            rows.append([found])
        else:
            row.append(found)
    for row in rows:
        ordered = sorted((glyph for glyph, _, _ in row), key=lambda glyph: glyph.left)
        yield GlyphLine(tuple(ordered), min(top for _, top, _ in row), max(bottom for _, _, bottom in row))


def _parts(line: GlyphLine, gap: float) -> list[GlyphLine]:
    """The parts of a line between gaps of more than so many of its heights, from right to left."""
    height = line.bottom - line.top
    ordered = line.glyphs
    cuts = [i for i, (a, b) in enumerate(pairwise(ordered), start=1) if b.left - a.right > gap * height]
    spans = list(pairwise([0, *cuts, len(ordered)]))
    return [replace(line, glyphs=ordered[start:end]) for start, end in reversed(spans)]


def _glyphs(page: PageLines) -> Iterator[tuple[Glyph, float, float]]:
    """The glyphs of a page with their tops and bottoms; letters of one ligature, and marks, stay together."""
    i = 0
    text, boxes = page.text, page.boxes
    while i < len(text):
        if not np.isfinite(boxes[i, 0]):
            i += 1
            continue
        end = i + 1
        while end < len(text) and (
            (boxes[end] == boxes[i]).all() or unicodedata.bidirectional(text[end]) == "NSM"
        ):
            end += 1
        left, top, right, bottom = boxes[i].tolist()
        yield Glyph(text[i:end], left, right, tuple(range(i, end))), top, bottom
        i = end


def _is_beside(first: tuple[Glyph, float, float], other: tuple[Glyph, float, float]) -> bool:
    shared = min(first[2], other[2]) - max(first[1], other[1])
    return shared > _SAME_LINE * max(min(first[2] - first[1], other[2] - other[1]), 1e-6)
