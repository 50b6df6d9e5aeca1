"""Ranks candidates by exact scores, so that equal vectors tie and ties go by id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from rag.models.protocol import Vectors
from rag.schema import Hit
from rag.store.protocol import Ids

__all__ = ["Fetch", "best_hits"]

Fetch = Callable[[Ids], tuple[Ids, Vectors]]
"""Gives the exact vectors of those ids that are still stored, with these ids."""

_DECIMALS: Final = 6
"""Scores that agree so far are ties: what lies beyond is the rounding of 32-bit vectors and sums."""
_MARGIN: Final = 32
_DEEPER: Final = 4


def best_hits(
    queries: Vectors,
    top_k: int,
    available: int,
    find: Callable[[Vectors, int], Ids],
    exact: Fetch,
) -> list[list[Hit]]:
    """The `top_k` best of what `find` finds for each query, by exact inner product, then by id.

    `find(queries, depth)` gives candidate ids of shape (len(queries), depth), -1 where there are
    fewer. Candidates number some more than `top_k`, and four times as many again where the last of
    them still ties with the k-th: a row of equal vectors may reach beyond.
    """
    queries = np.ascontiguousarray(queries, np.float32)
    results: list[list[Hit]] = [[] for _ in queries]
    top_k = min(top_k, available)
    if top_k < 1:
        return results
    waiting, depth = list(range(len(queries))), min(top_k + _MARGIN, available)
    while waiting:
        deeper = []
        for position, row in zip(waiting, find(queries[waiting], depth), strict=True):
            ranked = _ranked(queries[position], row[row >= 0], exact)
            results[position] = ranked[:top_k]
            if depth < available and len(ranked) > top_k and ranked[-1].score == ranked[top_k - 1].score:
                deeper.append(position)
        waiting, depth = deeper, min(depth * _DEEPER, available)
    return results


def _ranked(query: Vectors, ids: Ids, exact: Fetch) -> list[Hit]:
    ids, vectors = exact(ids)
    scores = np.round(vectors.astype(np.float64) @ query.astype(np.float64), _DECIMALS)
    order = np.lexsort((ids, -scores))
    return [Hit(int(ids[i]), float(scores[i])) for i in order]
