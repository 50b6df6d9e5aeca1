"""The characters of a PDF page with their boxes, straight from pdfium.

A page holds some 4,000 characters and a call through ctypes costs about half a microsecond, so the
characters come in one call, their boxes in one call each, and fonts are asked for once a line.
"""

from __future__ import annotations

import ctypes
import math
import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.native import address, functions

__all__ = ["LINE_END_HYPHEN", "Boxes", "Font", "Frame", "PageCharacters", "main_angle", "read_characters"]

_FORCE_BOLD: Final = 1 << 18  # PDF 1.7, table 123, bit position 19
_BOLD_WEIGHT: Final = 600
_BOLD_NAME: Final = re.compile(r"bold|black|heavy|demi|-medi$|-bd\b|(?:cm|sf|ec|tc)[a-z]{0,12}bx", re.I)
"""Names of bold fonts; Medi is Nimbus's bold, BX Computer Modern's."""
_FIRST_NON_ASCII: Final = 0x7F
_MOST_CHARACTERS: Final = 200_000
_ANGLE_SAMPLES: Final = 16
_PDFIUM_HYPHEN: Final = 0x02
LINE_END_HYPHEN: Final = 0xFFFE
"""The code of a hyphen at the end of a line; the word, and pdfium's line, go on after it."""

_MATRIX_BYTES: Final = 24
_LINEAR: Final = struct.Struct("4f")
"""A text matrix without its shift."""

Boxes = NDArray[np.float32]


