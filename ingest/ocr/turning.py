"""Pictures that were scanned sideways or upside down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ingest.ocr.ocr_protocol import OcrEngine, OcrLine

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["boxes_before_turning", "read_upright"]

_SURE: Final = 0.85
"""Mean confidence of upright text is .9 to 1, of text upside down .6 to .75."""
_TALL: Final = 1.5
_LEAST_CHARACTERS: Final = 10


def read_upright(engine: OcrEngine, image: Image) -> tuple[list[OcrLine], int]:
    """The lines of a picture, turned so that most of its text is upright.

    Returns:
        The lines, placed on the turned picture, and by how many degrees it was turned
        counterclockwise (0, 90, 180 or 270).
    """
    best, best_angle = engine.read(image), 0
    for angle in _angles(best):
        turned = engine.read(image.rotate(angle, expand=True))
        if _certainty(turned) > _certainty(best):
            best, best_angle = turned, angle
        if _is_sure(best) and best_angle:
            break
    return best, best_angle


def boxes_before_turning(
    boxes: NDArray[np.float32], angle: int, width: float, height: float
) -> NDArray[np.float32]:
    """Where boxes on a turned picture lie on the one before, which is `width` by `height`."""
    left, top, right, bottom = boxes.T
    match angle:
        case 90:
            return np.stack([width - bottom, left, width - top, right], axis=1)
        case 180:
            return np.stack([width - right, height - bottom, width - left, height - top], axis=1)
        case 270:
            return np.stack([top, height - right, bottom, height - left], axis=1)
        case _:
            return boxes


def _angles(lines: Sequence[OcrLine]) -> tuple[int, ...]:
    """By how much a picture is worth turning, after what was read on it as it is."""
    characters = sum(len(line.text) for line in lines)
    if characters < _LEAST_CHARACTERS:
        return ()
    tall = sum(len(line.text) for line in lines if line.box.height > _TALL * line.box.width)
    if tall * 2 > characters:
        return 90, 270
    return () if _is_sure(lines) else (180,)


def _is_sure(lines: Sequence[OcrLine]) -> bool:
    characters = sum(len(line.text) for line in lines)
    return _certainty(lines) >= _SURE * characters > 0


def _certainty(lines: Sequence[OcrLine]) -> float:
    """How many characters were read, each counted by its line's confidence."""
    return sum(len(line.text) * line.confidence for line in lines)
