"""What is drawn on a page beside its text: pictures and filled shapes, in the order of drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import compress, repeat
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes, Frame
from ingest.loaders.pdf.clips import EVERYWHERE, Bounds, Limits, Matrix, intersection, mapped
from ingest.loaders.pdf.native import address, functions

__all__ = ["Colours", "Drawings", "Pointers", "fill_colours", "read_drawings"]

# types of page objects, fpdf_edit.h
_PATH: Final = 2
_IMAGE: Final = 3
_SHADING: Final = 4
_FORM: Final = 5
_DEEPEST_FORM: Final = 6
_MOST_OBJECTS: Final = 50_000
_PAINTED_SHARE: Final = 0.3
"""What strokes paint at least, as a share of their bounds, where they may cover text."""
_OPAQUE: Final = 250
_GRID: Final = 48
_NO_TEXT: Final = -1
"""The rendering mode that pdfium tells of objects that are no text."""

Pointers = NDArray[np.uint64]
Orders = NDArray[np.float64]
Colours = NDArray[np.int16]


class _Shape(NamedTuple):
    pointer: int
    order: float
    kind: int
    matrix: Matrix | None
    """From the form that it belongs to into the page's own space."""


class _Form(NamedTuple):
    """What holds for everything inside of a form; the page itself is none."""

    matrix: Matrix | None = None
    clip: Bounds = EVERYWHERE
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Drawings:
    """The objects of a page in the order of drawing, which `orders` tell.

    `texts` (t,) are text objects by address, `text_modes` their rendering modes; `text_doubts` says which
    may be drawn in part or not at all for other reasons than their colour: transparency, a layer, a clip
    that is no rectangle. `text_colours` (t, 3) and `text_opacity` (t,) are as `fill_colours` tells them,
    `text_clips` (t, 4) the bounds of their clips on the page as displayed, NaN for none; `text_matrices`
    lead from their forms to the page's own space. `replacing` are text objects with the mark that says what
    letters stand for them. Shapes are what may cover text: pictures, shadings, opaque fills and strokes
    that are no fills, which `is_line` tells; `boxes` (m, 4) are theirs on the page as displayed, `colours`
    (m, 3) from 0 to 255, or -1 for pictures and shadings.
    `paths` (k) are drawings other than text and pictures, filled or not, by address, `path_boxes` (k, 4)
    their bounds.
    """

    texts: Pointers
    text_orders: Orders
    text_modes: NDArray[np.int16]
    text_doubts: NDArray[np.bool_]
    text_colours: Colours
    text_opacity: NDArray[np.int16]
    text_clips: Boxes
    text_matrices: list[Matrix | None]
    replacing: list[tuple[int, int]]
    boxes: Boxes
    orders: Orders
    colours: Colours
    is_picture: NDArray[np.bool_]
    is_line: NDArray[np.bool_]
    paths: Pointers
    path_boxes: Boxes

    @property
    def has_paths(self) -> bool:
        """Whether there are other drawings than text and pictures."""
        return len(self.paths) > 0

    def picture_share(self, width: float, height: float) -> float:
        """The share of a page of this size that pictures cover, 0 to 1, to about 2 in a hundred."""
        covered = np.zeros((_GRID, _GRID), np.bool_)
        cell = np.maximum(np.array([width, height, width, height]) / _GRID, 1e-6)
        pictures = np.clip(np.round(self.boxes[self.is_picture] / cell), 0, _GRID).astype(np.intp)
        for left, top, right, bottom in pictures.tolist():
            covered[top:bottom, left:right] = True
        return float(covered.mean())


