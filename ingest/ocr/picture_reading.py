"""Pictures to text: prepared for the engine, one engine a process, limits for each file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ingest.heartbeat import reading_by_ocr
from ingest.ocr.ocr_protocol import OcrEngine, OcrLine, PixelBox
from ingest.ocr.picture_text import WrittenText, written
from ingest.ocr.turning import boxes_before_turning, read_upright
from rag.settings import IngestSettings
from rag.text import how_many

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["OcrReader", "default_engine", "one_file", "prepared", "read_image", "read_text"]

_LARGEST_SIDE: Final = 3_600
"""A4 at 300 dots an inch; more adds memory and no letters."""
_DEEP_MODES: Final = frozenset({"I", "I;16", "I;16B", "I;16L", "F"})
_LIGHT: Final = 160
_DARKEST: Final = 0.1
"""The share of what is drawn on nothing that must be light too, for it to be meant for a dark page."""
_EDGES: Final = (0.02, 0.98)
"""Shares of a line's pixels that are darker, and lighter: its ink and its paper, without specks."""


def prepared(image: Image) -> tuple[Image, float]:
    """The picture for the engine, and how many pixels of the given one make one of its."""
    from PIL import Image as Images

    longest = max(image.size)
    scale = max(longest / _LARGEST_SIDE, 1.0)
    if image.mode == "1" and scale > 1:
        image = image.convert("L")
    if scale > 1 and image.mode not in _DEEP_MODES and image.mode not in ("P", "PA"):
        image = image.resize(_scaled(image.size, scale), Images.Resampling.BOX)
    image = _as_rgb(image)
    if max(image.size) > _LARGEST_SIDE:
        image = image.resize(_scaled(image.size, scale), Images.Resampling.BOX)
    return image, scale


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(round(size[0] / scale), 1), max(round(size[1] / scale), 1)


def _as_rgb(image: Image) -> Image:
    from PIL import Image as Images

    from ingest.loaders.visible import LEAST_DIFFERENCE

    if image.mode in _DEEP_MODES:
        values = np.asarray(image, np.float32)
        low, high = float(values.min()), float(values.max())
        if high - low <= LEAST_DIFFERENCE / 255.0 * abs(high):
            low = 0.0  # steps that no screen shows are not stretched to black on white
        grey = (values - low) * (255.0 / max(high - low, 1e-6))
        return Images.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        inked = image.convert("RGBA")
        alpha = inked.getchannel("A")
        shown = np.asarray(inked.convert("L"))[np.asarray(alpha) > 0]
        # light letters on nothing are meant for a dark page
        paper = (
            "black"
            if shown.size and float(np.quantile(shown, _DARKEST)) > _LIGHT and alpha.getextrema()[0] == 0
            else "white"
        )
        page = Images.new("RGB", inked.size, paper)
        page.paste(inked, mask=alpha)
        return page
    return image.convert("RGB")


@cache
def default_engine() -> OcrEngine:
    """The engine of this process, loaded when first asked for.

    Raises:
        ConfigurationError: its package is not installed.
    """
    from ingest.ocr.rapid import RapidEngine

    return RapidEngine()


def read_text(image: Image, engine: OcrEngine | None = None) -> WrittenText:
    """The text of a picture in reading order; boxes are pixels of the picture as given.

    Sideways and upside-down pictures are turned for reading.

    Raises:
        ConfigurationError: the engine's package is not installed.
        DocumentError: the engine fails on this picture.
    """
    lines, angle, scale, (width, height) = _read(image, engine or default_engine())
    text = written(lines)
    return replace(text, boxes=boxes_before_turning(text.boxes, angle, width, height) * scale)


def read_image(image: Image, engine: OcrEngine | None = None) -> list[OcrLine]:
    """The lines of a picture, columns one after the other; boxes are pixels of the picture as given.

    Raises:
        ConfigurationError: the engine's package is not installed.
        DocumentError: the engine fails on this picture.
    """
    from ingest.ocr.order import columns

    lines, angle, scale, (width, height) = _read(image, engine or default_engine())
    ordered = (cell for column in columns(lines) for row in column for cell in row.cells)
    return [_before(line, angle, scale, width, height) for line in ordered]


@dataclass(slots=True)
class _Count:
    pages: int = 0


_read_of_file: ContextVar[_Count | None] = ContextVar("read_of_file", default=None)


@contextmanager
def one_file() -> Iterator[None]:
    """Count the pictures of a file and of all files in it (attachments) together, toward one limit."""
    if _read_of_file.get() is not None:
        yield
        return
    token = _read_of_file.set(_Count())
    try:
        yield
    finally:
        _read_of_file.reset(token)


class OcrReader:
    """Reads the pictures of one file by OCR, as far as the settings allow."""

    def __init__(self, settings: IngestSettings, engine: OcrEngine | None = None) -> None:
        self._settings = settings
        self._engine = engine
        self._read = _read_of_file.get() or _Count()

    @property
    def refusal(self) -> str:
        """Why the next picture will not be read; empty when it will."""
        if self._settings.ocr == "off":
            return "OCR is off (setting ingest.ocr)"
        if self._read.pages >= self._settings.ocr_pages:
            pages = how_many(self._settings.ocr_pages, "page")
            return f"more than {pages} would need OCR (setting ingest.ocr_pages)"
        return ""

    def read(self, image: Image) -> WrittenText | None:
        """The text of a picture as `read_text` gives it; None when there is a `refusal`.

        Raises:
            ConfigurationError: the engine's package is not installed.
            DocumentError: the engine fails on this picture.
        """
        if self.refusal:
            return None
        self._read.pages += 1
        with reading_by_ocr():
            return read_text(image, self._engine)


def _read(image: Image, engine: OcrEngine) -> tuple[list[OcrLine], int, float, tuple[int, int]]:
    picture, scale = prepared(image)
    lines, angle = read_upright(engine, picture)
    pixels = np.asarray(picture)
    seen = [line for line in lines if _is_seen(pixels, _before(line, angle, 1.0, *picture.size).box)]
    return seen, angle, scale, picture.size


def _is_seen(pixels: NDArray[np.uint8], box: PixelBox) -> bool:
    """Whether ink and paper of a line differ by more than a person needs to see it."""
    from ingest.loaders.visible import LEAST_DIFFERENCE

    left, top, right, bottom = (max(round(value), 0) for value in box)
    line = pixels[top : max(bottom, top + 1), left : max(right, left + 1)].reshape(-1, 3)
    low, high = np.quantile(line, _EDGES, axis=0) if len(line) else (np.zeros(3), np.zeros(3))
    return bool((high - low).max() > LEAST_DIFFERENCE)


def _before(line: OcrLine, angle: int, scale: float, width: float, height: float) -> OcrLine:
    """A line where it lies on the picture as given."""
    characters = boxes_before_turning(line.characters, angle, width, height) * scale
    left, top, right, bottom = line.box
    match angle:
        case 90:
            box = PixelBox(width - bottom, left, width - top, right)
        case 180:
            box = PixelBox(width - right, height - bottom, width - left, height - top)
        case 270:
            box = PixelBox(top, height - right, bottom, height - left)
        case _:
            box = line.box
    return replace(line, box=PixelBox(*(value * scale for value in box)), characters=characters)
