"""Whether the text layer of a page is worth reading: there at all, and letters rather than rubbish.

Garbled text comes from fonts that do not say which letters they show. It shows as replacement
characters, or as other letters, which then lack the vowels of a language (in Latin script), or mix
letters, digits and signs inside of words.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.glyphs import LINE_BREAK, unreadable_share

__all__ = ["TextLayer", "judged", "legible_characters"]

_FEW_CHARACTERS: Final = 25
_STAMP_CHARACTERS: Final = 150
"""So few characters on a page that is one picture are a stamp, or the header of a scan."""
_PICTURE_PAGE: Final = 0.5
_SHORTEST_TEXT: Final = 3
_MOST_UNREADABLE: Final = 0.3
_SOME_UNREADABLE: Final = 0.1
_LEAST_LETTERS: Final = 150
_FEWEST_VOWELS: Final = 0.2
_MOST_VOWELS: Final = 0.7
_LEAST_WORDS: Final = 25
_MOST_MIXED: Final = 0.5
_WORD: Final = re.compile(r"[^\s./:@_'’&+\-–—]{3,}")
_EDGES: Final = '()[]{}<>"“”„‘’«»,;!?*…·•†‡§%$€£#|='
_ORDINARY: Final = re.compile(
    r"[\d,.]+[^\W\d_]{0,3}|[^\W\d_]{1,3}\d+|[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+s?|(?:[A-Z]+[^\W\d_A-Z]+)+"
    r"|[\x00-\u024f]*+[^\x00-\u024f][\s\S]*+"
)
"""Numbers with a unit, letters of one case, capitals that begin parts, other scripts."""


def _letter_classes() -> NDArray[np.uint8]:
    """1 for the consonants and 2 for the vowels of Latin script, by code point."""
    classes = np.zeros(0x251, np.uint8)
    for code in range(0x250):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if chr(code).isalpha():
            classes[code] = 2 if base in "aeiouyæøœı" else 1
    return classes


_CLASSES: Final = _letter_classes()


class TextLayer(StrEnum):
    """What a page's text layer is worth."""

    READABLE = "readable"
    MISSING = "no text"
    GARBLED = "text layer garbled"
    FALSE = "text layer says other than is drawn"


def judged(text: str, picture_share: float, is_drawn: bool) -> TextLayer:
    """Judge the visible text of a page.

    Args:
        text: What an extractor read.
        picture_share: The share of the page that pictures cover, 0 to 1.
        is_drawn: Whether there are pictures or drawings on the page at all.
    """
    characters = legible_characters(text)
    if picture_share >= _PICTURE_PAGE:
        is_missing = characters < _STAMP_CHARACTERS
    else:
        is_missing = is_drawn and characters < (_FEW_CHARACTERS if picture_share else _SHORTEST_TEXT)
    if is_missing:
        return TextLayer.MISSING
    return TextLayer.GARBLED if len(text) >= _SHORTEST_TEXT and _is_garbled(text) else TextLayer.READABLE


def legible_characters(text: str) -> int:
    """How many characters other than spaces can be read."""
    visible = len(text) - text.count(" ") - text.count(LINE_BREAK)
    return round(visible * (1 - unreadable_share(text)))


def _is_garbled(text: str) -> bool:
    unreadable = unreadable_share(text)
    if unreadable > _MOST_UNREADABLE:
        return True
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
    _, consonants, vowels = np.bincount(_CLASSES[np.minimum(codes, 0x250)], minlength=3).tolist()
    letters = consonants + vowels
    if letters >= _LEAST_LETTERS and not _FEWEST_VOWELS <= vowels / letters <= _MOST_VOWELS:
        return True
    if unreadable <= _SOME_UNREADABLE and 2 * letters > len(text):
        return False  # prose; what follows takes time
    words = [stripped for word in _WORD.findall(text) if len(stripped := word.strip(_EDGES)) > 2]
    mixed = sum(_ORDINARY.fullmatch(word) is None for word in words)
    return len(words) >= _LEAST_WORDS and mixed > _MOST_MIXED * len(words)
