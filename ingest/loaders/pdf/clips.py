"""What may keep text of a PDF page from being seen beside its colour: clips, layers, transparency.

Each is asked of pdfium once for what shares it: objects drawn under one clip or between the same marks
hold the same addresses.
"""

from __future__ import annotations

import ctypes
import math
from itertools import repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.native import functions

__all__ = ["EVERYWHERE", "Bounds", "Limits", "Matrix", "intersection", "mapped"]

Bounds = tuple[float, float, float, float]
"""Left, bottom, right and top, with y growing upwards."""
Matrix = NDArray[np.float64]
"""An affine map of row vectors, shape (3, 3)."""
EVERYWHERE: Final[Bounds] = (-math.inf, -math.inf, math.inf, math.inf)
_REPLACEMENT: Final = b"ActualText"
_LAYER: Final = "OC".encode("utf-16-le")
_MOST_SEGMENTS: Final = 64
_MOST_PATHS: Final = 16
_LINES_OF_A_RECTANGLE: Final = 5
_CURVE: Final = 1
_UNKNOWN: Final = 0  # FPDF_OBJECT_UNKNOWN: there is no such entry
_LONGEST: Final = 64


class Limits:
    """Asks for the clips and marks of objects of one page."""

    def __init__(self) -> None:
        self._clips: dict[tuple[int, int], tuple[Bounds, bool]] = {}
        self._marks: dict[int, tuple[bool, bool]] = {}
        self._x, self._y = ctypes.c_float(), ctypes.c_float()
        self._point = ctypes.addressof(self._x), ctypes.addressof(self._y)
        self._name = ctypes.create_string_buffer(16)
        self._value = ctypes.create_string_buffer(_LONGEST)
        self._size = ctypes.c_ulong()
        self.replacing: list[tuple[int, int]] = []
        """Objects with the mark that says what letters stand for them."""

    def of(self, objects: list[int]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Bounds of the clips of objects in their own space, (n, 4), and which may be drawn otherwise."""
        known = functions()
        doubts = np.fromiter(map(known["FPDFPageObj_HasTransparency"], objects), np.bool_, len(objects))
        marks = np.fromiter(map(known["FPDFPageObj_CountMarks"], objects), np.int32, len(objects))
        clips = list(map(known["FPDFPageObj_GetClipPath"], objects))
        paths = np.fromiter(map(known["FPDFClipPath_CountPaths"], clips), np.int32, len(objects))
        bounds = np.full((len(objects), 4), EVERYWHERE, np.float32)
        for index in np.flatnonzero(paths > 0).tolist():
            bounds[index], is_odd = self._clip(clips[index], min(int(paths[index]), _MOST_PATHS))
            doubts[index] |= is_odd
        for index in np.flatnonzero(marks > 0).tolist():
            doubts[index] |= self._is_layered(objects[index], int(marks[index]))
        return bounds, doubts

    def _clip(self, clip: int, paths: int) -> tuple[Bounds, bool]:
        """The bounds of a clip, and whether it has another shape than they."""
        first = functions()["FPDFClipPath_GetPathSegment"](clip, paths - 1, 0)
        found = self._clips.get((first, paths)) if first else None
        if found is None:
            bounds, is_odd = EVERYWHERE, False
            for path in range(paths):
                own, own_odd = self._path(clip, path)
                bounds, is_odd = intersection(bounds, own), is_odd or own_odd
            found = self._clips[first, paths] = bounds, is_odd
        return found

    def _path(self, clip: int, path: int) -> tuple[Bounds, bool]:
        known = functions()
        count = known["FPDFClipPath_CountPathSegments"](clip, path)
        if count <= 0:
            return (0.0, 0.0, 0.0, 0.0), False
        if count > _MOST_SEGMENTS:
            return EVERYWHERE, True
        segments = list(map(known["FPDFClipPath_GetPathSegment"], repeat(clip), repeat(path), range(count)))
        points = []
        get_point = known["FPDFPathSegment_GetPoint"]
        for segment in segments:
            get_point(segment, *self._point)
            points.append((self._x.value, self._y.value))
        across, down = zip(*points, strict=True)
        bounds = min(across), min(down), max(across), max(down)
        is_odd = count > _LINES_OF_A_RECTANGLE or any(
            x not in (bounds[0], bounds[2]) or y not in (bounds[1], bounds[3]) for x, y in points
        )
        return bounds, is_odd

    def _is_layered(self, pointer: int, count: int) -> bool:
        """Whether an object belongs to a layer; keeps those that stand for letters."""
        is_layered = False
        for mark in map(functions()["FPDFPageObj_GetMark"], repeat(pointer), range(count)):
            found = self._marks.get(mark)
            if found is None:
                found = self._marks[mark] = self._mark(mark)
            is_layered |= found[0]
            if found[1]:
                self.replacing.append((pointer, mark))
        return is_layered

    def _mark(self, mark: int) -> tuple[bool, bool]:
        known = functions()
        known["FPDFPageObjMark_GetName"](
            mark, ctypes.addressof(self._name), len(self._name), ctypes.addressof(self._size)
        )
        is_layer = self._size.value == len(_LAYER) + 2 and self._name.raw.startswith(_LAYER)
        replaces = known["FPDFPageObjMark_GetParamValueType"](mark, _REPLACEMENT) != _UNKNOWN
        return is_layer, replaces and self._has_letters(mark)

    def _has_letters(self, mark: int) -> bool:
        """Whether what a mark tells holds letters or digits; it does where it is long, or no string."""
        value, size = ctypes.addressof(self._value), ctypes.addressof(self._size)
        get_text = functions()["FPDFPageObjMark_GetParamStringValue"]
        if not get_text(mark, _REPLACEMENT, value, _LONGEST, size) or self._size.value > _LONGEST:
            return True
        text = self._value.raw[: self._size.value].decode("utf-16-le", "replace")
        return any(map(str.isalnum, text))


def intersection(one: Bounds, other: Bounds) -> Bounds:
    """What two bounds have in common; without area where that is nothing."""
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    return left, bottom, max(left, min(one[2], other[2])), max(bottom, min(one[3], other[3]))


def mapped(bounds: Bounds, matrix: Matrix | None) -> Bounds:
    """Bounds in the space that a matrix leads to; endless ones stay so."""
    if matrix is None or not all(map(math.isfinite, bounds)):
        return bounds
    left, bottom, right, top = bounds
    corners = np.array([(x, y, 1.0) for x in (left, right) for y in (bottom, top)]) @ matrix
    low, high = corners.min(0), corners.max(0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
