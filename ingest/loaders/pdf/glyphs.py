"""From pdfium's code points to the characters of the document's text, each with its source.

Ligatures and presentation forms are spelt out (each letter keeps the ligature's box), mathematical
letters become plain ones, spaces become one kind of space, marks join their letters, and what
cannot be stored or seen is left out. Full-width forms stay: they are how Chinese is written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import LINE_END_HYPHEN

__all__ = ["HYPHEN", "LINE_BREAK", "first_unit", "is_unspaced", "normalised", "unreadable_share"]

LINE_BREAK: Final = "\n"
HYPHEN: Final = chr(LINE_END_HYPHEN)
_REPLACEMENT: Final = "\ufffd"
# Alphabetic and Arabic presentation forms, Kangxi radicals, compatibility ideographs,
# mathematical letters, superior and inferior letters set as ligatures stay as they are
_SPELT_OUT: Final = (
    (0xFB00, 0xFDFF),
    (0xFE70, 0xFEFC),
    (0x2E80, 0x2FDF),
    (0xF900, 0xFAFF),
    (0x1D400, 0x1D7FF),
    (0x0132, 0x0133),
    (0x01C4, 0x01CC),
)
_SYMBOL_BULLETS: Final = frozenset("\uf0a7\uf0a8\uf0b7\uf0d8\uf06e\uf06f\uf071\uf075\uf076")
"""Bullets of Symbol and Wingdings, which Word maps into the private use area."""
_SYMBOL_MARKS: Final = {"\uf0fe": "☒", "\uf0fd": "☒", "\uf0fc": "✓", "\uf0fb": "✗"}
"""Marks of Wingdings; where a page has ticked boxes, its empty ones are no bullets."""
_EMPTY_BOXES: Final = (0xF0A8, 0xF06F)
_TICKED_BOXES: Final = (0xF0FD, 0xF0FE)
_UNSPACED: Final = re.compile(
    "[\u2e80-\u312f\u3190-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003134f]"
)
_DROPPED_FORMATS: Final = frozenset(
    "\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


class _Spelling(dict[str, str]):
    """How each character is written, worked out once a character."""

    def __missing__(self, character: str) -> str:
        spelt = self[character] = _spelt(character)
        return spelt


def _spelt(character: str) -> str:
    code = ord(character)
    if character in "\n" + HYPHEN:
        return character
    if character == "\r":
        return ""
    if character in "\t\f\v\u2028\u2029" or character.isspace():
        return " "
    if character in _DROPPED_FORMATS:
        return ""
    if character in _SYMBOL_MARKS:
        return _SYMBOL_MARKS[character]
    if character in _SYMBOL_BULLETS:
        return "•"
    if 0xF021 <= code <= 0xF07E:
        return chr(code - 0xF000)  # a symbol font's own ASCII
    category = unicodedata.category(character)
    if code == 0:
        return ""
    if category in ("Cc", "Cs", "Cn", "Co"):
        return _REPLACEMENT  # a glyph that the font maps to no letter
    if any(first <= code <= last for first, last in _SPELT_OUT):
        return unicodedata.normalize("NFKC", character).replace(" ", "")
    return unicodedata.normalize("NFC", character)


_SPELLING: Final = _Spelling()


def normalised(codes: NDArray[np.uint32]) -> tuple[str, NDArray[np.intp]]:
    """The readable text of code points, and for each of its characters the index of its source.

    A line break is one newline (pdfium writes two characters).
    """
    codes = np.where(codes < 0x110000, codes, ord(_REPLACEMENT)).astype("<u4")
    if np.isin(codes, _TICKED_BOXES).any():
        codes[np.isin(codes, _EMPTY_BOXES)] = ord("☐")
    pieces = list(codes.tobytes().decode("utf-32-le", "surrogatepass"))
    lengths = np.ones(len(pieces), np.intp)
    # most characters are ASCII, which stays as it is
    for index in np.flatnonzero((codes < 0x20) | (codes > 0x7E)).tolist():
        spelt = pieces[index] = _SPELLING[pieces[index]]
        lengths[index] = len(spelt)
    text = "".join(pieces)
    sources = np.repeat(np.arange(len(pieces), dtype=np.intp), lengths)
    return (text, sources) if text.isascii() else _composed(text, sources)


def _composed(text: str, sources: NDArray[np.intp]) -> tuple[str, NDArray[np.intp]]:
    """Join combining marks to the letters before them; the letter's box stands for both."""
    if unicodedata.is_normalized("NFC", text):
        return text, sources
    characters: list[str] = []
    kept: list[int] = []
    for character, source in zip(text, sources.tolist(), strict=True):
        if characters and unicodedata.combining(character):
            joined = unicodedata.normalize("NFC", characters[-1] + character)
            if len(joined) == 1:
                characters[-1] = joined
                continue
        characters.append(character)
        kept.append(source)
    return "".join(characters), np.array(kept, np.intp)


def first_unit(text: str) -> str:
    """What a line can begin with at the least: a word, or one character of a script without spaces."""
    if is_unspaced(text[:1]):
        return text[0]
    return re.split(rf"\s|(?={_UNSPACED.pattern})", text, maxsplit=1)[0]


def is_unspaced(character: str) -> bool:
    """Whether a script is written without spaces: Chinese and Japanese, their marks included."""
    return _UNSPACED.match(character) is not None


def unreadable_share(text: str) -> float:
    """The share of visible characters that no one can read (unmapped glyphs), 0 to 1."""
    visible = len(text) - text.count(" ") - text.count(LINE_BREAK)
    return text.count(_REPLACEMENT) / visible if visible else 0.0
