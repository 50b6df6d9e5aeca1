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
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import PageCharacters
from ingest.loaders.pdf.drawings import Drawings, fill_colours
from ingest.loaders.pdf.limits import Matrix, mapped
from ingest.loaders.pdf.native import address, functions

__all__ = ["JudgedLetters", "Letterforms"]

Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]
_SIDE: Final = 24
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_STANDARD: Final = (
    "Helvetica", "Times-Roman", "Courier", "Helvetica-Bold", "Times-Bold", "Helvetica-Oblique",
    "Times-Italic", "Times-BoldItalic", "Courier-Bold",
)  # fmt: skip
_PAINTED: Final = (0, 2)
"""Text rendering modes that fill letters (PDF 1.7, table 106)."""
_INKED: Final = 60
_OPAQUE: Final = 128
_DRAWN_SIDE: Final = 36.0
"""Pixels of the longer side of a letter when it is drawn."""
_LARGEST_SIDE: Final = 3_000.0
_LEAST_SIZE: Final = 1.5
_PLAINLY: Final = ((0.88, 0.3), (0.94, 0.15))
"""How alike another letter is at least, and how much more so than the one told."""
_SURE_OF_SIGNS: Final = 0.95
"""Some signs of other scripts look much like letters."""
_SIGNS: Final = (0x3400, 0x9FFF)
_LEAST_OTHERS: Final = 3
_LEAST_SHARE: Final = 0.2
_MOST_DRAWN: Final = 20_000
_TRIES: Final = 3
_WIDTHS: Final = 64
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


class Letterforms:
    """Judges the letters of one open `pypdfium2.PdfDocument`, each sort once in each font."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._held: dict[int, Any] = {}
        """A text object for each font: what is held stays at its address, by which the font is known."""
        self._verdicts: dict[tuple[int, int, int], int] = {}
        self._compared: defaultdict[int, set[int]] = defaultdict(set)
        self._others: defaultdict[int, set[int]] = defaultdict(set)

    def close(self) -> None:
        """Let go of the fonts; to be called before the document is closed."""
        import pypdfium2.raw as pdfium

        for held in self._held.values():
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
        for keys, places in self._sorts(characters, drawings, owners, fonts):
            if keys not in self._verdicts and len(self._verdicts) < _MOST_DRAWN:
                samples = [
                    _Sample(index, int(drawings.texts[owners[index]]), drawings.text_matrices[owners[index]])
                    for index in places[:_TRIES].tolist()
                ]
                self._learn(keys, page, text_page, samples)
            verdicts[places] = self._verdicts.get(keys, _FINE)
        wrong = [font for font, others in self._others.items() if self._is_false(font, len(others))]
        false: Mask = np.isin(fonts, np.array(wrong, np.uint64))
        return JudgedLetters(verdicts == _BLANK, false, bool(((verdicts == _OTHER) & ~false).any()))

    def _sorts(
        self,
        characters: PageCharacters,
        drawings: Drawings,
        owners: NDArray[np.intp],
        fonts: NDArray[np.uint64],
    ) -> Iterator[tuple[tuple[int, int, int], NDArray[np.intp]]]:
        """Font, code and width of each sort of letter on a page, and where it stands; `fonts` is filled."""
        get_font = functions()["FPDFTextObj_GetFont"]
        found = np.fromiter(map(get_font, drawings.texts.tolist()), np.uint64, len(drawings.texts))
        for font in np.unique(found).tolist():
            self._hold(font)
        owned = owners >= 0
        fonts[owned] = found[owners[owned]]
        places = np.flatnonzero(_to_judge(characters, drawings, owners))
        boxes = characters.boxes[places]
        sizes = boxes[:, 2:] - boxes[:, :2]
        widths = np.round(_WIDTHS * sizes.min(axis=1) / np.maximum(sizes.max(axis=1), 1e-3)).astype(np.uint64)
        keys = np.stack([fonts[places], characters.codes[places].astype(np.uint64), widths], axis=1)
        order = np.lexsort(keys.T)
        starts = np.flatnonzero(np.any(np.diff(keys[order], axis=0) != 0, axis=1)) + 1
        for group in np.split(order, starts) if len(order) else ():
            font, code, width = keys[group[0]].tolist()
            yield (font, code, width), places[np.sort(group)]

    def _hold(self, font: int) -> None:
        import pypdfium2.raw as pdfium

        if font and font not in self._held:
            handle = ctypes.cast(font, pdfium.FPDF_FONT)
            self._held[font] = pdfium.FPDFPageObj_CreateTextObj(self._document, handle, 1.0)

    def _learn(self, key: tuple[int, int, int], page: Any, text_page: Any, samples: list[_Sample]) -> None:
        """Judge one sort of letter; one that looks like another is looked at again elsewhere."""
        font, code, _ = key
        verdict = _FINE
        for sample in samples:
            picture = self._picture(page, text_page, sample)
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

    def _picture(self, page: Any, text_page: Any, sample: _Sample) -> Picture | None:
        """A letter's ink, 0 to 255, upright, from its own object; None where it cannot be cut out."""
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
            return np.zeros((1, 1), np.float32)  # as pdfium measures glyphs without an outline
        if not 0 < longest < math.inf:
            return None
        drawn = _drawn(
            self._document,
            page,
            sample.pointer,
            min(_DRAWN_SIDE / longest, _LARGEST_SIDE / max(right - left, top - bottom)),
        )
        if drawn is None:
            return None
        across, down = drawn.shape[1] / (right - left), drawn.shape[0] / (top - bottom)
        cut = drawn[
            max(math.floor((top - far_y) * down), 0) : math.ceil((top - y) * down) + 1,
            max(math.floor((x - left) * across), 0) : math.ceil((far_x - left) * across) + 1,
        ]
        return np.rot90(cut, -_quarter_turns(sample.pointer)) if cut.size else None


