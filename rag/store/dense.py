"""The dense leg: a FAISS index in memory that follows the catalog."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from rag.models.model_protocol import Vectors
from rag.schema import Hit
from rag.store.chunks import chunk_ids, present
from rag.store.database import Database
from rag.store.embeddings import active_embedder, require_active, vector_batches
from rag.store.protocol import Ids
from rag.store.vector_cache import CacheKey, Manifest, VectorCache
from rag.store.vector_memory import VectorMemory
from rag.store.vectors import Fetch, FlatIndex, InvertedIndex, build_index, suits

__all__ = ["DenseIndex", "ReadWriteLock", "cache_key"]


class ReadWriteLock:
    """Readers share; a writer is alone, and goes before readers that come after it. Not reentrant."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._writing = False
        self._writers_waiting = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the lock together with other readers."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing and not self._writers_waiting)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock alone."""
        with self._changed:
            self._writers_waiting += 1
            try:
                self._changed.wait_for(lambda: not self._writing and not self._readers)
                self._writing = True
            finally:
                self._writers_waiting -= 1
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()


_ATTEMPTS: Final = 4


class DenseIndex:
    """Searches the vectors of one library.

    The index is read from its cache at the first search. Whenever the catalog has gone on, in this
    process or another, the ids that are new are added and those that are gone removed before the next
    search. An index that the library has outgrown is replaced when it is published, or when another
    process has published one that suits: until then it goes on answering. A search never trains cells:
    without any cache it compares all vectors.
    """

    def __init__(self, database: Database, folder: Path, memory: VectorMemory | None = None) -> None:
        self._database = database
        self._memory = memory or VectorMemory()
        self._cache = VectorCache(folder)
        self._lock = ReadWriteLock()
        self._index: FlatIndex | InvertedIndex | None = None
        self._key: CacheKey | None = None
        self._published: int | None = None
        self._seen: Manifest | None = None

    def search(
        self, fingerprint: str, vectors: Vectors, top_k: int, documents: Sequence[str] | None = None
    ) -> list[list[Hit]]:
        """For each query vector its best chunks, by inner product, ties by ascending id.

        Raises:
            ConfigurationError: the library was embedded by another model.
        """
        results: list[list[Hit]] = []
        for _ in range(_ATTEMPTS):
            self._follow(fingerprint)
            with self._lock.reading():
                index, key = self._index, self._key
                if index is None or key is None:
                    return [[] for _ in vectors]
                allowed = None
                if documents is not None:
                    with self._database.reading() as connection:
                        allowed = chunk_ids(connection, documents)
                results = index.search(vectors, top_k, allowed)
            gone = self._gone(key.version, results)
            if not gone:
                return results
        return [[hit for hit in hits if hit.chunk_id not in gone] for hits in results]

    def publish(self) -> None:
        """Write the index as it stands at the catalog's version, unless it is there already."""
        self._renew()
        self._follow(None)
        with self._lock.reading():
            index, key = self._index, self._key
            if index is None or key is None:
                self._cache.clear()
            elif self._published != key.version:
                self._cache.publish(key, index)
                self._published = key.version

    def _gone(self, version: int, results: list[list[Hit]]) -> set[int]:
        """The hits whose chunks were deleted since `version`: they must not be returned."""
        found = {hit.chunk_id for hits in results for hit in hits}
        with self._database.reading() as connection:
            if _version(connection) == version:
                return set()
            return found - present(connection, list(found))

    def _follow(self, fingerprint: str | None) -> None:
        """Bring the index to the catalog's version."""
        with self._database.reading() as connection:
            if fingerprint is not None:
                require_active(connection, fingerprint)
            key = cache_key(connection)
        with self._lock.reading():
            if key == self._key:
                return
        with self._lock.writing(), self._database.reading() as connection:
            key = cache_key(connection)
            if key == self._key:
                return
            if key is None:
                self._index = self._key = self._published = None
                return
            self._update(connection, key)
            self._key = key

    def _renew(self) -> None:
        """Build an index of another kind or size beside one that does not suit the library, and swap."""
        with self._database.reading() as connection:
            key = cache_key(connection)
            if key is None:
                return
            ids = chunk_ids(connection)
            with self._lock.writing():
                if not self._holds(key):
                    self._take_cached(key, self._fetch(_embedder(connection), key.dimension), len(ids))
                if self._holds(key) and self._index is not None and suits(self._index, len(ids)):
                    return
            index = self._built(connection, key, ids)
        with self._lock.writing(), self._database.reading() as connection:
            latest = cache_key(connection)
            if latest is None or latest.fingerprint != key.fingerprint:
                return
            self._index, self._key, self._published = index, key, None
            self._update(connection, latest)
            self._key = latest

    def _built(self, connection: sqlite3.Connection, key: CacheKey, ids: Ids) -> FlatIndex | InvertedIndex:
        embedder = _embedder(connection)
        batches = vector_batches(connection, embedder, key.dimension, ids)
        return build_index(key.dimension, ids, batches, self._fetch(embedder, key.dimension))

    def _fetch(self, embedder: int, dimension: int) -> Fetch:
        def fetch(ids: Ids) -> tuple[Ids, Vectors]:
            with self._database.reading() as own:
                return self._memory.read(own, embedder, dimension, ids)

        return fetch

    def _update(self, connection: sqlite3.Connection, key: CacheKey) -> None:
        embedder = _embedder(connection)
        ids = chunk_ids(connection)
        if not self._holds(key) or self._index is None or not suits(self._index, len(ids)):
            self._take_cached(key, self._fetch(embedder, key.dimension), len(ids))
        index = self._index
        if not self._holds(key) or index is None:
            index, self._published = FlatIndex.empty(key.dimension), None
        index.remove(np.setdiff1d(index.ids(), ids, assume_unique=True))
        new = np.setdiff1d(ids, index.ids(), assume_unique=True)
        for part, vectors in vector_batches(connection, embedder, key.dimension, new):
            index.add(part, vectors)
        self._index = index

    def _holds(self, key: CacheKey) -> bool:
        """Whether the index in memory has vectors of the embedder that is asked for."""
        return self._key is not None and self._key.fingerprint == key.fingerprint

    def _take_cached(self, key: CacheKey, fetch: Fetch, count: int) -> None:
        """Use the cache's index where there is none in memory, or where it suits and that one does not."""
        manifest = self._cache.manifest(key.fingerprint)
        if manifest is None or (self._holds(key) and manifest == self._seen):
            return
        self._seen = manifest
        cached = self._cache.load(key, fetch)
        if cached is not None and (not self._holds(key) or suits(cached[0], count)):
            self._index, self._published = cached
            self._key = replace(key, version=cached[1])


def cache_key(connection: sqlite3.Connection) -> CacheKey | None:
    """What an index made now would be made from; None as long as there is no embedder."""
    active = active_embedder(connection)
    if active is None:
        return None
    name = connection.execute("SELECT name FROM library").fetchone()[0]
    return CacheKey(str(name), _version(connection), active[1], active[2])


def _embedder(connection: sqlite3.Connection) -> int:
    """The row id of the active embedder, which there has to be."""
    active = active_embedder(connection)
    assert active is not None
    return active[0]


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT version FROM library").fetchone()[0])
