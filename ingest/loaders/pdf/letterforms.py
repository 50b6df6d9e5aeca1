"""Whether letters of a PDF look like what its text says: a font may tell any letter for what it draws.

The first letters of each sort in each font are drawn by themselves and held against the same letters of
standard fonts (normalised correlation of pictures of `_SIDE` squared). Glyphs that are plainly other letters,
as they are in a font whose map is false or missing, tell that the text is not what a person reads. Fonts of
fanciful letters look like none and tell nothing.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import PageCharacters
from ingest.loaders.pdf.clips import Matrix, mapped
from ingest.loaders.pdf.drawings import Drawings
from ingest.loaders.pdf.foreign_fonts import font_name, has_letter
from ingest.loaders.pdf.native import address, functions
from ingest.loaders.pdf.traces import Inks

__all__ = ["JudgedLetters", "Letterforms"]

Picture = NDArray[np.uint8]
Form = NDArray[np.float32]
Mask = NDArray[np.bool_]
_SIDE: Final = 24
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_STANDARD: Final = (
    "Helvetica", "Times-Roman", "Courier", "Helvetica-Bold", "Times-Bold", "Helvetica-Oblique",
    "Times-Italic", "Times-BoldItalic", "Courier-Bold",
)  # fmt: skip
_PAINTED: Final = (0, 2)
"""Text rendering modes that fill letters (PDF 1.7, table 106)."""
_GREY: Final = np.array([0.3, 0.59, 0.11], np.float32)  # of red, green and blue, as pdfium draws it
_INKED: Final = 60
_OPAQUE: Final = 128
_USUAL_SHARE: Final = 0.35  # what the ink of a letter fills of its box, where that cannot be told
_DRAWN_SIDE: Final = 36.0
"""Pixels of the longer side of a letter when it is drawn."""
_LARGEST_SIDE: Final = 3_000.0
_LEAST_SIZE: Final = 1.5
_PLAINLY: Final = ((0.88, 0.3), (0.94, 0.15))
"""How alike another letter is at least, and how much more so than the one told."""
_SURE_OF_SIGNS: Final = 0.95  # some signs of other scripts look much like letters
_SIGNS: Final = (0x3400, 0x9FFF)
_LEAST_OTHERS: Final = 3
_LEAST_SHARE: Final = 0.2
_MOST_DRAWN: Final = 20_000
_TRIES: Final = 3
_WIDTHS: Final = 64
_WIDTH_BITS: Final = 7
_FONT_BITS: Final = 28
"""Where the number of a font stands in a key, above 21 bits of code point and those of the width."""
_FINE, _BLANK, _OTHER = range(3)


class JudgedLetters(NamedTuple):
    """Which characters of a page, shape (n,), have glyphs without ink, and which have those of other letters.

    `doubtful` says that some letters look like others, too few to say it of their fonts.
    """

    blank: Mask
    false: Mask
    doubtful: bool = False


class _Sample(NamedTuple):
    """One character of a page by its index, the object that draws it, and the way to the page."""

    place: int
    pointer: int
    matrix: Matrix | None

    @classmethod
    def of(cls, place: int, owner: int, drawings: Drawings) -> _Sample:
        """The character at a place that a text object draws."""
        return cls(place, int(drawings.texts[owner]), drawings.text_matrices[owner])


class Letterforms:
    """Judges the letters of one open `pypdfium2.PdfDocument`, each sort once in each font.

    `unmapped` tells its fonts that have no map to Unicode of their own, see `FallbackReader.unmapped_fonts`.
    """

    def __init__(self, document: Any, unmapped: Callable[[], Mapping[str, bool]] = dict) -> None:
        self._document = document
        self._numbers: dict[int, int] = {0: 0}
        self._held: list[Any] = []
        """A text object for each font: what is held stays at its address, by which the font is known."""
        self._unmapped = unmapped
        self._foreign: dict[int, str] = {}
        """The names of the fonts that are not in the file."""
        self._verdicts: dict[int, int] = {}
        self._shares: dict[int, float] = {}
        self._compared: defaultdict[int, set[int]] = defaultdict(set)
        self._others: defaultdict[int, set[int]] = defaultdict(set)

    def close(self) -> None:
        """Let go of the fonts; to be called before the document is closed."""
        import pypdfium2.raw as pdfium

        for held in self._held:
            pdfium.FPDFPageObj_Destroy(held)
        self._held.clear()

    def judged(
        self,
        page: Any,
        text_page: Any,
        characters: PageCharacters,
        drawings: Drawings,
        owners: NDArray[np.intp],
    ) -> JudgedLetters:
        """Judge the characters of a page; `owners` are the indices of their text objects, -1 for none."""
        count = len(characters.codes)
        verdicts, fonts = np.zeros(count, np.uint8), np.zeros(count, np.uint64)
        owned = np.flatnonzero(owners >= 0)
        fonts[owned] = self._fonts(drawings)[owners[owned]]
        lengths = np.bincount(owners[owned], minlength=len(drawings.texts))
        places = owned[_are_whole(characters, drawings, owners, owned)]
        keys, group = np.unique(_keys(characters, fonts, places), return_inverse=True)
        for index, key in enumerate(keys.tolist()):
            if key not in self._verdicts and len(self._verdicts) < _MOST_DRAWN:
                alike = places[group == index]
                # a short text is drawn fast
                tried = alike[np.argsort(lengths[owners[alike]], kind="stable")[:_TRIES]]
                samples = [_Sample.of(place, owners[place], drawings) for place in tried.tolist()]
                self._learn(key, page, text_page, samples)
        verdicts[places] = np.array([self._verdicts.get(key, _FINE) for key in keys.tolist()], np.uint8)[
            group
        ]
        wrong = [font for font, others in self._others.items() if self._is_false(font, len(others))]
        false: Mask = np.isin(fonts, np.array(wrong, np.uint64)) if wrong else np.zeros(count, np.bool_)
        return JudgedLetters(verdicts == _BLANK, false, bool(((verdicts == _OTHER) & ~false).any()))

    def inks(
        self,
        page: Any,
        text_page: Any,
        characters: PageCharacters,
        drawings: Drawings,
        owners: NDArray[np.intp],
        which: Mask,
    ) -> Inks:
        """How some characters of a page would look if nothing hid them; others count as without ink."""
        count = len(owners)
        boxes, shares = np.full((count, 4), np.nan, np.float32), np.zeros(count, np.float32)
        greys = np.full(count, np.nan, np.float32)
        fonts = self._fonts(drawings)[owners]
        places = np.flatnonzero(which)
        whole = _within_clips(characters, drawings, owners, places)
        box = np.zeros(4, np.float64)
        edges = [box.ctypes.data + 8 * place for place in (0, 2, 1, 3)]
        keys = _keys(characters, fonts, places)
        for place, key, is_whole in zip(places.tolist(), keys.tolist(), whole.tolist(), strict=True):
            if not functions()["FPDFText_GetCharBox"](address(text_page), place, *edges):
                continue
            boxes[place] = box
            if is_whole and key not in self._shares and len(self._shares) < _MOST_DRAWN:
                sample = _Sample.of(place, owners[place], drawings)
                if (picture := self._picture(page, text_page, sample, True)) is not None:
                    self._shares[key] = float(picture.mean() / max(picture.max(), 1))
            shares[place] = self._shares.get(key, _USUAL_SHARE)
        filled = (
            which & (drawings.text_modes == _PAINTED[0])[owners] & (drawings.text_colours[owners, 0] >= 0)
        )
        greys[filled] = drawings.text_colours[owners[filled]] @ _GREY
        return Inks(characters.frame.displayed(boxes), shares, greys)

    def _fonts(self, drawings: Drawings) -> NDArray[np.uint64]:
        """The number of each text's font in this document, from 1; 0 for none."""
        get_font = functions()["FPDFTextObj_GetFont"]
        pointers = np.fromiter(map(get_font, drawings.texts.tolist()), np.uint64, len(drawings.texts))
        used, group = np.unique(pointers, return_inverse=True)
        return np.array([self._hold(font) for font in used.tolist()], np.uint64)[group]

    def _hold(self, font: int) -> int:
        """The number of a font by its address."""
        import pypdfium2.raw as pdfium

        if font not in self._numbers:
            handle = ctypes.cast(font, pdfium.FPDF_FONT)
            self._held.append(pdfium.FPDFPageObj_CreateTextObj(self._document, handle, 1.0))
            self._numbers[font] = len(self._held)
            if not pdfium.FPDFFont_GetIsEmbedded(handle):
                self._foreign[len(self._held)] = font_name(handle)
        return self._numbers[font]

    def _learn(self, key: int, page: Any, text_page: Any, samples: list[_Sample]) -> None:
        """Judge one sort of letter; one that looks like another is looked at again elsewhere."""
        font, code = key >> _FONT_BITS, key % (1 << _FONT_BITS) >> _WIDTH_BITS
        verdict = self._verdicts[key] = _FINE
        if not _has_ink(code):
            return
        if font in self._foreign and has_letter(code, self._unmapped().get(self._foreign[font])):
            return
        for sample in samples:
            picture = self._picture(page, text_page, sample, _has_form(code))
            if picture is None:
                continue
            verdict = _judged(picture, code)
            if verdict == _FINE:
                break
        self._verdicts[key] = verdict
        self._compared[font].add(code)
        if verdict == _OTHER:
            self._others[font].add(code)

    def _is_false(self, font: int, others: int) -> bool:
        return others >= _LEAST_OTHERS and others >= _LEAST_SHARE * len(self._compared[font])

    def _picture(self, page: Any, text_page: Any, sample: _Sample, is_whole: bool) -> Picture | None:
        """A letter's ink, 0 to 255, upright, from its own object; None where it cannot be cut out.

        It is so large that its form tells if `is_whole`, else that it tells whether there is ink.
        """
        bounds = np.zeros(4, np.float32)
        start = bounds.ctypes.data
        known = functions()
        if not known["FPDFPageObj_GetBounds"](sample.pointer, start, start + 4, start + 8, start + 12):
            return None
        left, bottom, right, top = bounds.tolist()
        box = np.zeros(4, np.float64)
        edges = (box.ctypes.data + 8 * place for place in (0, 2, 1, 3))
        if not known["FPDFText_GetCharBox"](address(text_page), sample.place, *edges):
            return None
        inverse = None if sample.matrix is None else _inverse(sample.matrix)
        x, y, far_x, far_y = mapped((box[0], box[1], box[2], box[3]), inverse)
        longest = max(far_x - x, far_y - y)
        if longest == 0 or right <= left or top <= bottom:
            return np.zeros((1, 1), np.uint8)  # as pdfium measures glyphs without an outline
        if not 0 < longest < math.inf:
            return None
        side = longest if is_whole else max(longest, min(right - left, top - bottom))
        scale = min(_DRAWN_SIDE / side, _LARGEST_SIDE / max(right - left, top - bottom))
        drawn = _drawn(self._document, page, sample.pointer, scale)
        if drawn is None:
            return None
        across, down = drawn.shape[1] / (right - left), drawn.shape[0] / (top - bottom)
        cut = drawn[
            max(math.floor((top - far_y) * down), 0) : math.ceil((top - y) * down) + 1,
            max(math.floor((x - left) * across), 0) : math.ceil((far_x - left) * across) + 1,
        ]
        return np.rot90(cut, -_quarter_turns(sample.pointer)) if cut.size else None


