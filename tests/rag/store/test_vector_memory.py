"""Vectors are read once, and never those of another state of the library."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

import rag.store.vector_memory
from rag.errors import NotFoundError
from rag.models.model_protocol import Vectors
from rag.store.embeddings import stored_vectors
from rag.store.protocol import Ids
from rag.store.vector_memory import VectorMemory

Reads = list[list[int]]


@pytest.fixture
def connection() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    made.executescript(
        "CREATE TABLE library (version INTEGER); INSERT INTO library VALUES (1);"
        "CREATE TABLE chunks (id INTEGER PRIMARY KEY, hash BLOB);"
        "CREATE TABLE vectors (embedder INTEGER, hash BLOB, vector BLOB);"
    )
    for i in range(1, 9):
        made.execute("INSERT INTO chunks VALUES (?, ?)", (i, bytes([i])))
        for embedder in (1, 2):
            vector = np.array([i, embedder], "<f4").tobytes()
            made.execute("INSERT INTO vectors VALUES (?, ?, ?)", (embedder, bytes([i]), vector))
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    seen: Reads = []

    def reading(
        connection: sqlite3.Connection, embedder: int, dimension: int, ids: Ids
    ) -> tuple[Ids, Vectors]:
        seen.append(ids.tolist())
        return stored_vectors(connection, embedder, dimension, ids)

    monkeypatch.setattr(rag.store.vector_memory, "stored_vectors", reading)
    return seen


def read(
    memory: VectorMemory, connection: sqlite3.Connection, *ids: int, embedder: int = 1
) -> list[list[float]]:
    there, vectors = memory.read(connection, embedder, 2, np.array(ids, np.int64))
    assert len(there) == len(vectors)
    return vectors.tolist()


def test_a_vector_is_read_once_and_given_in_the_order_asked(
    connection: sqlite3.Connection, reads: Reads
) -> None:
    memory = VectorMemory()
    assert read(memory, connection, 3, 1) == [[3, 1], [1, 1]]
    assert read(memory, connection, 1, 2, 3) == [[1, 1], [2, 1], [3, 1]]
    assert read(memory, connection, 2, 1) == [[2, 1], [1, 1]]
    assert reads == [[3, 1], [2]]


def test_a_chunk_deleted_since_is_not_given(connection: sqlite3.Connection, reads: Reads) -> None:
    memory = VectorMemory()
    read(memory, connection, 1, 2)
    connection.execute("DELETE FROM chunks WHERE id = 1")
    connection.execute("UPDATE library SET version = 2")
    assert read(memory, connection, 1, 2) == [[2, 1]]
    with pytest.raises(NotFoundError, match="chunk 1 is no longer"):
        memory.of_chunks(connection, 1, 2, [2, 1])


def test_vectors_of_two_embedders_are_not_mixed(connection: sqlite3.Connection, reads: Reads) -> None:
    memory = VectorMemory()
    assert read(memory, connection, 4) == [[4, 1]]
    assert read(memory, connection, 4, embedder=2) == [[4, 2]]
    assert read(memory, connection, 4) == [[4, 1]]


def test_only_the_latest_are_kept(connection: sqlite3.Connection, reads: Reads) -> None:
    memory = VectorMemory(most=3)
    read(memory, connection, 1, 2)
    read(memory, connection, 3, 4)
    read(memory, connection, 2, 3, 4)
    read(memory, connection, 1)
    read(memory, connection, 5, 6, 7, 8)
    assert reads == [[1, 2], [3, 4], [1], [5, 6, 7, 8]]
