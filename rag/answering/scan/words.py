"""A question word by word, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.text import STOP_WORDS, stem, words

__all__ = ["Word", "are_joined", "are_kin", "content_words", "is_deed", "windows"]

_APOSTROPHE: Final = re.compile(r"['’]s$")
_PIECE: Final = re.compile(r"\S+")
_JOINT: Final = re.compile(
    r"[^\w,/&、]*+(?:[,/&、和或及]|\b(?:and|or|nor)\b)\W*+"
    r"(?:\b(?:and|or|nor|either|any|the|a|an|by|in|from|with|of|for|is|are)\b\W*+)*+",
    re.IGNORECASE,
)
_DEED: Final = re.compile(r"\w{3,}ed", re.IGNORECASE)
_LEAST_COMMON: Final = 4
_IRREGULAR: Final = {
    "taught": "teach",
    "led": "lead",
    "wrote": "write",
    "written": "write",
    "drove": "drive",
    "driven": "drive",
    "held": "hold",
    "built": "build",
    "made": "make",
    "sold": "sell",
    "bought": "buy",
    "sang": "sing",
    "sung": "sing",
    "spoke": "speak",
    "spoken": "speak",
    "ran": "run",
    "won": "win",
    "kept": "keep",
    "sent": "send",
    "paid": "pay",
    "flew": "fly",
    "flown": "fly",
    "rode": "ride",
    "ridden": "ride",
    "drew": "draw",
    "drawn": "draw",
    "grew": "grow",
    "grown": "grow",
}
"""Verbs whose doers are called by another form: who taught is a teacher."""


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of a question: as it is written, its stem, and its place in the text."""

    text: str
    term: str
    start: int
    end: int


def content_words(text: str) -> list[Word]:
    """The content words of a text in order; their terms are those of `text_terms`, without "what's"."""
    found = []
    for piece in _PIECE.finditer(text):
        inside = 0
        low = piece.group().casefold()
        for word in words(piece.group()):
            at = max(low.find(word, inside), inside if word not in low else 0)
            inside = at
            if _APOSTROPHE.split(word)[0] not in STOP_WORDS:  # "what's" neither
                start = piece.start() + at
                found.append(Word(word, stem(word), start, start + len(word)))
    return found


def windows(terms: Sequence[str], said: Sequence[Word]) -> list[tuple[int, int]]:
    """Where words stand side by side in a question, in any order: from the first to behind the last."""
    size, wanted = len(terms), sorted(terms)
    return [
        (i, i + size)
        for i in range(len(said) - size + 1)
        if said[i].term in terms and sorted(word.term for word in said[i : i + size]) == wanted
    ]


def are_joined(text: str, before: Word, behind: Word) -> bool:
    """Whether two words are joined by "and" or "or", with nothing else between them."""
    return _JOINT.fullmatch(text[before.end : behind.start]) is not None


def are_kin(term: str, name_terms: frozenset[str]) -> bool:
    """Whether a verb says what a column's name says of its doer or deed: `drive` of `Driver`."""
    own = {stem(_IRREGULAR.get(term, term)), term}
    return any(_begin_alike(a, b) for a in own for b in name_terms)


def is_deed(word: str) -> bool:
    """Whether a word tells what was done: approved, taught."""
    return word.casefold() in _IRREGULAR or _DEED.fullmatch(word) is not None


def _begin_alike(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    common = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    return common == len(short) >= _LEAST_COMMON - 1 or common >= max(_LEAST_COMMON, len(short) - 1)
