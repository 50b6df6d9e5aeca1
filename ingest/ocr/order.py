"""The order in which the lines of a picture are read: columns of prose one after the other, rows across.

Engines find lines, not columns. A gutter between columns is crossed by few lines and has prose on
both sides; the gaps between the columns of a table have short cells, and are read across.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median
from typing import Final

import numpy as np

from ingest.ocr.ocr_protocol import OcrLine

__all__ = ["Row", "columns"]

_LEAST_LINES: Final = 3
"""Lines on each side of a gutter."""
_LEAST_CHARACTERS: Final = 18
"""Mean length of lines beside a gutter; a Chinese character counts twice."""
_MOST_DIGITS: Final = 0.2
_MOST_CROSSING: Final = 0.25
"""Share of lines, such as titles over both columns, that may cross a gutter."""
_WIDE_GAP: Final = 0.5
"""A gap inside a line, in line heights, that is no space between words."""
_LEEWAY: Final = 0.25
_SAME_ROW: Final = 0.5
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand side by side, from left to right."""

    cells: tuple[OcrLine, ...]

    @property
    def left(self) -> float:
        """Left edge in pixels."""
        return min(cell.box.left for cell in self.cells)

    @property
    def right(self) -> float:
        """Right edge in pixels."""
        return max(cell.box.right for cell in self.cells)

    @property
    def top(self) -> float:
        """Top edge in pixels."""
        return min(cell.box.top for cell in self.cells)

    @property
    def bottom(self) -> float:
        """Bottom edge in pixels."""
        return max(cell.box.bottom for cell in self.cells)

    @property
    def height(self) -> float:
        """Height in pixels of its highest line."""
        return max(cell.box.height for cell in self.cells)


def columns(lines: Sequence[OcrLine]) -> list[list[Row]]:
    """The lines of an upright picture as columns in reading order, each of rows from top to bottom."""
    return [_rows(column) for column in _columns(list(lines), _DEEPEST) if column]


def _columns(lines: list[OcrLine], depth: int) -> Iterator[list[OcrLine]]:
    gutter = _gutter(lines) if depth else None
    if gutter is None:
        yield lines
        return
    lines = [part for line in lines for part in _split(line, gutter)]
    for crosses, band in groupby(_by_height(lines), key=lambda line: _side(line, gutter) == 0):
        found = list(band)
        if crosses:
            yield from _columns(found, depth - 1)
            continue
        for side in (-1, 1):
            yield from _columns([line for line in found if _side(line, gutter) == side], depth - 1)


def _by_height(lines: Sequence[OcrLine]) -> list[OcrLine]:
    return sorted(lines, key=lambda line: line.box.top + line.box.bottom)


def _side(line: OcrLine, gutter: float) -> int:
    """-1 left of it, 1 right of it, 0 across."""
    if line.box.right <= gutter:
        return -1
    return 1 if line.box.left >= gutter else 0


def _split(line: OcrLine, gutter: float) -> Iterator[OcrLine]:
    """The line, or its parts where the engine ran two columns together: it has a wide gap at the gutter."""
    if _side(line, gutter) == 0:
        left = np.flatnonzero(line.characters[:, 2] <= gutter + _LEEWAY * line.box.height)
        right = np.flatnonzero(line.characters[:, 0] >= gutter - _LEEWAY * line.box.height)
        if len(left) and len(right) and left[-1] < right[0]:
            end, start = line.characters[left[-1], 2], line.characters[right[0], 0]
            if start - end > _WIDE_GAP * line.box.height:
                yield _part(line, int(left[0]), int(left[-1]) + 1)
                yield _part(line, int(right[0]), int(right[-1]) + 1)
                return
    yield line


def _part(line: OcrLine, start: int, end: int) -> OcrLine:
    characters = line.characters[start:end]
    left, right = float(np.nanmin(characters[:, 0])), float(np.nanmax(characters[:, 2]))
    box = line.box._replace(left=left, right=right)
    return replace(line, text=line.text[start:end], box=box, characters=characters)


def _gutter(lines: Sequence[OcrLine]) -> float | None:
    """The x of the best gutter between two columns of prose, or None."""
    if len(lines) < 2 * _LEAST_LINES:
        return None
    step = max(median(line.box.height for line in lines) / 4, 1.0)
    origin = min(line.box.left for line in lines)
    size = int((max(line.box.right for line in lines) - origin) / step) + 2
    changes = np.zeros(size + 1, np.int64)
    for line in lines:
        changes[int((line.box.left - origin) / step)] += 1
        changes[int(np.ceil((line.box.right - origin) / step))] -= 1
    crossing = np.cumsum(changes)[:size]
    most = _MOST_CROSSING * len(lines)
    found = []
    for few, run in groupby(enumerate(crossing.tolist()), key=lambda place: place[1] <= most):
        places = list(run)
        if few:
            lowest = min(count for _, count in places)
            low = [place for place, count in places if count == lowest]
            x = origin + (low[0] + low[-1] + 1) / 2 * step
            if _parts_prose(lines, x):
                found.append((lowest, -len(low), x))
    return min(found)[2] if found else None


def _parts_prose(lines: Sequence[OcrLine], gutter: float) -> bool:
    left = [line for line in lines if _side(line, gutter) < 0]
    right = [line for line in lines if _side(line, gutter) > 0]
    if not (_is_prose(left) and _is_prose(right)):
        return False
    low, high = (
        max(min(line.box.top for line in side) for side in (left, right)),
        min(max(line.box.bottom for line in side) for side in (left, right)),
    )
    return high > low


def _is_prose(lines: Sequence[OcrLine]) -> bool:
    if len(lines) < _LEAST_LINES:
        return False
    text = "".join(line.text for line in lines)
    length = sum(2 if character >= "\u2e80" else 1 for character in text)
    digits = sum(character.isdigit() for character in text)
    return length >= _LEAST_CHARACTERS * len(lines) and digits <= _MOST_DIGITS * len(text)


def _rows(lines: Sequence[OcrLine]) -> list[Row]:
    rows: list[list[OcrLine]] = []
    for line in _by_height(lines):
        beside = next((row for row in reversed(rows[-3:]) if _is_beside(line, row)), None)
        if beside is None:
            rows.append([line])
        else:
            beside.append(line)
    return [Row(tuple(sorted(row, key=lambda line: line.box.left))) for row in rows]


def _is_beside(line: OcrLine, row: Sequence[OcrLine]) -> bool:
    """Whether a line stands beside the nearest line of a row and over or under none of them."""
    box = line.box
    nearest = min(row, key=lambda other: max(other.box.left - box.right, box.left - other.box.right))
    overlap = min(box.bottom, nearest.box.bottom) - max(box.top, nearest.box.top)
    return overlap > _SAME_ROW * min(box.height, nearest.box.height) and all(
        min(box.right, other.box.right) - max(box.left, other.box.left)
        < 0.3 * min(box.width, other.box.width)
        for other in row
    )
