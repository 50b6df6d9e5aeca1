"""What counts as the same string when an answer about a document is judged.

A power can be written as `10⁶` or `10^6`, a tick as ☑ or `[x]`, a thousand with or without its comma; `412`
is not in `4123`. So strings are compared as runs of words after all of these are written in one way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

__all__ = ["MARKS", "YES_NO", "plain", "sentence_count", "within", "words"]

MARKS: Final = frozenset("☒☐✓✗")
YES_NO: Final = frozenset(
    ("yes", "no", "ja", "nein", "oui", "non", "sí", "si", "sim", "não", "да", "нет", "نعم", "لا", "是", "否")
)
"""Words that answer a question by themselves, and say nothing anywhere else in a text."""

_GLYPHS: Final = {
    **dict.fromkeys("☑✅🗹◉⦿●⊠■", "☒"),
    **dict.fromkeys("○◯□⬜", "☐"),
    **dict.fromkeys("✔", "✓"),
    **dict.fromkeys("✘✕✖❌", "✗"),
}
_KEPT: Final = MARKS | set("^%§")
_RAISED: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))
_FRACTIONS: Final = {
    **{"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"},
    **{"⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"},
}
_NUMBER: Final = re.compile(r"\d+(?:[.,:/]\d+)*")
_SENTENCE_END: Final = re.compile(r"[.!?](?=\s+[\"“«(]?[^\W\d_a-z])|[。！？](?=.)")
_NO_END: Final = re.compile(r"(?:\b\d{1,2}|\b[A-Za-z]|\b(?:No|Mr|Ms|Dr|St|Nr|ca))$")
_MOST_BEFORE_END: Final = 8


def plain(text: str) -> str:
    """One way of writing for raised digits, fractions, tick marks, signs, thousands and case."""
    text = " ".join(text.split())
    text = re.sub(r"<sup>([^<>]*)</sup>", lambda found: "^" + found[1].strip(), text)
    text = re.sub(r"</?(?:sub|b|i|em|strong|p|span)>", "", text)
    text = re.sub(f"[{''.join(_RAISED)}]+", lambda found: "^" + "".join(_RAISED[c] for c in found[0]), text)
    text = re.sub("|".join(_FRACTIONS), lambda found: f" {_FRACTIONS[found[0]]} ", text)
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    text = text.replace("\u2044", "/").replace("\u2212", "-").replace("\u2011", "-")
    text = re.sub(r"\[[x✓✔]\]|\([x•✓]\)", " ☒ ", text)
    text = re.sub(r"\[ ?\]|\( \)", " ☐ ", text)
    text = "".join(_GLYPHS.get(character, character) for character in text)
    text = re.sub(r"\\(?:times|cdot)\b|[×·∙⋅*]", " ", text)
    text = " ".join(text.split())
    text = re.sub(r"(?<=\d) ?x ?(?=\d)", " ", text)
    text = re.sub(r"\^ ?[{(]? ?([-+]?\d+) ?[})]?", r" ^\1 ", text)
    text = re.sub(r"\bper ?cent\b", "%", text)
    text = re.sub(r"(\d{1,2}:\d{2}(?::\d{2})?)[.,]\d{3}", r"\1", text)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<=\d)\.00(?![\d.])", "", text)
    return "".join(c for c in unicodedata.normalize("NFC", text) if not _is_unseen(c))


def words(text: str) -> list[str]:
    """Words, numbers (with the separators inside them) and marks, without the other punctuation."""
    found: list[str] = []
    text, at = plain(text), 0
    while at < len(text):
        character, end = text[at], at + 1
        if character in _KEPT or _stands_alone(character):
            found.append(character)
        elif character.isdigit() and (number := _NUMBER.match(text, at)):
            sign = "-" if text[max(at - 2, 0) : at] == "^-" else ""
            found.append(sign + number[0])
            end = number.end()
        elif character.isalpha():
            while end < len(text) and _goes_on(text[end]):
                end += 1
            found.append(text[at:end])
        at = end
    return found


def within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether a run of words stands in a text's words."""
    size, part = len(part), list(part)
    return size > 0 and any(list(whole[i : i + size]) == part for i in range(len(whole) - size + 1))


def sentence_count(text: str) -> int:
    """About how many sentences a text has: one more than the ends within it; initials and days end none."""
    ends = (
        found
        for found in _SENTENCE_END.finditer(text)
        if not _NO_END.search(text[max(found.start() - _MOST_BEFORE_END, 0) : found.start()])
    )
    return 1 + sum(bool(text[found.end() :].strip()) for found in ends)


def _is_unseen(character: str) -> bool:
    """Format characters, the Arabic stretch and Hebrew and Arabic points: they change no word."""
    category = unicodedata.category(character)
    return category == "Cf" or character == "ـ" or (category == "Mn" and "\u0590" <= character <= "\u06ff")


def _stands_alone(character: str) -> bool:
    """Whether a character of a script without spaces, which is a word of its own here."""
    return (
        "\u1100" <= character <= "\u11ff"
        or "\u3040" <= character <= "\u30ff"
        or "\u3400" <= character <= "\u9fff"
        or "\uac00" <= character <= "\ud7af"
    )


def _goes_on(character: str) -> bool:
    return (character.isalnum() or unicodedata.category(character)[0] == "M") and not _stands_alone(character)
