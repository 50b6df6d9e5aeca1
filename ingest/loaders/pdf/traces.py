"""Whether letters of a PDF can be read where they stand: the page is drawn with and without them.

About as much must change as their own ink would change, a share of it at least: what sticks out from under
a box, or shines through the seams of a hatching, is no trace that a person reads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes
from ingest.loaders.pdf.drawings import Pointers
from ingest.loaders.pdf.native import functions

__all__ = ["Inks", "has_ink", "legible"]

Mask = NDArray[np.bool_]
Grey = NDArray[np.int16]
Window = tuple[float, float, float, float]
"""What is cut off a page on the left, at the bottom, on the right and at the top, in points."""
_TRACE: Final = 20
"""A trace changes a pixel by more than so much of 255."""
_INK: Final = 40
_LEAST_OF_WORD: Final = 0.3
_LEAST_OF_LETTER: Final = 0.1
"""The shares of the ink of a word, and of a letter, that show at least where it can be read."""
_MOST_LAYERS: Final = 4
_SCALE: Final = 2.0
_SCALE_OF_INK: Final = 1.0
_MOST_PIXELS: Final = 2_500_000
_LEAST_SCALE: Final = 0.2
_LINE_PIXELS: Final = 8.0
_MOST_WINDOWS: Final = 24


class Inks(NamedTuple):
    """How letters would look if nothing hid them, for each character of a page.

    `boxes` (n, 4) are those of their forms on the page as displayed, `shares` (n,) what their ink fills of
    them, `greys` (n,) their colours as greys of 0 to 255, NaN where that is not known.
    """

    boxes: Boxes
    shares: NDArray[np.float32]
    greys: NDArray[np.float32]


def legible(
    page: Any,
    boxes: Boxes,
    inks: Inks,
    suspect: Mask,
    owners: NDArray[np.intp],
    texts: Pointers,
    covered: Callable[[Mask], Mask],
) -> Mask:
    """Which of the suspects, shape (n,), of an open page can be read.

    Args:
        page: An open `pypdfium2.PdfPage`.
        boxes: Those of the characters, with their fonts' height.
        inks: How they would look.
        suspect: Which to judge.
        owners: For each character the index of its text object.
        texts: Text objects by address.
        covered: Which of some characters others of them cover: they are judged once more, by themselves, for
            what covers them may be seen in their place.
    """
    seen, group = suspect.copy(), suspect
    for _ in range(_MOST_LAYERS):
        objects = np.unique(owners[group])
        seen &= ~group | _leaves_trace(page, boxes, inks, group, texts[objects])
        group = group & np.isin(owners, owners[covered(group)])
        if not group.any() or len(np.unique(owners[group])) == len(objects):
            break
    return seen


def _leaves_trace(page: Any, boxes: Boxes, inks: Inks, group: Mask, objects: Pointers) -> Mask:
    """Whether the page looks another at a character's place without text objects, given by address.

    A page that is too large to be drawn whole is drawn in windows about the characters, of which there may
    be so many; what no window shows counts as unseen.
    """
    set_active = functions()["FPDFPageObj_SetIsActive"]
    scale, windows = _windows(page, boxes[group])
    changed: Mask = np.zeros(len(boxes), np.bool_)
    found = np.zeros((2, len(boxes)))
    for window in windows:
        for pointer in objects.tolist():
            set_active(pointer, 0)
        try:
            without = _drawn(page, scale, window)
        finally:
            for pointer in objects.tolist():
                set_active(pointer, 1)
        difference = np.abs(_drawn(page, scale, window) - without)
        shift = np.array([window[0], window[3], window[0], window[3]], np.float32)
        np.logical_or(changed, _any_inside(difference > _TRACE, (boxes - shift) * scale), out=changed)
        _measure(difference, without, inks, (inks.boxes - shift) * scale, np.flatnonzero(group), found)
    got, wanted = found
    words = np.cumsum(~group)
    of_word = np.bincount(words, got)[words], np.bincount(words, wanted)[words]
    shows: Mask = (of_word[0] >= _LEAST_OF_WORD * of_word[1]) & (got >= _LEAST_OF_LETTER * wanted)
    return changed & shows


def _measure(
    difference: Grey,
    without: Grey,
    inks: Inks,
    boxes: Boxes,
    places: NDArray[np.intp],
    found: NDArray[np.float64],
) -> None:
    """Add up how much changed about letters, and how much would have where nothing hid them.

    Args:
        difference: What the letters change of the picture.
        without: The picture without them.
        inks: How they would look.
        boxes: Those of `inks` in pixels.
        places: The letters that are meant.
        found: The two sums for each character, which are changed.
    """
    edges = np.concatenate([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])], axis=1)
    height, width = difference.shape
    edges = np.clip(np.nan_to_num(edges), 0, (width, height, width, height)).astype(np.intp)
    places = places[(edges[places, 2:] > edges[places, :2]).all(axis=1)]
    area = np.nan_to_num((boxes[:, 2:] - boxes[:, :2]).prod(axis=1)) * inks.shares
    for place in places.tolist():
        left, top, right, bottom = edges[place].tolist()
        cut = difference[top:bottom, left:right]
        most, grey = float(cut.max()), inks.greys[place]
        contrast = most
        if np.isfinite(grey):
            # all is paler than its colour tells where something is seen through
            contrast = min(float(np.abs(without[top:bottom, left:right] - grey).mean()), 2 * most)
        found[:, place] += float(cut.sum()), contrast * float(area[place])


def _windows(page: Any, boxes: Boxes) -> tuple[float, list[Window]]:
    """A scale, and what to cut off the page (left, bottom, right, top) so that windows show the boxes."""
    scale = _scale(page, _SCALE)
    if scale >= _LEAST_SCALE:
        return scale, [(0.0, 0.0, 0.0, 0.0)]
    width, height = page.get_size()
    line = float(np.median(np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])))
    scale = min(_SCALE, max(_LINE_PIXELS / max(line, 1e-3), scale))
    side = _MOST_PIXELS**0.5 / scale
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    places = np.unique((middle // side).astype(np.intp), axis=0)[:_MOST_WINDOWS]
    return scale, [
        (
            x * side,
            max(height - (y + 1) * side, 0.0),
            max(width - (x + 1) * side, 0.0),
            y * side,
        )
        for x, y in places.tolist()
    ]


def has_ink(page: Any, boxes: Boxes) -> Mask:
    """Whether something is drawn about a character: its surroundings are not all of the paper's grey."""
    scale = _scale(page, _SCALE_OF_INK)
    grey = _drawn(page, scale)
    reach = (boxes[:, 3:] - boxes[:, 1:2]) / 2
    return _any_inside(np.abs(grey - np.median(grey)) > _INK, (boxes + reach * (-1, -1, 1, 1)) * scale)