class _Walk:
    """Collects the objects of a page, those inside of forms included."""

    def __init__(self, has_layers: Callable[[], bool]) -> None:
        self._left = _MOST_OBJECTS
        self._has_layers = has_layers
        self._limits = Limits()
        self.texts: list[Pointers] = []
        self.text_orders: list[Orders] = []
        self.text_modes: list[NDArray[np.int16]] = []
        self.text_doubts: list[NDArray[np.bool_]] = []
        self.text_clips: list[Boxes] = []
        self.text_matrices: list[Matrix | None] = []
        self.shapes: list[_Shape] = []

    def visit(
        self, kind: str, handle: int | None, first: float, size: float, form: _Form, depth: int = 0
    ) -> None:
        """Collect what a page or a form holds; its places lie between `first` and `first + size`."""
        known = functions()
        count = min(max(known[f"{kind}_CountObjects"](handle), 0), self._left)
        self._left -= count
        pointers = list(map(known[f"{kind}_GetObject"], repeat(handle), range(count)))
        modes = np.fromiter(map(known["FPDFTextObj_GetTextRenderMode"], pointers), np.int16, count)
        step = size / (count + 1)
        orders = first + step * np.arange(1, count + 1)
        is_text = modes != _NO_TEXT
        texts = np.array(pointers, np.uint64)[is_text]
        self.texts.append(texts)
        self.text_orders.append(orders[is_text])
        self.text_modes.append(modes[is_text])
        self._limit(texts, form, depth)
        for index in np.flatnonzero(~is_text).tolist():
            pointer, order = pointers[index], float(orders[index])
            found = known["FPDFPageObj_GetType"](pointer)
            if found == _FORM and depth < _DEEPEST_FORM:
                self.visit("FPDFFormObj", pointer, order, step, self._form(pointer, form), depth + 1)
            elif found in (_PATH, _IMAGE, _SHADING):
                self.shapes.append(_Shape(pointer, order, found, form.matrix))

    def _limit(self, texts: Pointers, form: _Form, depth: int) -> None:
        """Take down what may keep texts from being seen."""
        pointers = texts.tolist()
        clips, doubts = self._limits.of(pointers)
        if form.matrix is not None or form.clip is not EVERYWHERE:
            own = np.flatnonzero(np.isfinite(clips).all(axis=1))
            limits = [intersection(mapped(_bounds_of(clip), form.matrix), form.clip) for clip in clips[own]]
            clips[:] = intersection(EVERYWHERE, form.clip)
            clips[own] = np.array(limits, np.float32).reshape(-1, 4)
        if form.is_doubtful or (depth and pointers and self._has_layers()):
            doubts[:] = True
        self.text_clips.append(clips)
        self.text_matrices.extend([form.matrix] * len(pointers))
        self.text_doubts.append(doubts)

    def _form(self, pointer: int, outer: _Form) -> _Form:
        clips, doubts = self._limits.of([pointer])
        own = _matrix(pointer)
        clip = intersection(mapped(_bounds_of(clips[0]), outer.matrix), outer.clip)
        matrix = own if outer.matrix is None else own @ outer.matrix
        return _Form(matrix, clip, outer.is_doubtful or bool(doubts[0]))

    def replacing(self) -> list[tuple[int, int]]:
        """Text objects with the mark that says what letters stand for them."""
        return self._limits.replacing


def read_drawings(page: Any, frame: Frame, has_layers: Callable[[], bool] = lambda: False) -> Drawings:
    """Read an open `pypdfium2.PdfPage`; `has_layers` says whether some layer of the document is off."""
    walk = _Walk(has_layers)
    walk.visit("FPDFPage", address(page), 0.0, 1.0, _Form())
    boxes = frame.displayed(_bounds(walk.shapes))
    paths = [i for i, shape in enumerate(walk.shapes) if shape.kind == _PATH]
    measured = np.isfinite(boxes).all(axis=1)
    filled, stroked = _painted(walk.shapes, boxes)
    covering = np.flatnonzero(measured & (filled | stroked))
    shapes = [walk.shapes[i] for i in covering.tolist()]
    is_path = np.array([shape.kind == _PATH for shape in shapes], np.bool_)
    pointers = [shape.pointer for shape in shapes]
    colours, opacity = fill_colours(pointers)
    lines = stroked[covering]
    colours[lines], opacity[lines] = fill_colours(
        list(compress(pointers, lines)), "FPDFPageObj_GetStrokeColor"
    )
    colours[~is_path] = -1
    kept = ~is_path | (opacity >= _OPAQUE)
    texts = np.concatenate(walk.texts)
    text_colours, text_opacity = fill_colours(texts.tolist())
    return Drawings(
        texts,
        np.concatenate(walk.text_orders),
        np.concatenate(walk.text_modes),
        np.concatenate(walk.text_doubts),
        text_colours,
        text_opacity,
        _clips(np.concatenate(walk.text_clips), frame),
        walk.text_matrices,
        walk.replacing(),
        boxes[covering][kept],
        np.array([shape.order for shape in shapes], np.float64)[kept],
        colours[kept],
        ~is_path[kept],
        lines[kept],
        np.array([walk.shapes[i].pointer for i in paths], np.uint64),
        boxes[paths],
    )


