"""How like a phrase is to others, and where the words of a text without spaces begin and end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rag.models.model_protocol import Embedder

__all__ = ["Likeness"]


class Likeness:
    """Asks the embedder that knows a text's language; without one nothing is like anything."""

    def __init__(self, embedder: Callable[[str], Embedder | None] | None = None) -> None:
        self._embedder = embedder

    def cosines(self, phrase: str, others: Sequence[str]) -> list[float]:
        """The cosine of a phrase with each of others; 0 without an embedder."""
        embedder = self._for(" ".join(others))
        if embedder is None or not others:
            return [0.0] * len(others)
        vectors = embedder.embed_questions([phrase, *others])
        scores: list[float] = np.asarray(vectors[1:] @ vectors[0], np.float64).tolist()
        return scores

    def edges(self, text: str) -> frozenset[int]:
        """Where the embedder's tokens of a text begin and end; in Chinese mostly at words."""
        embedder = self._for(text)
        spans = embedder.token_spans(text) if embedder is not None else ()
        return frozenset(at for span in spans for at in (span.start, span.end)) | {0, len(text)}

    def _for(self, text: str) -> Embedder | None:
        return self._embedder(text) if self._embedder is not None else None
