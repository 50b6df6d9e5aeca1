"""A question's way to its passages: both legs, fused, reranked where a reranker is there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.models.protocol import Embedder, Reranker
from rag.retrieval.fusion import reciprocal_rank_fusion
from rag.retrieval.passages import to_passages
from rag.schema import Hit, Passage
from rag.settings import RetrievalSettings
from rag.store import Store

__all__ = ["HybridRetriever", "Retrieval"]


@dataclass(frozen=True)
class Retrieval:
    """What was found for a question, and how.

    `legs` are each leg's own hits, best first; `weights` how far each leg was trusted (they sum
    to 1); `timings` seconds by stage.
    """

    question: str
    passages: tuple[Passage, ...]
    legs: dict[str, tuple[Hit, ...]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)


class HybridRetriever:
    """Finds passages by meaning (dense leg) and by words (lexical leg), and fuses both.

    The same question on the same library gives the same passages in the same order.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        settings: RetrievalSettings,
        reranker: Reranker | None = None,
        rerank_candidates: int = 50,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings
        self._reranker = reranker
        self._rerank_candidates = rerank_candidates

    def retrieve(
        self, question: str, top_k: int | None = None, documents: Sequence[str] | None = None
    ) -> Retrieval:
        """The best passages for a question, best first, only from `documents` (ids) where given."""
        top_k = self._settings.top_k if top_k is None else top_k
        timings: dict[str, float] = {}
        legs = self._search(question, max(top_k, self._settings.candidates), documents, timings)
        started = time.perf_counter()
        fused = reciprocal_rank_fusion(legs, self._settings.rrf_k)
        scores: dict[int, dict[str, float]] = {}
        for name, hits in legs.items():
            for hit in hits:
                scores.setdefault(hit.chunk_id, {})[name] = hit.score
        passages = to_passages(self._store, fused[: max(top_k, self._rerank_count())], scores)
        timings["fuse"] = time.perf_counter() - started
        if self._reranker is not None:
            passages = self._reranked(question, passages, timings)
        weights = {name: 1.0 / len(legs) for name in legs}
        return Retrieval(question, passages[:top_k], legs, weights, timings)

    def _search(
        self, question: str, count: int, documents: Sequence[str] | None, timings: dict[str, float]
    ) -> dict[str, tuple[Hit, ...]]:
        legs: dict[str, tuple[Hit, ...]] = {}
        if "dense" in self._settings.legs:
            started = time.perf_counter()
            vectors = self._embedder.embed_questions([question])
            timings["embed"] = time.perf_counter() - started
            started = time.perf_counter()
            found = self._store.dense_search(self._embedder.fingerprint, vectors, count, documents)
            legs["dense"] = tuple(found[0])
            timings["dense"] = time.perf_counter() - started
        if "lexical" in self._settings.legs:
            started = time.perf_counter()
            legs["lexical"] = tuple(self._store.lexical_search(question, count, documents))
            timings["lexical"] = time.perf_counter() - started
        return legs

    def _rerank_count(self) -> int:
        return self._rerank_candidates if self._reranker is not None else 0

    def _reranked(
        self, question: str, passages: tuple[Passage, ...], timings: dict[str, float]
    ) -> tuple[Passage, ...]:
        from rag.retrieval.rerank import rerank

        assert self._reranker is not None
        started = time.perf_counter()
        reranked = rerank(self._reranker, question, passages)
        timings["rerank"] = time.perf_counter() - started
        return reranked