class Font(NamedTuple):
    """How a character is set: size in points as displayed, weight, direction in degrees (0 is upright)."""

    size: float
    bold: bool
    angle: int


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page is displayed: what it shows of its own space, turned and scaled.

    `bounds` are left, bottom, right, top in the page's own space; `rotation` is in degrees;
    `width` and `height` are the displayed size in points.
    """

    bounds: tuple[float, float, float, float]
    rotation: int
    width: float
    height: float

    @classmethod
    def of(cls, page: Any) -> Frame:
        """The frame of an open `pypdfium2.PdfPage`."""
        width, height = page.get_size()
        return cls(page.get_bbox(), page.get_rotation() % 360, width, height)

    def displayed(self, boxes: Boxes) -> Boxes:
        """Turn boxes of the page's own space (y upwards) into the page as displayed (y downwards)."""
        left, bottom, right, top = self.bounds
        x = boxes[:, (0, 2)]
        y = boxes[:, (1, 3)]
        match self.rotation:
            case 90:
                across, down = y - bottom, x - left
            case 180:
                across, down = right - x, y - bottom
            case 270:
                across, down = top - y, right - x
            case _:
                across, down = x - left, top - y
        turned = self.rotation % 180 == 90
        across = across * (self.width / max((top - bottom) if turned else (right - left), 1e-6))
        down = down * (self.height / max((right - left) if turned else (top - bottom), 1e-6))
        # many times faster than the least and the greatest along a row of two
        (x, far_x), (y, far_y) = across.T, down.T
        sides = np.minimum(x, far_x), np.minimum(y, far_y), np.maximum(x, far_x), np.maximum(y, far_y)
        return np.stack(sides, axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class PageCharacters:
    """What pdfium sees on a page, in the order of its content.

    `codes` are code points, shape (n,). `boxes` are left, top, right, bottom in points from the
    top left of the page as displayed, shape (n, 4): each covers the character's advance and the
    font's height. `truncated` says that there were more characters than a page can sensibly have.
    """

    codes: NDArray[np.uint32]
    boxes: Boxes
    frame: Frame
    fonts: FontReader
    truncated: bool = False

    def line_font(self, first: int, last: int) -> Font:
        """The font of a line by its first and last character; valid while the page is open.

        A run-in heading is not the line's weight, a raised number not its size.
        """
        if self.fonts.is_beyond(first):
            _, top, _, bottom = self.boxes[first].tolist()
            return Font(bottom - top, False, 0)
        font = self.fonts.font(first)
        if self.fonts.text_object(first) == self.fonts.text_object(last):
            return font
        other = self.fonts.font(last)
        return Font(max(font.size, other.size), font.bold and other.bold, font.angle)


def read_characters(page: Any, text_page: Any) -> PageCharacters:
    """Read an open `pypdfium2.PdfPage` through its text page."""
    handle = address(text_page)
    total = max(text_page.count_chars(), 0)
    count = min(total, _MOST_CHARACTERS)
    frame = Frame.of(page)
    boxes = frame.displayed(_loose_boxes(handle, count))
    codes = _codes(text_page, handle, count)
    return PageCharacters(codes, boxes, frame, FontReader(handle, frame.rotation, count), total > count)


def main_angle(page: Any, text_page: Any) -> int:
    """The direction in degrees, as displayed, of most of some characters of a page."""
    count = text_page.count_chars()
    fonts = FontReader(address(text_page), page.get_rotation())
    sample = range(0, count, max(count // _ANGLE_SAMPLES, 1))
    angles = [fonts.angle(index) for index in sample if fonts.text_object(index)]
    return max(set(angles), key=angles.count, default=0)


def _codes(text_page: Any, handle: int | None, count: int) -> NDArray[np.uint32]:
    """Code points, index for index pdfium's characters.

    The call for the whole text leaves out some characters and cuts code points to 16 bits; what it
    may have spoilt is asked for again one by one.
    """
    get_unicode = functions()["FPDFText_GetUnicode"]
    text = text_page.get_text_range(0, count, errors="surrogatepass") if count else ""
    if len(text) != count:
        codes = np.fromiter(map(get_unicode, repeat(handle), range(count)), np.uint32, count)
    else:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).copy()
        for index in np.flatnonzero(codes >= _FIRST_NON_ASCII).tolist():
            codes[index] = get_unicode(handle, index)
    codes[codes == _PDFIUM_HYPHEN] = LINE_END_HYPHEN
    return codes


def _loose_boxes(handle: int | None, count: int) -> Boxes:
    """Boxes as pdfium has them: left, top, right, bottom with y growing upwards."""
    boxes = np.full((count, 4), np.nan, np.float32)
    address = boxes.ctypes.data
    get_box = functions()["FPDFText_GetLooseCharBox"]
    found = np.fromiter(
        map(get_box, repeat(handle), range(count), range(address, address + 16 * count, 16)), np.bool_, count
    )
    boxes[~found] = np.nan
    return boxes


class FontReader:
    """Asks pdfium for the fonts of an open page's characters."""

    def __init__(self, text_page: int | None, rotation: int, count: int = _MOST_CHARACTERS) -> None:
        self._text_page, self._rotation, self._count = text_page, rotation, count
        self._matrix = bytearray(_MATRIX_BYTES)
        self._matrix_address = ctypes.addressof(ctypes.c_char.from_buffer(self._matrix))
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()

    def is_beyond(self, index: int) -> bool:
        """Whether a character is not one of the page's text, but was added to it."""
        return index >= self._count

    def text_object(self, index: int) -> int:
        """The object of the page's content that a character belongs to, 0 for pdfium's own spaces."""
        found: int = functions()["FPDFText_GetTextObject"](self._text_page, index)
        return found

    def font(self, index: int) -> Font:
        """The font of one character."""
        size = float(functions()["FPDFText_GetFontSize"](self._text_page, index))
        a, b, c, d = self._linear(index)
        # the font size counts before the text matrix, which may do all of the scaling
        return Font(size * math.hypot(c, d), self._is_bold(index), self._angle(a, b))

    def extents(self, index: int) -> tuple[float, float]:
        """The size of a character's type along its line and across it, in points."""
        size = float(functions()["FPDFText_GetFontSize"](self._text_page, index))
        a, b, c, d = self._linear(index)
        return size * math.hypot(a, b), size * math.hypot(c, d)

    def angle(self, index: int) -> int:
        """The direction in which the text of a character runs as displayed, a multiple of 90 degrees."""
        a, b, _, _ = self._linear(index)
        return self._angle(a, b)

    def _angle(self, a: float, b: float) -> int:
        if b == 0 < a:
            return -self._rotation % 360
        return round((math.degrees(math.atan2(b, a)) - self._rotation) / 90) * 90 % 360

    def _linear(self, index: int) -> tuple[float, float, float, float]:
        """The text matrix of a character without its shift."""
        if not functions()["FPDFText_GetMatrix"](self._text_page, index, self._matrix_address):
            return 1.0, 0.0, 0.0, 1.0
        a, b, c, d = _LINEAR.unpack_from(self._matrix)
        return a, b, c, d

    def _is_bold(self, index: int) -> bool:
        known = functions()
        if known["FPDFText_GetFontWeight"](self._text_page, index) >= _BOLD_WEIGHT:
            return True
        name, flags = ctypes.addressof(self._name), ctypes.addressof(self._flags)
        known["FPDFText_GetFontInfo"](self._text_page, index, name, len(self._name), flags)
        return bool(self._flags.value & _FORCE_BOLD) or _has_bold_name(self._name.value)


@lru_cache(maxsize=1024)
def _has_bold_name(name: bytes) -> bool:
    return _BOLD_NAME.search(name.decode("latin-1")) is not None
