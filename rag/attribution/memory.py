"""Sentence vectors kept in memory: questions to one document meet the same sentences again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.models.protocol import Embedder, Vectors
from rag.text import text_hash

__all__ = ["SentenceVectors"]


class SentenceVectors:
    """Vectors of sentences from an embedder, the latest `most` of them remembered.

    Safe for several threads. At 384 numbers a vector, 8,192 vectors take 13 MB.
    """

    def __init__(self, embedder: Embedder, most: int = 8_192) -> None:
        if most < 1:
            raise ValueError(f"most must be at least 1, not {most}")
        self.embedder = embedder
        self._most = most
        self._known: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension); new texts go to the embedder in one call."""
        keys = [text_hash(text) for text in texts]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            embedded = self.embedder.embed_passages(list(new.values()))
            found.update(zip(new, embedded, strict=True))
        with self._lock:
            for key in keys:
                self._known[key] = found[key]
                self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return np.array([found[key] for key in keys], np.float32).reshape(len(keys), self.embedder.dimension)
