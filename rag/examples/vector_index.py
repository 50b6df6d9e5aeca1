"""Cosine similarity of one question with many, by an embedder's question vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rag.examples.scoring import Scores, as_floats
from rag.models.protocol import Embedder, Vectors

__all__ = ["VectorIndex"]


class VectorIndex:
    """Question vectors of many texts; each is computed once, at the first question after it was added.

    `rewrite` is applied to every text and question before it is embedded.
    """

    def __init__(self, embedder: Embedder, rewrite: Callable[[str], str] | None = None) -> None:
        self._embedder = embedder
        self._rewrite = rewrite
        self._vectors: Vectors = np.zeros((0, embedder.dimension), np.float32)
        self._waiting: list[str] = []

    def extend(self, texts: list[str]) -> None:
        """Add texts; they get the next positions and are embedded together when first needed."""
        self._waiting.extend(texts)

    @property
    def vectors(self) -> Vectors:
        """Unit vectors of all texts, shape (texts added, dimension)."""
        if self._waiting:
            self._vectors = np.concatenate([self._vectors, self._embed(self._waiting)])
            self._waiting = []
        return self._vectors

    def similarities(self, question: str) -> Scores:
        """The cosine of each text's vector with the question's, -1 to 1."""
        return as_floats(self.vectors @ self._embed([question])[0])

    def _embed(self, texts: list[str]) -> Vectors:
        rewritten = [self._rewrite(text) for text in texts] if self._rewrite else texts
        return self._embedder.embed_questions(rewritten)
