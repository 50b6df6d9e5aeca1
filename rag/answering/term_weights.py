"""How rare words are in a library, asked of its store."""

from __future__ import annotations

from collections.abc import Iterable

from rag.attribution import TermWeights, weights_from_frequencies
from rag.store import Store

__all__ = ["library_term_weights"]


def library_term_weights(store: Store, expected: Iterable[str]) -> TermWeights:
    """Weights by the number of chunks with a term; `expected` terms are looked up at once, others singly."""
    frequencies = dict(store.document_frequencies(expected))
    weigh = weights_from_frequencies(frequencies, max(store.chunk_count(), 1))

    def weight(term: str) -> float:
        if term not in frequencies:
            frequencies[term] = store.document_frequencies([term]).get(term, 0)
        return weigh(term)

    return weight
