"""What an OCR engine promises: the lines of a picture, each character with its box."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["OcrEngine", "OcrLine", "PixelBox"]


class PixelBox(NamedTuple):
    """A rectangle on a picture, in pixels, origin at the top left."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, eq=False)
class OcrLine:
    """One run of text on one line of a picture; wide gaps part runs.

    `confidence` is the engine's own, 0 to 1. `characters` holds left, top, right, bottom of each
    character of `text` in pixels, shape (len(text), 4), NaN for spaces.
    """

    text: str
    box: PixelBox
    confidence: float
    characters: NDArray[np.float32] = field(repr=False)


class OcrEngine(Protocol):
    """Reads the text of pictures."""

    def read(self, image: Image) -> list[OcrLine]:
        """The lines of an upright RGB picture, in no particular order; none where there is no text.

        Raises:
            DocumentError: the engine fails on this picture.
        """
        ...
