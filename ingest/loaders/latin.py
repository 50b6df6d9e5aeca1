"""Which code page a text in Latin script is in, by the alphabets of the languages that are written in it.

A few accented letters are too little for statistics: `Besançon` was taken for Baltic, `Müller … €` for
Icelandic on a Macintosh. The letters of one language decide: read with the wrong code page, a text has
letters that no language has together, or signs inside of words.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["latin_encoding"]

_CODE_PAGES: Final = {
    "cp1252": (
        "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõú", "àèéìíîòóù", "äåö", "æøåéèêòóô", "äëéèïöóü",
        "áðéíóúýþæö", "àçéèíïóòúü", "äöüõšž",
    ),
    "cp1250": (
        "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß",
    ),
    "cp1254": ("âçğıîöşüûİ",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
    "mac_roman": ("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõú", "àèéìíîòóù", "æøåéèêòóô", "äåö"),
    "cp850": ("äöüß", "àâæçéèêëîïôùûüÿ", "áéíñóúü", "áâãàçéêíóôõú", "àèéìíîòóù", "æøåéèêòóô", "äåö"),
}  # fmt: skip
"""The letters beyond ASCII of languages, by code page; the most common code page first."""
_SIGNS: Final = frozenset("€£¥§°«»‹›„“”‚‘’–—…·•©®™±µ½¼¾²³¹×÷ªº¿¡´¨¸\u00a0\u00ad†‡‰¢")
_IN_WORDS: Final = frozenset("’·´\u00ad–ªº°²³")
_SIGN_IN_WORD: Final = re.compile(r"(?<=[^\W\d_])([^\w\s])(?=[^\W\d_])")
_CAPITAL_IN_WORD: Final = re.compile(r"[a-zß-ÿ][À-ÖØ-Þ](?=[a-zß-ÿ])")
_MOST_BEYOND: Final = 0.3
_LEAST_EXPLAINED: Final = 0.9


def latin_encoding(data: bytes) -> str | None:
    """The code page of bytes that are mostly ASCII; None where no language explains them."""
    beyond = sum(byte > 0x7F for byte in data)
    if not beyond or beyond > _MOST_BEYOND * len(data):
        return None
    best, best_share = None, 0.0
    for encoding, alphabets in _CODE_PAGES.items():
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        share = _explained(text, alphabets)
        if share > best_share + 1e-9:
            best, best_share = encoding, share
    return best if best_share >= _LEAST_EXPLAINED else None


def _explained(text: str, alphabets: tuple[str, ...]) -> float:
    """The share of the characters beyond ASCII that one language has, signs in their places counted."""
    characters = [character for character in text if character > "\x7f"]
    letters = [character.lower() for character in characters if character.isalpha()]
    signs = sum(character in _SIGNS for character in characters if not character.isalpha())
    misplaced = sum(
        match.group(1) > "\x7f" and match.group(1) not in _IN_WORDS for match in _SIGN_IN_WORD.finditer(text)
    ) + len(_CAPITAL_IN_WORD.findall(text))
    known = max((sum(letter in alphabet for letter in letters) for alphabet in alphabets), default=0)
    return float(known + signs - misplaced) / len(characters)