def _are_whole(
    characters: PageCharacters, drawings: Drawings, owners: NDArray[np.intp], places: NDArray[np.intp]
) -> Mask:
    """Which characters, by their places, are painted whole: others may be without ink for other reasons."""
    boxes, texts = characters.boxes[places], owners[places]
    painted = np.isin(drawings.text_modes, _PAINTED) & (drawings.text_opacity >= _OPAQUE)
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    with np.errstate(invalid="ignore"):
        whole: Mask = painted[texts] & (np.maximum(width, height) >= _LEAST_SIZE)
        whole &= _within_clips(characters, drawings, owners, places)
    return whole & (characters.codes[places] < 0x110000)


def _within_clips(
    characters: PageCharacters, drawings: Drawings, owners: NDArray[np.intp], places: NDArray[np.intp]
) -> Mask:
    """Which characters, by their places, no clip cuts, as far as rectangles tell."""
    within: Mask = np.ones(len(places), np.bool_)
    if np.isfinite(drawings.text_clips).any():
        boxes, clips = characters.boxes[places], drawings.text_clips[owners[places]]
        with np.errstate(invalid="ignore"):
            within &= ~np.any((boxes[:, :2] < clips[:, :2]) | (boxes[:, 2:] > clips[:, 2:]), axis=1)
    return within