def _scale(page: Any, wanted: float) -> float:
    width, height = page.get_size()
    return float(min(wanted, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5))


def _drawn(page: Any, scale: float, crop: Window = (0.0, 0.0, 0.0, 0.0)) -> NDArray[np.int16]:
    bitmap = page.render(scale=scale, crop=crop, grayscale=True, draw_annots=False, may_draw_forms=False)
    try:
        grey: NDArray[np.int16] = bitmap.to_numpy().astype(np.int16)
    finally:
        bitmap.close()
    return grey.reshape(grey.shape[:2])


def _any_inside(mask: Mask, boxes: NDArray[np.floating]) -> Mask:
    """Whether any pixel inside each box, in pixels, is set."""
    height, width = mask.shape
    sums = np.zeros((height + 1, width + 1), np.int32)
    np.cumsum(np.cumsum(mask, axis=0, dtype=np.int32), axis=1, out=sums[1:, 1:])
    edges = np.nan_to_num(boxes)
    left, right = (
        np.clip(x, 0, width).astype(np.intp) for x in (np.floor(edges[:, 0]), np.ceil(edges[:, 2]))
    )
    top, bottom = (
        np.clip(y, 0, height).astype(np.intp) for y in (np.floor(edges[:, 1]), np.ceil(edges[:, 3]))
    )
    found: Mask = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left] > 0
    return found
