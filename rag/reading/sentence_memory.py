"""Sentence vectors kept in memory: questions to one document meet the same sentences again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from rag.models.model_protocol import Embedder, Vectors
from rag.text import text_hash

__all__ = ["SentenceVectors"]

_Found = dict[bytes, NDArray[np.float32]]


class SentenceVectors:
    """Vectors of sentences from an embedder, the latest `most` of them remembered.

    Safe for several threads: a sentence that one is embedding is waited for by the others, so that many
    questions at once, to documents that nobody asked before, embed each sentence once. At 384 numbers a
    vector, 8,192 vectors take 13 MB.
    """

    def __init__(self, embedder: Embedder, most: int = 8_192) -> None:
        if most < 1:
            raise ValueError(f"most must be at least 1, not {most}")
        self.embedder = embedder
        self._most = most
        self._known: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._coming: dict[bytes, Future[_Found]] = {}
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension); new texts go to the embedder in one call."""
        keys = [text_hash(text) for text in texts]
        wanted = dict(zip(keys, texts, strict=True))
        found: _Found = {}
        while missing := {key: text for key, text in wanted.items() if key not in found}:
            found |= self._some(missing)
        with self._lock:
            self._remember({key: found[key] for key in keys})
        return np.array([found[key] for key in keys], np.float32).reshape(len(keys), self.embedder.dimension)

    def _some(self, wanted: Mapping[bytes, str]) -> _Found:
        """What is known of these, what nobody else is embedding, and then what others have embedded.

        Where another thread failed, its texts are left out, for the caller to take them up.
        """
        with self._lock:
            found = {key: self._known[key] for key in wanted if key in self._known}
            awaited = {self._coming[key] for key in wanted.keys() & self._coming.keys()}
            new = {key: text for key, text in wanted.items() if key not in found and key not in self._coming}
            batch: Future[_Found] = Future()
            self._coming |= dict.fromkeys(new, batch)
        if new:
            found |= self._embedded(new, batch)
        for other in awaited:
            found |= {key: vector for key, vector in other.result().items() if key in wanted}
        return found

    def _embedded(self, new: Mapping[bytes, str], batch: Future[_Found]) -> _Found:
        made: _Found = {}
        try:
            made = dict(zip(new, self.embedder.embed_passages(list(new.values())), strict=True))
        finally:
            with self._lock:
                self._remember(made)
                for key in new:
                    del self._coming[key]
            batch.set_result(made)
        return made

    def _remember(self, found: _Found) -> None:
        for key, vector in found.items():
            self._known[key] = vector
            self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