def _keys(
    characters: PageCharacters, fonts: NDArray[np.uint64], places: NDArray[np.intp]
) -> NDArray[np.uint64]:
    """Font, code and width of characters, each in one number."""
    boxes = characters.boxes[places]
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    widths = np.round(_WIDTHS * np.minimum(width, height) / np.maximum(np.maximum(width, height), 1e-3))
    codes = characters.codes[places].astype(np.uint64)
    keys: NDArray[np.uint64] = (
        (fonts[places] << _FONT_BITS) | (codes << _WIDTH_BITS) | widths.astype(np.uint64)
    )
    return keys


@lru_cache(maxsize=4096)
def _has_ink(code: int) -> bool:
    return unicodedata.category(chr(code))[0] in "LNPS"


def _has_form(code: int) -> bool:
    """Whether letters are told by their forms: Latin ones, digits and Chinese signs."""
    return _SIGNS[0] <= code <= _SIGNS[1] or (code < 0x80 and chr(code).isalnum())


def _judged(picture: Picture, code: int) -> int:
    if picture.max(initial=0) <= _INKED:
        return _BLANK
    if not _has_form(code):
        return _FINE
    form = _form(picture)
    forms, labels = _standard_forms()
    told = labels == ord(chr(code).lower())
    own = float((forms[told] @ form).max(initial=0.0))
    if own > 1 - min(more for _, more in _PLAINLY):
        return _FINE  # no other can be so much more alike
    other = float((forms @ form)[~told].max())
    if code >= _SIGNS[0]:
        return _OTHER if other >= _SURE_OF_SIGNS else _FINE
    return _OTHER if any(other >= sure and other - own >= more for sure, more in _PLAINLY) else _FINE


