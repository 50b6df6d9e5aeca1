"""Words broken at the end of a line: joined, or left as the compounds that they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ingest.loaders.pdf.glyphs import HYPHEN

__all__ = ["Vocabulary", "drops_hyphen", "vocabulary"]

Vocabulary = frozenset[str]
"""The words of a document that are not broken, lower-cased; compounds with their hyphens."""

# a word before a hyphen at the end of a line may be the half of one
_WORD: Final = re.compile(rf"[^\W\d_](?:[\w{HYPHEN}]|[-’'](?=\w)){{0,99}}+(?!-\s*\n)")
_LAST_PART: Final = re.compile(r"[^\W_]{1,60}(?:[-’'][^\W_]{1,60}){0,4}\Z")
_FIRST_PART: Final = re.compile(r"[^\W_]+")
_SHORTEST_PART: Final = 3


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """The unbroken words of texts in which `HYPHEN` marks the broken ones."""
    return frozenset(
        word.lower() for text in texts for word in set(_WORD.findall(text)) if HYPHEN not in word
    )


def drops_hyphen(before: str, after: str, known: Vocabulary) -> bool:
    """Whether the hyphen between two lines was set only to break a word.

    `before` ends where the hyphen stands, `after` is the next line. The document's own words decide:
    if it has the joined word, yes; if it has the compound, or both parts as words, no. A word that
    it has nowhere else is joined, for compounds are rarer than broken words.
    """
    left, right = _LAST_PART.search(before), _FIRST_PART.match(after)
    if not left or not right:
        return False
    first, second = left.group(), right.group()
    if not first[-1].isalpha() or not second[0].isalpha():
        return False
    if second[0].isupper() and not (first.isupper() and second.isupper()):
        return False
    first, second = first.lower(), second.lower()
    if first + second in known:
        return True
    if f"{first}-{second}" in known:
        return False
    parts_are_words = first in known and second in known and min(len(first), len(second)) >= _SHORTEST_PART
    return not parts_are_words
