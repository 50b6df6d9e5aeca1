"""Passages in other languages than the question's, found by an embedder that knows both.

Words tell nothing there, and neither does an embedder of one language. The second embedder's vectors are
made when a question first needs them, and kept in the library: most libraries are in the language in which
they are asked, and need none. Passages are ranked by their own likeness to the question and by that of
their best sentence, which a long passage hides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

import numpy as np

from rag.models.model_protocol import Embedder, Vectors
from rag.retrieval.passage_merging import to_passages
from rag.retrieval.retriever import HybridRetriever, Retrieval
from rag.retrieval.second import SecondVectors
from rag.schema import Hit, Passage
from rag.settings import RetrievalSettings
from rag.store import Store
from rag.text import is_foreign, sentence_spans

__all__ = ["ForeignRetriever"]

_COMPARED: Final = 2
"""Twice as many passages as wanted are compared by their sentences."""


class ForeignRetriever:
    """Finds what a question in one language asks for in documents of others.

    Args:
        store: the library.
        own: the library's own search, which says what is embedded first where there is much.
        make: makes the second embedder when it is first needed; None where there is none.
        settings: how many passages.
    """

    def __init__(
        self,
        store: Store,
        own: HybridRetriever,
        make: Callable[[], Embedder | None],
        settings: RetrievalSettings,
    ) -> None:
        self._store = store
        self._own = own
        self._make = make
        self._settings = settings

    @cached_property
    def _embedder(self) -> Embedder | None:
        return self._make()

    def retrieve(self, question: str, documents: Sequence[str] | None = None) -> Retrieval | None:
        """The best passages in other languages, only from `documents` (ids) where given, best first.

        None where there are none: all documents are in the question's language, or no embedder knows both.
        """
        languages = [language for language in self._store.languages() if is_foreign(question, language)]
        chunk_ids = self._store.chunks_in(languages, documents) if languages else []
        if not chunk_ids or self._embedder is None:
            return None
        started = time.perf_counter()
        asked = self._embedder.embed_questions([question])[0]
        ids, vectors = SecondVectors(self._store, self._embedder).of(
            chunk_ids,
            lambda: [hit.chunk_id for hit in self._own.retrieve(question, documents=documents).fused],
        )
        cosines = vectors @ asked
        first = np.argsort(-cosines, kind="stable")[: _COMPARED * self._settings.top_k]
        hits = tuple(Hit(ids[i], float(cosines[i])) for i in first)
        scores = {hit.chunk_id: {"dense": hit.score} for hit in hits}
        passages = to_passages(self._store, hits, scores, "dense")
        ranked = _by_sentences(self._embedder, asked, passages)[: self._settings.top_k]
        timings = {"foreign": time.perf_counter() - started}
        return Retrieval(question, ranked, {"dense": hits}, {"dense": 1.0}, timings, hits)


def _by_sentences(embedder: Embedder, asked: Vectors, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Passages in the order of their own cosine and that of their best sentence, which make their score."""
    sentences = [[p.text[s.start : s.end] for s in sentence_spans(p.text)] or [p.text] for p in passages]
    cosines = embedder.embed_passages([text for own in sentences for text in own]) @ asked
    ends = np.cumsum([len(own) for own in sentences])
    best = [float(part.max()) for part in np.split(cosines, ends[:-1])]
    scored = [
        replace(passage, score=(passage.score + own) / 2.0)
        for passage, own in zip(passages, best, strict=True)
    ]
    return tuple(sorted(scored, key=lambda passage: -passage.score))
