"""The words that chunks are indexed by and questions searched by."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from rag.text import STOP_WORDS, context_line, search_terms, stem

__all__ = ["LONGEST", "LexicalRow", "lexical_row", "question_terms", "rules"]

LexicalRow = Counter[str]
"""How often each word occurs in a chunk: in its text, its title and its headings together."""

LONGEST: Final = 64
"""Longer words (encoded binaries) are cut: nobody asks for them, and they would swell the index."""

_STOP_TERMS: Final = frozenset(stem(word) for word in STOP_WORDS)
_PROBE: Final = (
    "The companies' running 10-K filings, don't: 1,234.50 4.5% u.s. C++ a@b.com R&D x_y AT&T’s "
    "ﬁnance 中文檢索 東京タワー 한국어 Ёлка Straße naïve 2023年3月 no.7/8 $4,318.5 v1.2.3 ISO-9001 "
    "snakeCase CamelCase foo.bar() https://example.org/a/b?c=d"
)


def question_terms(question: str) -> list[str]:
    """The words that a question is searched by; stop words only when nothing else is there.

    A word that is said twice counts twice (BM25's question term frequency): in long questions it is
    what they are about. On CACM that is worth .05 nDCG@10, on sets of short questions nothing.
    """
    terms = [term[:LONGEST] for term in search_terms(question)]
    return [term for term in terms if term not in _STOP_TERMS] or terms


def lexical_row(title: str, headings: Sequence[str], text: str, context: str = "") -> LexicalRow:
    """What the index is told of a chunk; `context` is what stands above its rows in their table."""
    row = Counter(_cut(text)) + _context(title, tuple(headings))
    return row + Counter(_cut(context)) if context else row


@cache
def rules() -> str:
    """A name for the rules by which text is cut into words: what they make of a text that has all kinds."""
    return hashlib.sha256(" ".join(_cut(_PROBE)).encode()).hexdigest()[:16]


@lru_cache(maxsize=256)
def _context(title: str, headings: tuple[str, ...]) -> LexicalRow:
    """The words of title and headings; the chunks of a section share them."""
    return Counter(_cut(context_line(title, headings)))


def _cut(text: str) -> list[str]:
    return [term[:LONGEST] for term in search_terms(text)]
