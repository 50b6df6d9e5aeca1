"""`diversity`: one example from each of the clusters of the pool that are near the question."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.examples.indexes import QuestionIndex
from rag.examples.registry import SelectorOptions
from rag.examples.scoring import Scores, best
from rag.examples.selector import ExampleSelector
from rag.models.model_protocol import Vectors
from rag.schema import Example

__all__ = ["DiversitySelector", "build", "cluster"]

_ROUNDS: Final = 10


class DiversitySelector(ExampleSelector):
    """The most similar example of each cluster, for the k clusters where it is most similar.

    The pool is divided into as many clusters as the square root of its size (after Auto-CoT, Zhang
    et al. 2023, which takes one example from each of k clusters without regard to the question),
    again when examples came or went.
    """

    def __init__(self, index: QuestionIndex, **common: Any) -> None:
        super().__init__(index, **common)
        self._vectors = index
        self._clusters: NDArray[np.intp] = np.zeros(0, np.intp)
        self._clustered: tuple[int, list[Example]] = (0, [])

    def _choose(self, question: str, scores: Scores, k: int) -> NDArray[np.intp]:
        vectors = self._vectors.vectors
        count = max(k, math.isqrt(len(vectors)))
        if self._clustered != (count, self._pool):
            self._clusters = cluster(vectors, count)
            self._clustered = (count, self._pool.copy())
        ranked = best(scores, len(scores))
        _, first_of_cluster = np.unique(self._clusters[ranked], return_index=True)
        leaders = ranked[np.sort(first_of_cluster)][:k]
        others = ranked[~np.isin(ranked, leaders)]
        chosen = np.concatenate([leaders, others])[:k]
        return chosen[np.argsort(-scores[chosen], kind="stable")]


def cluster(vectors: Vectors, count: int) -> NDArray[np.intp]:
    """Spherical k-means (Dhillon and Modha 2001); each vector's cluster, shape (len(vectors),).

    Starts from vectors spread evenly over the pool, so that the result is the same each time.
    """
    count = min(count, len(vectors))
    centres = vectors[np.linspace(0, len(vectors) - 1, count).astype(np.intp)]
    nearest = np.zeros(len(vectors), np.intp)
    for _ in range(_ROUNDS):
        nearest = np.argmax(vectors @ centres.T, axis=1).astype(np.intp)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, vectors)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        # a cluster that lost all its members stays where it was
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), centres)
    return nearest


def build(options: SelectorOptions) -> ExampleSelector:
    """Rank by cosine, one example a cluster."""
    return DiversitySelector(QuestionIndex(options.need_embedder("diversity")), **options.common)
