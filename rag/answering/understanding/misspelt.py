"""Words that the library does not hold, with the nearest that it does: "did you mean Porto?"."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import takewhile
from typing import Final

from rag.answering.understanding.speech import speech_of
from rag.store import Store
from rag.text import STOP_WORDS, search_terms, stem

__all__ = ["did_you_mean", "distance"]

_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_LONG: Final = 8
_MOST: Final = 3
_LEAST_STEM: Final = 4
_ENDING: Final = 2
"""The last letters of a word, in which its forms differ."""


def did_you_mean(
    question: str, store: Store, is_word: Callable[[str], bool] = lambda word: False
) -> tuple[tuple[str, str], ...]:
    """Pairs (typed, known) for words of letters alone that no chunk holds and that are nearly one held.

    One slip is forgiven, in words of eight letters two; the most frequent of the nearest is told as the
    library writes it. Numbers and identifiers are never corrected, nor is what `is_word` knows to be a word:
    "come" is no slip of "code". Nor is another form of a word: "no ha pagado" does not ask for "pagada".
    """
    typed = {m.group(): stem(m.group().casefold()) for m in _WORD.finditer(question)}
    empty = STOP_WORDS | speech_of(question).function_words
    typed = {word: term for word, term in typed.items() if word.casefold() not in empty and word.isascii()}
    held = store.document_frequencies(typed.values())
    pairs = []
    for word, term in typed.items():
        if held.get(term) or len(term) < 4 or is_word(word):
            continue
        known = _nearest(term, store)
        written = _as_written(known, store) if known else ""
        if written and not (word.islower() and _is_other_form(word, written.lower())):
            pairs.append((word, written))
    return tuple(pairs[:_MOST])


def _is_other_form(word: str, other: str) -> bool:
    """Whether two words differ in their endings alone."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
    return same >= max(_LEAST_STEM, len(word) - _ENDING, len(other) - _ENDING)


def distance(one: str, other: str, most: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours between two words; `most` + 1 if more.

    Optimal string alignment (Damerau 1964).
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
        if min(row) > most and min(before) > most:
            return most + 1
    return min(row[-1], most + 1)


def _nearest(term: str, store: Store) -> str:
    most = 2 if len(term) >= _LONG else 1
    best, key = "", (most + 1, 0)
    for known, chunks in store.terms_of_length(len(term) - most, len(term) + most):
        if not known.isalpha() or (most == 1 and known[0] != term[0] and known[1:] != term[1:]):
            continue
        apart = distance(term, known, most)
        if apart <= most and (apart, -chunks) < key:
            best, key = known, (apart, -chunks)
    return best


def _as_written(term: str, store: Store) -> str:
    """A term as a chunk that holds it writes it."""
    hits = store.lexical_search(term, 1)
    for chunk in store.chunks([hit.chunk_id for hit in hits]):
        for match in _WORD.finditer(chunk.text):
            if term in search_terms(match.group()):
                return match.group()
    return ""
