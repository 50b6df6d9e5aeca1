"""Vectors read from the catalog lately: a question's best chunks are compared in several stages."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.errors import NotFoundError
from rag.models.model_protocol import Vectors
from rag.store.embeddings import stored_vectors
from rag.store.protocol import Ids

__all__ = ["VectorMemory"]

_MOST: Final = 4_096
"""Vectors kept: 6 MB at 384 dimensions."""


class VectorMemory:
    """The vectors of some chunks, at one version of a library. Safe for several threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._state: tuple[int, int] | None = None
        self._known: dict[int, NDArray[np.float32]] = {}

    def read(
        self, connection: sqlite3.Connection, embedder: int, dimension: int, ids: Ids
    ) -> tuple[Ids, Vectors]:
        """What `stored_vectors` gives, read from the catalog only where it was not read before.

        More ids than are kept are read past the memory: they are for building an index.
        """
        if len(ids) > self._most:
            return stored_vectors(connection, embedder, dimension, ids)
        version = int(connection.execute("SELECT version FROM library").fetchone()[0])
        wanted = ids.tolist()
        known = self._remembered((version, embedder), wanted)
        missing = [i for i in wanted if i not in known]
        if missing:
            there, vectors = stored_vectors(connection, embedder, dimension, np.array(missing, np.int64))
            new = dict(zip(there.tolist(), vectors, strict=True))
            self._remember((version, embedder), new)
            known |= new
        found = [i for i in wanted if i in known]
        joined = np.array([known[i] for i in found], np.float32).reshape(len(found), dimension)
        return np.array(found, np.int64), joined

    def of_chunks(
        self, connection: sqlite3.Connection, embedder: int, dimension: int, ids: Sequence[int]
    ) -> Vectors:
        """Vectors of shape (len(ids), dimension), in the order asked.

        Raises:
            NotFoundError: a chunk is not in the library, or has no vector.
        """
        wanted = np.array(ids, np.int64)
        there, vectors = self.read(connection, embedder, dimension, wanted)
        if len(there) < len(wanted):
            gone = sorted(set(wanted.tolist()) - set(there.tolist()))
            raise NotFoundError(f"chunk {gone[0]} is no longer in the library: search again")
        return vectors

    def _remembered(self, state: tuple[int, int], wanted: list[int]) -> dict[int, NDArray[np.float32]]:
        with self._lock:
            if self._state != state:
                return {}
            return {i: self._known[i] for i in wanted if i in self._known}

    def _remember(self, state: tuple[int, int], new: dict[int, NDArray[np.float32]]) -> None:
        with self._lock:
            if self._state != state:
                self._state, self._known = state, {}
            self._known.update(new)
            while len(self._known) > self._most:
                del self._known[next(iter(self._known))]
