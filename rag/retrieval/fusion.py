"""Ranked lists of several legs made into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.schema import Hit

__all__ = ["reciprocal_rank_fusion"]


def reciprocal_rank_fusion(
    legs: Mapping[str, Sequence[Hit]], k: int = 60, weights: Mapping[str, float] | None = None
) -> list[Hit]:
    """Every chunk of any leg, best first, ties by chunk id; scores in 0 to 1.

    Score: the weighted sum over legs of 1 / (k + rank), rank from 1 (Cormack, Clarke and Büttcher
    2009), divided by what a chunk would get that is first in every leg.
    """
    weights = weights or {}
    sums: dict[int, float] = {}
    for name, hits in legs.items():
        weight = weights.get(name, 1.0)
        for rank, hit in enumerate(hits, 1):
            sums[hit.chunk_id] = sums.get(hit.chunk_id, 0.0) + weight / (k + rank)
    most = sum(weights.get(name, 1.0) for name in legs) / (k + 1)
    fused = (Hit(chunk_id, score / most if most else 0.0) for chunk_id, score in sums.items())
    return sorted(fused, key=lambda hit: (-hit.score, hit.chunk_id))
