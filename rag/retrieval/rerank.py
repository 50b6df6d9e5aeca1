"""Passages put in a new order by a model that reads question and passage together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.models.model_protocol import Reranker
from rag.schema import Passage

__all__ = ["rerank"]


def rerank(reranker: Reranker, question: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The same passages in the reranker's order, ties in the order they came in.

    A reranker's scores compare within one call only, so they give the order alone: the passage in
    the n-th place takes the n-th best of the scores that came in, and the scale stays what it was.
    The reranker's own score is kept under `scores["reranked"]`.
    """
    if not passages:
        return ()
    judged = reranker.score(question, [passage.text for passage in passages])
    order = sorted(range(len(passages)), key=lambda i: (-judged[i], i))
    scale = sorted((passage.score for passage in passages), reverse=True)
    return tuple(
        replace(
            passages[i],
            score=score,
            scores={**passages[i].scores, "reranked": float(judged[i])},
            leg="reranked",
        )
        for i, score in zip(order, scale, strict=True)
    )
