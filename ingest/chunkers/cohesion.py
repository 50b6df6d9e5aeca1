"""How much of what is spoken of goes on across a border: chunks are better cut where the topic shifts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from rag.text import STOP_WORDS, search_terms, stem

__all__ = ["cohesion"]

_WINDOW: Final = 3
_STOP_TERMS: Final = frozenset(stem(word) for word in STOP_WORDS)


def cohesion(texts: Sequence[str]) -> list[float]:
    """For each text, from 0 to 1, how alike the words of the few before and of those from it on are.

    The cosine of the words on both sides, weighted by how rare they are among the texts (Hearst 1997,
    "TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages", section 4.1). The first is 0.
    """
    bags = [Counter(term for term in search_terms(text) if term not in _STOP_TERMS) for text in texts]
    spread = Counter(term for bag in bags for term in bag)
    rarity = {term: math.log1p(len(bags) / count) for term, count in spread.items()}
    weighted = [{term: count * rarity[term] for term, count in bag.items()} for bag in bags]
    found = [0.0] if weighted else []
    for i in range(1, len(weighted)):
        before = _sum(weighted[max(i - _WINDOW, 0) : i])
        after = _sum(weighted[i : i + _WINDOW])
        found.append(_cosine(before, after))
    return found


def _sum(bags: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for bag in bags:
        for term, weight in bag.items():
            total[term] = total.get(term, 0.0) + weight
    return total


def _cosine(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    shared = sum(weight * second[term] for term, weight in first.items() if term in second)
    if not shared:
        return 0.0
    lengths = (math.sqrt(sum(weight * weight for weight in bag.values())) for bag in (first, second))
    return shared / math.prod(lengths)
