"""How rare words are: in a library, asked of its store, or in passages that stand for more of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from rag.reading import TermWeights, text_terms, weights_from_frequencies
from rag.schema import Passage
from rag.store import Store

__all__ = ["given_term_weights", "library_term_weights"]

_COLLECTION: Final = 50
"""Of how many passages a few given ones are thought to be a part."""


def library_term_weights(store: Store, expected: Iterable[str]) -> TermWeights:
    """Weights by the number of chunks with a term; `expected` terms are looked up at once, others singly."""
    frequencies = dict(store.document_frequencies(expected))
    weigh = weights_from_frequencies(frequencies, max(store.chunk_count(), 1))

    weights: dict[str, float] = {}

    def weight(term: str) -> float:
        if term not in weights:
            if term not in frequencies:
                frequencies[term] = store.document_frequencies([term]).get(term, 0)
            weights[term] = weigh(term)
        return weights[term]

    return weight


def given_term_weights(passages: Sequence[Passage]) -> TermWeights:
    """Weights by the number of given passages with a term, as if they were a few of `_COLLECTION`.

    By themselves alone, one passage would make each word that it holds common, and a word that it lacks
    weigh five times as much: its evidence would look poorer than that of the same passage in a library.
    """
    held = Counter(term for p in passages for term in set(text_terms(f"{p.title}\n{p.text}")))
    return weights_from_frequencies(held, max(len(passages), _COLLECTION))
