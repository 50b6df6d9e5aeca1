"""How far the words of a question are found in a text, weighted by how rare they are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from rag.reading.question import text_terms
from rag.text import has_cjk

__all__ = [
    "TermWeights",
    "near_credits",
    "near_overlap",
    "overlap",
    "repeated_share",
    "weighted_share",
    "weights_from_frequencies",
    "weights_from_texts",
]

TermWeights = Callable[[str], float]
"""The weight of a term: its inverse document frequency, scaled to 0 to 1."""

_LEAST_PREFIX: Final = 4
_LEAST_TERMS: Final = 6
_OF_PROSE: Final = 1 / 3


def weights_from_frequencies(frequencies: Mapping[str, int], total: int) -> TermWeights:
    """Weights from the number of chunks that hold each term, out of `total` chunks.

    idf = ln(1 + (N - n + 0.5) / (n + 0.5)) (Robertson and Zaragoza 2009), divided by that of n = 0.
    """
    most = _idf(0, total)

    def weight(term: str) -> float:
        return _idf(min(frequencies.get(term, 0), total), total) / most

    return weight


def weights_from_texts(texts: Iterable[str]) -> TermWeights:
    """Weights from the texts at hand, where no store tells how rare a term is."""
    sets = [set(text_terms(text)) for text in texts]
    counts = Counter(term for terms in sets for term in terms)
    return weights_from_frequencies(counts, max(len(sets), 1))


def repeated_share(text: str) -> float:
    """How much of a text only says its content words again, beyond what prose does: 0 to 1.

    Longer sentences repeat words of theirs; up to a third of them is no stuffing. 0 for texts of a few
    words, and for scripts without spaces, whose pairs of characters recur anyway.
    """
    if has_cjk(text):
        return 0.0
    terms = text_terms(text)
    if len(terms) < _LEAST_TERMS:
        return 0.0
    repeated = 1 - len(set(terms)) / len(terms)
    return max(repeated - _OF_PROSE, 0.0) / (1 - _OF_PROSE)


def overlap(terms: Sequence[str], held: Collection[str], weight: TermWeights) -> float:
    """The weighted share of `terms` among `held`, 0 to 1; 0 without terms."""
    total = sum(map(weight, terms))
    return sum(weight(term) for term in terms if term in held) / total if total else 0.0


def near_overlap(terms: Sequence[str], held: Collection[str], weight: TermWeights) -> float:
    """As `overlap`, with part credit for near words (`near_credits`)."""
    return weighted_share(zip(terms, near_credits(terms, held), strict=True), weight)


def weighted_share(credits: Iterable[tuple[str, float]], weight: TermWeights) -> float:
    """The weighted mean of the credits of some terms; 0 without terms."""
    gained = total = 0.0
    for term, credit in credits:
        total += weight(term)
        gained += weight(term) * credit
    return gained / total if total else 0.0


def near_credits(terms: Sequence[str], held: Collection[str]) -> list[float]:
    """For each term 1 where it is held, else part of 1 for a common word beginning or for its characters.

    `locat` against `location` counts by the shared share of the longer word; a CJK bigram counts half for
    each of its characters. A term that holds a digit is there whole or not at all: P-17 is not P-16.
    """
    prefixes: dict[str, list[str]] = {}
    characters: set[str] = set()
    for word in held:
        if has_cjk(word):
            characters.update(word)
        elif len(word) >= _LEAST_PREFIX:
            prefixes.setdefault(word[:_LEAST_PREFIX], []).append(word)
    credits = []
    for term in terms:
        if term in held or any(map(str.isdigit, term)):
            credits.append(float(term in held))
        elif has_cjk(term):
            credits.append(sum(c in characters for c in term) / len(term))
        else:
            near = prefixes.get(term[:_LEAST_PREFIX], ()) if len(term) >= _LEAST_PREFIX else ()
            credits.append(max((_shared_prefix(term, word) for word in near), default=0.0))
    return credits


def _idf(count: int, total: int) -> float:
    return math.log(1.0 + (total - count + 0.5) / (count + 0.5))


def _shared_prefix(a: str, b: str) -> float:
    length = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        length += 1
    share = length / max(len(a), len(b))
    return share if share >= 0.5 else 0.0
