"""`mmr`: near the question, and not near each other."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.examples.hybrid_selector import HybridIndex
from rag.examples.indexes import QuestionIndex
from rag.examples.registry import SelectorOptions
from rag.examples.scoring import Scores, as_floats, best
from rag.examples.selector import ExampleSelector

__all__ = ["MaximalMarginalRelevanceSelector", "build"]

_RELEVANCE: Final = 0.7
_CANDIDATES: Final = 64


class MaximalMarginalRelevanceSelector(ExampleSelector):
    """Maximal marginal relevance (Carbonell and Goldstein 1998, section 2).

    Takes one example after the other, each time the one with the highest
    `relevance * sim(example, question) - (1 - relevance) * max sim(example, taken)`,
    among the `candidates` nearest to the question. How similar two examples are is always the
    cosine of their vectors; how similar one is to the question is for the index to say.
    """

    def __init__(
        self,
        index: QuestionIndex | HybridIndex,
        *,
        relevance: float = _RELEVANCE,
        candidates: int = _CANDIDATES,
        **common: Any,
    ) -> None:
        """Raise ValueError unless 0 <= relevance <= 1."""
        if not 0.0 <= relevance <= 1.0:
            raise ValueError(f"relevance must lie between 0 and 1, not {relevance}")
        super().__init__(index, **common)
        self._vectors = index
        self._relevance = relevance
        self._candidates = candidates

    def _choose(self, question: str, scores: Scores, k: int) -> NDArray[np.intp]:
        near = best(scores, max(self._candidates, k))
        vectors = self._vectors.vectors[near]
        gain = self._relevance * scores[near]
        redundancy = np.full(len(near), -np.inf)
        taken: list[int] = []
        for _ in range(k):
            # the first has nothing to repeat
            marginal = gain - (1.0 - self._relevance) * redundancy if taken else gain.copy()
            marginal[taken] = -np.inf
            taken.append(int(np.argmax(marginal)))
            redundancy = np.maximum(redundancy, as_floats(np.einsum("ij,j->i", vectors, vectors[taken[-1]])))
        chosen = near[sorted(taken)]
        return np.asarray(chosen, np.intp)


def build(options: SelectorOptions) -> ExampleSelector:
    """Rank by maximal marginal relevance over question vectors."""
    return MaximalMarginalRelevanceSelector(QuestionIndex(options.need_embedder("mmr")), **options.common)