def fill_colours(
    objects: list[int], asked: str = "FPDFPageObj_GetFillColor"
) -> tuple[Colours, NDArray[np.int16]]:
    """Red, green and blue, shape (n, 3), and opacity, shape (n,), of objects by address.

    All are 0 to 255; colours are -1 where there is no plain one, as for patterns.
    """
    count = len(objects)
    values = np.zeros((count, 4), np.uint32)
    start = values.ctypes.data
    channels = [range(start + 4 * i, start + 4 * i + 16 * count, 16) for i in range(4)]
    get_colour = functions()[asked]
    told = np.fromiter(map(get_colour, objects, *channels), np.bool_, count)
    colours = values.astype(np.int16)
    colours[~told] = (-1, -1, -1, 255)
    return colours[:, :3], colours[:, 3]


def _painted(shapes: list[_Shape], boxes: Boxes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which shapes are filled, or no paths, and which of the others may cover text by strokes.

    Those are thick, or run to and fro: at most, each of their parts paints its width as far as they reach.
    """
    known, count = functions(), len(shapes)
    modes = np.zeros((count, 2), np.int32)  # how it is filled, whether it is stroked
    widths = np.zeros(count, np.float32)
    start = modes.ctypes.data
    fills, strokes = (range(start + 4 * i, start + 4 * i + 8 * count, 8) for i in range(2))
    pointers = [shape.pointer for shape in shapes]
    told = np.fromiter(map(known["FPDFPath_GetDrawMode"], pointers, fills, strokes), np.bool_, count)
    is_path = np.fromiter((shape.kind == _PATH for shape in shapes), np.bool_, count)
    filled = ~is_path | (told & (modes[:, 0] != 0))
    stroked = ~filled & told & (modes[:, 1] != 0)
    lines = np.flatnonzero(stroked).tolist()
    start = widths.ctypes.data
    for i in lines:
        known["FPDFPageObj_GetStrokeWidth"](pointers[i], start + 4 * i)
    parts = np.zeros(count)
    parts[lines] = [known["FPDFPath_CountSegments"](pointers[i]) - 1 for i in lines]
    across, down = np.nan_to_num(boxes[:, 2:] - boxes[:, :2]).T
    painted = parts * widths * np.hypot(across, down)
    return filled, stroked & (painted >= _PAINTED_SHARE * across * down)


def _bounds(shapes: list[_Shape]) -> Boxes:
    """Bounds in the page's own space: left, top, right, bottom with y growing upwards."""
    count = len(shapes)
    bounds = np.full((count, 4), np.nan, np.float32)
    start = bounds.ctypes.data
    left, top, right, bottom = (range(start + 4 * i, start + 4 * i + 16 * count, 16) for i in range(4))
    get_bounds = functions()["FPDFPageObj_GetBounds"]
    pointers = [shape.pointer for shape in shapes]
    told = np.fromiter(map(get_bounds, pointers, left, bottom, right, top), np.bool_, count)
    bounds[~told] = np.nan
    for i, shape in enumerate(shapes):
        if shape.matrix is not None:
            left_, top_, right_, bottom_ = bounds[i].tolist()
            low_x, low_y, high_x, high_y = mapped((left_, bottom_, right_, top_), shape.matrix)
            bounds[i] = low_x, high_y, high_x, low_y
    return bounds


def _clips(clips: Boxes, frame: Frame) -> Boxes:
    """Bounds of clips on the page as displayed; NaN where there is none."""
    displayed = np.full_like(clips, np.nan)
    limited = np.isfinite(clips).all(axis=1)
    if limited.any():
        displayed[limited] = frame.displayed(clips[limited])
    return displayed


def _bounds_of(row: Boxes) -> Bounds:
    left, bottom, right, top = row.tolist()
    return left, bottom, right, top


def _matrix(pointer: int) -> Matrix:
    values = np.zeros(6, np.float32)
    if not functions()["FPDFPageObj_GetMatrix"](pointer, values.ctypes.data):
        return np.eye(3)
    a, b, c, d, e, f = values.tolist()
    return np.array([[a, b, 0.0], [c, d, 0.0], [e, f, 1.0]])
