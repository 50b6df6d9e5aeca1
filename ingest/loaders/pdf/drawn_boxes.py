"""Boxes of a form that are drawn on the page beside their labels: squares and circles, ticked or empty.

A tick is a cross, a smaller shape or a letter inside. What lies edge to edge with another is a grid,
what is filled with colour a legend or a bullet, and what has no text beside it is no box of a form.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from itertools import compress, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes, PageCharacters
from ingest.loaders.pdf.drawings import Drawings
from ingest.loaders.pdf.form_fields import FieldBox
from ingest.loaders.pdf.native import functions

__all__ = ["drawn_boxes"]

Side = float | NDArray[np.float64]
Segment = tuple[int, float, float]
"""The kind of a segment of a path, and the point where it ends."""
_SMALLEST: Final = 5.0
_LARGEST: Final = 20.0
"""Sides of a box in points."""
_MOST: Final = 300
"""More shapes of such sizes are a pattern or a plot."""
_THIN: Final = 2.5
"""Points, with the width of the stroke, which pdfium adds on both sides."""
_MOVE: Final = 2
_LINE: Final = 0
"""Kinds of segments of a path, fpdf_edit.h."""
_TICKS: Final = frozenset(map(ord, "xX×✓✔✗✘✕✖●•■▪"))
_PALE: Final = 200


def drawn_boxes(characters: PageCharacters, drawings: Drawings) -> tuple[PageCharacters, list[FieldBox]]:
    """The boxes that are drawn on an open page, and its characters without the letters that tick them."""
    small = _small(drawings.path_boxes)
    if not 0 < len(small) <= _MOST or not len(characters.codes):
        return characters, []
    shapes = drawings.path_boxes[small]
    is_frame = _is_even(shapes)
    paths = [list(_segments(pointer)) for pointer in drawings.paths[small[is_frame]].tolist()]
    are_frames = [_is_frame(segments) for segments in paths]
    is_frame[is_frame] = are_frames
    is_round = [_is_round(segments) for segments in compress(paths, are_frames)]
    frames = _distinct([*zip(shapes[is_frame].tolist(), is_round, strict=True), *_ruled(shapes)])
    if not frames:
        return characters, []
    sides_of_all = np.array([sides for sides, _ in frames])
    touches = _touches(sides_of_all)
    middles = (characters.boxes[:, 1] + characters.boxes[:, 3]) / 2
    marks = shapes[~is_frame | _is_smaller(shapes, sides_of_all)]
    codes = characters.codes.copy()
    found: list[tuple[FieldBox, bool]] = []
    for (sides, is_circle), is_in_a_grid in zip(frames, touches.tolist(), strict=True):
        if is_in_a_grid or _is_coloured(sides, drawings):
            continue
        line = _on_line(middles, sides)
        inside = line[_inside(characters.boxes[line], *sides)]
        letters = inside[(codes[inside] != ord(" ")) & (codes[inside] != 0)]
        beside = line[characters.codes[line] > ord(" ")]
        if (
            not _has_text_beside(characters.boxes[beside], sides)
            or not set(codes[letters].tolist()) <= _TICKS
        ):
            continue
        ticked = len(letters) > 0 or bool(_inside(marks, *sides).any())
        left, top, right, bottom = sides
        found.append((FieldBox((left, top, right, bottom), ticked), is_circle))
        codes[letters] = ord(" ")
    has_choice = any(box.ticked for box, is_circle in found if is_circle)
    boxes = [box for box, is_circle in found if has_choice or not is_circle]
    return (replace(characters, codes=codes) if boxes else characters), boxes


def _small(boxes: Boxes) -> NDArray[np.intp]:
    """Which shapes are no larger than a box, and no dots."""
    size = boxes[:, 2:] - boxes[:, :2]
    with np.errstate(invalid="ignore"):
        return np.flatnonzero((size.max(axis=1, initial=0) >= 2) & (size.max(axis=1, initial=0) <= _LARGEST))


def _is_even(boxes: Boxes) -> NDArray[np.bool_]:
    """Which shapes are about as wide as high, and large enough."""
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    even: NDArray[np.bool_] = (np.abs(width - height) <= 0.15 * np.maximum(width, height)) & (
        np.minimum(width, height) >= _SMALLEST
    )
    return even


def _is_frame(segments: list[Segment]) -> bool:
    """Whether a path runs round: four sides or more, and none of them across."""
    if len(segments) < 4 or sum(kind == _MOVE for kind, _, _ in segments) > 2:
        return False
    extent = max(max(abs(x - segments[0][1]), abs(y - segments[0][2])) for _, x, y in segments)
    return not any(
        kind == _LINE and min(abs(x - a), abs(y - b)) > extent / 3
        for (_, a, b), (kind, x, y) in pairwise(segments)
    )


def _is_round(segments: list[Segment]) -> bool:
    """Whether a path has curves only."""
    return all(kind != _LINE for kind, _, _ in segments)


def _segments(pointer: int) -> Iterator[Segment]:
    known = functions()
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(min(known["FPDFPath_CountSegments"](pointer), 40)):
        segment = known["FPDFPath_GetPathSegment"](pointer, index)
        if segment and known["FPDFPathSegment_GetPoint"](segment, ctypes.addressof(x), ctypes.addressof(y)):
            yield known["FPDFPathSegment_GetType"](segment), x.value, y.value


def _ruled(shapes: Boxes) -> list[tuple[list[float], bool]]:
    """Squares whose four sides are drawn one by one."""
    size = shapes[:, 2:] - shapes[:, :2]
    flat = shapes[(size[:, 1] <= _THIN) & (size[:, 0] >= _SMALLEST)].astype(np.float64)
    upright = shapes[(size[:, 0] <= _THIN) & (size[:, 1] >= _SMALLEST)].tolist()
    if len(upright) < 2:
        return []
    left, top, right, bottom = flat.T
    width, height = (right - left)[:, None], bottom - top[:, None]
    apart = np.abs(left[:, None] - left) + np.abs(right[:, None] - right)
    found = []
    for above, below in np.argwhere((np.abs(width - height) <= 0.15 * width) & (apart <= 4)).tolist():
        sides = [float(left[above]), float(top[above]), float(right[above]), float(bottom[below])]
        near = [line for line in upright if abs(line[1] - sides[1]) + abs(line[3] - sides[3]) < 4]
        if all(any(abs((line[0] + line[2]) / 2 - x) < 2 for line in near) for x in (sides[0], sides[2])):
            found.append((sides, False))
    return found


def _distinct(frames: list[tuple[list[float], bool]]) -> list[tuple[list[float], bool]]:
    """Each frame once: a fill and an outline are often drawn apart, and one shape inside of another."""
    kept: list[tuple[list[float], bool]] = []
    for sides, is_round in sorted(frames, key=lambda frame: frame[0][0] - frame[0][2]):
        x, y = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
        if not any(o[0] < x < o[2] and o[1] < y < o[3] for o, _ in kept):
            kept.append((sides, is_round))
    return sorted(kept, key=lambda frame: (frame[0][1], frame[0][0]))


def _is_smaller(shapes: Boxes, frames: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which shapes lie inside of some frame, shape (n, 4), and are clearly smaller than it."""
    left, top, right, bottom = frames.T[:, :, None]
    widths = shapes[:, 2] - shapes[:, 0]
    found: NDArray[np.bool_] = np.any(
        _inside(shapes, left, top, right, bottom) & (widths < 0.8 * (right - left)), axis=0
    )
    return found