def _form(picture: Picture) -> Form:
    """A picture of a letter cut to its ink, scaled to a square, of mean 0 and length 1.

    It is all 0 where there is no ink, or nothing else.
    """
    from PIL import Image

    rows, columns = (np.flatnonzero(picture.max(axis=axis, initial=0) > _INKED) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return np.zeros(_SIDE**2, np.float32)
    ink = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = _SIDE / max(ink.shape)
    width, height = (max(1, round(side * scale)) for side in reversed(ink.shape))
    small = np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR), np.float32)
    square = np.zeros((_SIDE, _SIDE), np.float32)
    y, x = (_SIDE - height) // 2, (_SIDE - width) // 2
    square[y : y + height, x : x + width] = small
    form: Form = (square - square.mean()).ravel()
    return form / (float(np.linalg.norm(form)) or 1.0)


@lru_cache(maxsize=1)
def _standard_forms() -> tuple[Form, NDArray[np.uint32]]:
    """The letters of standard fonts as rows, and the code points of their small letters."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    document = pypdfium2.PdfDocument.new()
    page = document.new_page(100, 100)
    forms: list[Form] = []
    for name in _STANDARD:
        font = pdfium.FPDFText_LoadStandardFont(document, name.encode())
        for letter in _LETTERS:
            text = pdfium.FPDFPageObj_CreateTextObj(document, font, _DRAWN_SIDE)
            encoded = ctypes.create_string_buffer(letter.encode("utf-16-le") + b"\0\0")
            pdfium.FPDFText_SetText(text, ctypes.cast(encoded, ctypes.POINTER(ctypes.c_ushort)))
            drawn = _drawn(document, page, ctypes.cast(text, ctypes.c_void_p).value or 0, 1.0)
            pdfium.FPDFPageObj_Destroy(text)
            forms.append(_form(np.zeros((1, 1), np.uint8) if drawn is None else drawn))
        pdfium.FPDFFont_Close(font)
    page.close()
    document.close()
    return np.array(forms), np.array([ord(letter) for letter in _LETTERS.lower()] * len(_STANDARD), np.uint32)


def _drawn(document: Any, page: Any, pointer: int, scale: float) -> Picture | None:
    """The opacity, 0 to 255, of one text object drawn in its own space."""
    import pypdfium2.raw as pdfium

    handle = ctypes.cast(pointer, pdfium.FPDF_PAGEOBJECT)
    bitmap = pdfium.FPDFTextObj_GetRenderedBitmap(document, page, handle, scale)
    if not bitmap:
        return None
    try:
        width, height = pdfium.FPDFBitmap_GetWidth(bitmap), pdfium.FPDFBitmap_GetHeight(bitmap)
        shape = height, pdfium.FPDFBitmap_GetStride(bitmap)
        buffer = ctypes.cast(pdfium.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_ubyte))
        channels = np.ctypeslib.as_array(buffer, shape)[:, : 4 * width].reshape(height, width, 4)
        return channels[..., 3].copy()
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)


def _inverse(matrix: Matrix) -> Matrix | None:
    try:
        return np.linalg.inv(matrix).astype(np.float64)
    except np.linalg.LinAlgError:
        return None


def _quarter_turns(pointer: int) -> int:
    """How often the type of an object is turned by a quarter, against the clock."""
    values = np.zeros(6, np.float32)
    if not functions()["FPDFPageObj_GetMatrix"](pointer, values.ctypes.data):
        return 0
    return round(math.atan2(float(values[1]), float(values[0])) / (math.pi / 2)) % 4
