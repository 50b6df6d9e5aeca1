"""Cosine similarity of one question with many, by an embedder's question vectors in a FAISS index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.examples.scoring import Scores, as_floats
from rag.models.protocol import Embedder, Vectors
from rag.store.ranking import best_hits
from rag.store.vectors import faiss_module

__all__ = ["VectorIndex"]


class VectorIndex:
    """Question vectors of many texts; each is computed once, at the first question after it was added.

    `rewrite` is applied to every text and question before it is embedded. Every vector is compared, each
    by the same sums wherever it stands, so that equal texts are equally similar to the last bit.
    """

    def __init__(self, embedder: Embedder, rewrite: Callable[[str], str] | None = None) -> None:
        self._embedder = embedder
        self._rewrite = rewrite
        self._waiting: list[str] = []

    @cached_property
    def _flat(self) -> Any:
        return faiss_module().IndexFlatIP(self._embedder.dimension)

    def extend(self, texts: list[str]) -> None:
        """Add texts; they get the next positions and are embedded together when first needed."""
        self._waiting.extend(texts)

    def remove(self, positions: Sequence[int]) -> None:
        """Take texts out, each position given once; those behind move up."""
        embedded = self._flat.ntotal
        gone = set(positions)
        self._waiting = [text for number, text in enumerate(self._waiting, embedded) if number not in gone]
        self._flat.remove_ids(np.array([number for number in gone if number < embedded], np.int64))

    @property
    def vectors(self) -> Vectors:
        """Unit vectors of all texts, shape (texts, dimension): FAISS's own memory until the next change."""
        if self._waiting:
            self._flat.add(np.ascontiguousarray(self._embed(self._waiting), np.float32))
            self._waiting = []
        count, dimension = self._flat.ntotal, self._flat.d
        if not count:
            return np.zeros((0, dimension), np.float32)
        stored: Vectors = faiss_module().rev_swig_ptr(self._flat.get_xb(), count * dimension)
        return stored.reshape(count, dimension)

    def similarities(self, question: str) -> Scores:
        """The cosine of each text's vector with the question's, -1 to 1."""
        # a matrix product sums a row in another order according to where it stands, and waits for threads
        return as_floats(np.einsum("ij,j->i", self.vectors, self._embed([question])[0]))

    def nearest(self, question: str, k: int, allowed: NDArray[np.bool_]) -> list[tuple[int, float]]:
        """Positions and cosines of the k nearest of the allowed texts, of equal ones the earlier first."""
        vectors = self.vectors
        faiss = faiss_module()
        selector = None
        if not allowed.all():
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        parameters = faiss.SearchParameters(sel=selector) if selector else None

        def find(queries: Vectors, depth: int) -> NDArray[np.int64]:
            return np.asarray(self._flat.search(queries, depth, params=parameters)[1])

        count = int(np.count_nonzero(allowed))
        (hits,) = best_hits(self._embed([question]), k, count, find, lambda ids: (ids, vectors[ids]))
        return [(hit.chunk_id, hit.score) for hit in hits]

    def _embed(self, texts: list[str]) -> Vectors:
        rewritten = [self._rewrite(text) for text in texts] if self._rewrite else texts
        return self._embedder.embed_questions(rewritten)