def _to_judge(characters: PageCharacters, drawings: Drawings, owners: NDArray[np.intp]) -> Mask:
    """Characters that are painted whole: others may be without ink for other reasons."""
    codes, boxes = characters.codes, characters.boxes
    used = np.unique(codes)
    inked = [
        code for code in used.tolist() if code < 0x110000 and unicodedata.category(chr(code))[0] in "LNPS"
    ]
    with np.errstate(invalid="ignore"):
        judged: Mask = np.isin(codes, inked) & (owners >= 0)
        judged &= (boxes[:, 2:] - boxes[:, :2]).max(axis=1) >= _LEAST_SIZE
        if not len(drawings.texts):
            return judged
        _, opacity = fill_colours(drawings.texts.tolist())
        whole = np.isin(drawings.text_modes, _PAINTED) & (opacity >= _OPAQUE)
        clips = drawings.text_clips[owners]
        cut = np.any((boxes[:, :2] < clips[:, :2]) | (boxes[:, 2:] > clips[:, 2:]), axis=1)
    found: Mask = judged & whole[owners] & ~cut
    return found


def _judged(picture: Picture, code: int) -> int:
    form = _form(picture)
    if form is None:
        return _BLANK
    is_sign = _SIGNS[0] <= code <= _SIGNS[1]
    if not is_sign and not (code < 0x80 and chr(code).isalnum()):
        return _FINE
    forms, labels = _standard_forms()
    likeness = forms @ form
    told = labels == ord(chr(code).lower())
    other = float(likeness[~told].max())
    own = float(likeness[told].max()) if told.any() else 0.0
    if is_sign:
        return _OTHER if other >= _SURE_OF_SIGNS else _FINE
    return _OTHER if any(other >= sure and other - own >= more for sure, more in _PLAINLY) else _FINE


def _form(picture: Picture) -> Picture | None:
    """A picture of a letter cut to its ink, scaled to a square, of mean 0 and length 1; None without ink.

    It is all 0 where the ink fills the square, as that of a full stop may.
    """
    from PIL import Image

    rows, columns = (np.flatnonzero(picture.max(axis=axis) > _INKED) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return None
    ink = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.uint8)
    scale = _SIDE / max(ink.shape)
    width, height = (max(1, round(side * scale)) for side in reversed(ink.shape))
    small = np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR), np.float32)
    square = np.zeros((_SIDE, _SIDE), np.float32)
    y, x = (_SIDE - height) // 2, (_SIDE - width) // 2
    square[y : y + height, x : x + width] = small
    form: Picture = (square - square.mean()).ravel()
    return form / (float(np.linalg.norm(form)) or 1.0)


@lru_cache(maxsize=1)
def _standard_forms() -> tuple[Picture, NDArray[np.uint32]]:
    """The letters of standard fonts as rows, and the code points of their small letters."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    document = pypdfium2.PdfDocument.new()
    page = document.new_page(100, 100)
    forms: list[Picture] = []
    for name in _STANDARD:
        font = pdfium.FPDFText_LoadStandardFont(document, name.encode())
        for letter in _LETTERS:
            text = pdfium.FPDFPageObj_CreateTextObj(document, font, _DRAWN_SIDE)
            encoded = ctypes.create_string_buffer(letter.encode("utf-16-le") + b"\0\0")
            pdfium.FPDFText_SetText(text, ctypes.cast(encoded, ctypes.POINTER(ctypes.c_ushort)))
            drawn = _drawn(document, page, ctypes.cast(text, ctypes.c_void_p).value or 0, 1.0)
            pdfium.FPDFPageObj_Destroy(text)
            form = None if drawn is None else _form(drawn)
            forms.append(np.zeros(_SIDE**2, np.float32) if form is None else form)
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
        return channels[..., 3].astype(np.float32)
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