def _inside(boxes: Boxes, left: Side, top: Side, right: Side, bottom: Side) -> NDArray[np.bool_]:
    """Which boxes have their middle well inside, and are not much larger."""
    margin = 0.15 * (right - left)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    with np.errstate(invalid="ignore"):
        found: NDArray[np.bool_] = (x > left + margin) & (x < right - margin)
        found &= (y > top + margin) & (y < bottom - margin)
        found &= boxes[:, 2] - boxes[:, 0] <= 1.5 * (right - left)
    return found


def _is_coloured(sides: list[float], drawings: Drawings) -> bool:
    """Whether a fill that is not pale has the very bounds of a shape."""
    same = (np.abs(drawings.boxes - np.array(sides, np.float32)) < 1.5).all(axis=1)
    colours = drawings.colours[same & ~drawings.is_line]
    return bool(len(colours)) and bool((colours[-1] < _PALE).any())


def _touches(frames: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which frames, shape (n, 4), have another edge to edge."""
    left, top, right, bottom = frames.T
    down = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    # what does not overlap has a gap between: the same number below zero
    is_other = (frames[:, None] != frames).any(axis=2)
    found: NDArray[np.bool_] = np.any(
        is_other & (np.minimum(down, across) > -1) & (np.maximum(down, across) > 1), axis=1
    )
    return found


def _on_line(middles: NDArray[np.floating], sides: list[float]) -> NDArray[np.intp]:
    """Which characters stand on the line of a box, by the middles of their heights."""
    _, top, _, bottom = sides
    reach = 0.3 * (sides[2] - sides[0])
    with np.errstate(invalid="ignore"):
        return np.flatnonzero((middles > top - reach) & (middles < bottom + reach))


def _has_text_beside(boxes: Boxes, sides: list[float]) -> bool:
    """Whether some of the letters on the line of a box are right beside it."""
    left, _, right, _ = sides
    size = right - left
    with np.errstate(invalid="ignore"):
        behind = (boxes[:, 0] >= right - 1) & (boxes[:, 0] <= right + 3 * size)
        before = (boxes[:, 2] <= left + 1) & (boxes[:, 2] >= left - 3 * size)
    return bool((behind | before).any())
