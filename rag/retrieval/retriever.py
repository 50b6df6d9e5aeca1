"""A question's way to its passages: both legs, fused, reranked where a reranker is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from rag.models.model_protocol import Embedder, Reranker, Vectors
from rag.retrieval.adaptive import AdaptiveFusion, Fused, Lines
from rag.retrieval.diversity import diversified, parted_by_saying, parted_repeats
from rag.retrieval.fusion import reciprocal_rank_fusion
from rag.retrieval.made_of import lines_asked
from rag.retrieval.passage_merging import to_passages
from rag.retrieval.rerank import rerank
from rag.retrieval.second import SecondIndex
from rag.schema import Hit, Passage
from rag.settings import RetrievalSettings
from rag.store import Store

__all__ = ["HybridRetriever", "Retrieval"]

_BATCH: Final = 64
_SPARE: Final = 2
"""Twice as many passages as wanted, so that others can take the places of near-duplicates."""
_LEADERS: Final = 2
"""First hits of each leg that are always found."""
_COMPARED: Final = 40
"""Passages that are compared with each other."""


@dataclass(frozen=True)
class Retrieval:
    """What was found for a question, and how.

    `legs` are each leg's own hits, best first, and `fused` all of them together; `weights` how much
    each leg could say (they sum to 1); `timings` seconds by stage.
    """

    question: str
    passages: tuple[Passage, ...]
    legs: dict[str, tuple[Hit, ...]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    fused: tuple[Hit, ...] = ()


class HybridRetriever:
    """Finds passages by meaning (dense leg) and by words (lexical leg), and fuses both.

    The same question on the same library gives the same passages in the same order.

    Example:
        >>> retriever = HybridRetriever(store, embedder, RetrievalSettings())  # doctest: +SKIP
        >>> retriever.retrieve("Who wrote the minutes?").passages[0].page      # doctest: +SKIP
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        settings: RetrievalSettings,
        reranker: Reranker | None = None,
        rerank_candidates: int = 50,
        second_embedder: Callable[[], Embedder | None] | None = None,
    ) -> None:
        """Take what it searches.

        `second_embedder` makes the embedder for questions in languages that the first does not know.
        """
        self._store = store
        self._embedder = embedder
        self._settings = settings
        self._reranker = reranker
        self._rerank_candidates = rerank_candidates
        self._fusion = AdaptiveFusion(store, embedder.fingerprint)
        self._second = SecondIndex(store, second_embedder) if second_embedder is not None else None
        self._other: HybridRetriever | None = None

    def retrieve(
        self, question: str, top_k: int | None = None, documents: Sequence[str] | None = None
    ) -> Retrieval:
        """The best passages for a question, best first, only from `documents` (ids) where given."""
        return next(self.retrieve_all([question], top_k, documents))

    def retrieve_all(
        self, questions: Sequence[str], top_k: int | None = None, documents: Sequence[str] | None = None
    ) -> Iterator[Retrieval]:
        """The same for many questions in turn, embedded together: much faster than one by one."""
        top_k = self._settings.top_k if top_k is None else top_k
        for start in range(0, len(questions), _BATCH):
            batch = questions[start : start + _BATCH]
            timings: dict[str, float] = {}
            of_lines = {q: lines_asked(q) for q in batch if self._settings.fusion == "adaptive"}
            wordings = [*batch, *dict.fromkeys(text for text in of_lines.values() if text)]
            vectors = self._embed(wordings, timings)
            shared = {stage: seconds / len(batch) for stage, seconds in timings.items()}
            for i, question in enumerate(batch):
                if other := self._by_second_embedder(question):
                    yield other.retrieve(question, top_k, documents)
                    continue
                text = of_lines.get(question)
                lines = (
                    Lines(text, None if vectors is None else vectors[wordings.index(text)]) if text else None
                )
                vector = None if vectors is None else vectors[i]
                yield self._found(question, vector, top_k, documents, dict(shared), lines)

    def _by_second_embedder(self, question: str) -> HybridRetriever | None:
        """The same search with the second embedder, where the question is in a language that needs it."""
        second = self._second
        if second is None or not second.serves(question) or second.embedder is None:
            return None
        if self._other is None:
            self._other = HybridRetriever(
                second.as_store, second.embedder, self._settings, self._reranker, self._rerank_candidates
            )
        return self._other

    def _found(
        self,
        question: str,
        vector: Vectors | None,
        top_k: int,
        documents: Sequence[str] | None,
        timings: dict[str, float],
        lines: Lines | None,
    ) -> Retrieval:
        legs = self._search(question, vector, max(top_k, self._settings.candidates), documents, timings)
        with _timed(timings, "fuse"):
            fused = self._fuse(question, vector, legs, documents, lines)
            spare = max(top_k, min(_SPARE * top_k, _COMPARED))
            depth = max(top_k, self._rerank_candidates) if self._reranker is not None else spare
            passages = to_passages(self._store, fused.hits[:depth], fused.scores)
        if self._reranker is not None:
            with _timed(timings, "rerank"):
                passages = rerank(self._reranker, question, passages)
        with _timed(timings, "diversify"):
            passages = self._with_leaders(
                self._diverse(question, passages, fused, top_k)[:top_k], legs, fused
            )
        return Retrieval(question, passages, legs, dict(fused.weights), timings, fused.hits)

    def _with_leaders(
        self, passages: tuple[Passage, ...], legs: Mapping[str, Sequence[Hit]], fused: Fused
    ) -> tuple[Passage, ...]:
        """The passages with the first hits of each leg among them, in the last places where need be.

        Fusion can bury what one leg is sure of under many passages of one long document.
        """
        leading = {hit.chunk_id for hits in legs.values() for hit in hits[:_LEADERS]}
        held = {chunk_id for passage in passages for chunk_id in passage.chunk_ids}
        buried = [hit for hit in fused.hits if hit.chunk_id in leading - held]
        if not buried or len(passages) < 2 * len(leading):
            return passages
        ends = [p for p in reversed(passages) if not leading & set(p.chunk_ids)][: len(buried)]
        kept = tuple(passage for passage in passages if passage not in ends)
        return kept + to_passages(self._store, buried, fused.scores)

    def _diverse(
        self, question: str, passages: tuple[Passage, ...], fused: Fused, top_k: int
    ) -> tuple[Passage, ...]:
        """The passages that say something of their own first.

        Where these are too few, further hits are looked at: documents that all say the same do not take the
        places of one that says otherwise.
        """
        compared = passages[:_COMPARED]
        own, repeated = self._parted(question, compared)
        seen = len(compared)
        while len(own) < top_k and seen < len(fused.hits) and self._reranker is None:
            further = to_passages(self._store, fused.hits[seen : seen + _COMPARED], fused.scores)
            seen += _COMPARED
            own, more = self._parted(question, (*own, *further))
            repeated += more
        if self._settings.novelty:
            return diversified(own + repeated, top_k, self._settings.novelty)
        return own + repeated + (passages[_COMPARED:] if seen == len(compared) else ())

    def _parted(
        self, question: str, passages: Sequence[Passage]
    ) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
        """The passages that say something of their own, and those that repeat: words, or a statement."""
        own, copies = parted_repeats(passages, self._settings.duplicate_likeness)
        own, repeated = parted_by_saying(question, own)
        return own, repeated + copies

    def _embed(self, questions: Sequence[str], timings: dict[str, float]) -> Vectors | None:
        if "dense" not in self._settings.legs:
            return None
        with _timed(timings, "embed"):
            return self._embedder.embed_questions(questions)

    def _search(
        self,
        question: str,
        vector: Vectors | None,
        count: int,
        documents: Sequence[str] | None,
        timings: dict[str, float],
    ) -> dict[str, tuple[Hit, ...]]:
        legs: dict[str, tuple[Hit, ...]] = {}
        if vector is not None:
            with _timed(timings, "dense"):
                found = self._store.dense_search(
                    self._embedder.fingerprint, vector[None, :], count, documents
                )
                legs["dense"] = tuple(found[0])
        if "lexical" in self._settings.legs:
            with _timed(timings, "lexical"):
                legs["lexical"] = tuple(self._store.lexical_search(question, count, documents))
        return legs

    def _fuse(
        self,
        question: str,
        vector: Vectors | None,
        legs: dict[str, tuple[Hit, ...]],
        documents: Sequence[str] | None,
        lines: Lines | None,
    ) -> Fused:
        if self._settings.fusion == "adaptive":
            return self._fusion.fuse(question, vector, legs, documents, lines)
        scores: dict[int, dict[str, float]] = {}
        for name, hits in legs.items():
            for hit in hits:
                scores.setdefault(hit.chunk_id, {})[name] = hit.score
        shares = {name: 1.0 / len(legs) for name in legs}
        return Fused(tuple(reciprocal_rank_fusion(legs, self._settings.rrf_k)), scores, shares)


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    timings[stage] = time.perf_counter() - started
