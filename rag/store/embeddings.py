"""Vectors in the catalog, keyed by embedder and text: what the FAISS index is made from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.errors import ConfigurationError
from rag.models.model_protocol import Vectors
from rag.store.database import Database
from rag.store.digests import vector_digest
from rag.store.protocol import Ids

__all__ = [
    "active_embedder",
    "cached_vectors",
    "delete_unused_vectors",
    "drop_old_vectors",
    "embedder_settings",
    "insert_vectors",
    "keep_second",
    "register_embedder",
    "require_active",
    "second_vectors",
    "stored_vectors",
    "use_embedder",
    "vector_batches",
]

_FLOAT: Final = np.dtype("<f4")
_BATCH: Final = 4_096
_DROPPED: Final = 2_000
"""Vectors that one transaction drops: more would keep other writers waiting."""


def active_embedder(connection: sqlite3.Connection) -> tuple[int, str, int] | None:
    """Row id, fingerprint and dimension of the embedder whose vectors the library searches."""
    row = connection.execute(
        "SELECT e.id, e.fingerprint, e.dimension FROM library l JOIN embedders e ON e.id = l.embedder"
    ).fetchone()
    return (int(row[0]), str(row[1]), int(row[2])) if row else None


def require_active(connection: sqlite3.Connection, fingerprint: str) -> tuple[int, int] | None:
    """Row id and dimension of the active embedder, which has to be this one; None if there is none yet.

    Raises:
        ConfigurationError: the library was embedded by another model.
    """
    active = active_embedder(connection)
    if active is None:
        return None
    if active[1] != fingerprint:
        raise ConfigurationError(
            f"the library was embedded by {active[1]!r}, the embedder now set is {fingerprint!r}: "
            "their vectors cannot be compared. Set the former one again, or run `citewell reindex`"
        )
    return active[0], active[2]


def embedder_settings(connection: sqlite3.Connection) -> str:
    """The settings (JSON) that build the active embedder; empty where they are not known."""
    row = connection.execute(
        "SELECT e.settings FROM library l JOIN embedders e ON e.id = l.embedder"
    ).fetchone()
    return str(row[0]) if row else ""


def register_embedder(
    connection: sqlite3.Connection, fingerprint: str, dimension: int, settings: str = ""
) -> int:
    """The row id of an embedder, which need not be the active one; `settings` (JSON) build it again.

    Raises:
        ConfigurationError: its stored vectors have another length.
    """
    connection.execute(
        "INSERT INTO embedders (fingerprint, dimension, settings) VALUES (?, ?, ?)"
        " ON CONFLICT (fingerprint) DO UPDATE SET"
        " settings = CASE excluded.settings WHEN '' THEN settings ELSE excluded.settings END,"
        " dimension = CASE WHEN EXISTS (SELECT 1 FROM vectors v WHERE v.embedder = embedders.id)"
        " THEN dimension ELSE excluded.dimension END",
        (fingerprint, dimension, settings),
    )
    row, stored = connection.execute(
        "SELECT id, dimension FROM embedders WHERE fingerprint = ?", (fingerprint,)
    ).fetchone()
    if stored != dimension:
        raise ConfigurationError(
            f"embedder {fingerprint!r} gave vectors of length {dimension}, the library holds {stored}: "
            "two models share one fingerprint; give them different names and run `citewell reindex`"
        )
    return int(row)


def use_embedder(connection: sqlite3.Connection, fingerprint: str, dimension: int) -> int:
    """The row id of the active embedder; in a library without one this becomes it.

    Raises:
        ConfigurationError: another embedder is active, or its vectors have another length.
    """
    if active_embedder(connection) is None:
        connection.execute(
            "UPDATE library SET embedder = ?", (register_embedder(connection, fingerprint, dimension),)
        )
    active = require_active(connection, fingerprint)
    assert active is not None
    return register_embedder(connection, fingerprint, dimension)


def insert_vectors(
    connection: sqlite3.Connection, embedder: int, hashes: Sequence[bytes], vectors: Vectors
) -> None:
    """Store vectors under the hashes of their texts; a hash that is there keeps its vector."""
    packed = (vector.astype(_FLOAT, copy=False).tobytes() for vector in vectors)
    connection.executemany(
        "INSERT OR IGNORE INTO vectors (embedder, hash, vector, digest) VALUES (?, ?, ?, ?)",
        (
            (embedder, key, data, vector_digest(embedder, key, data))
            for key, data in zip(hashes, packed, strict=True)
        ),
    )


def delete_unused_vectors(connection: sqlite3.Connection, hashes: Sequence[bytes]) -> None:
    """Delete the vectors of those texts that no chunk has any more, now or after a reindex."""
    connection.executemany(
        "DELETE FROM vectors WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM chunks WHERE hash = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM staged_chunks WHERE hash = ?1)",
        ((key,) for key in set(hashes)),
    )


def keep_second(
    connection: sqlite3.Connection, fingerprint: str, ids: Sequence[int], vectors: Vectors
) -> None:
    """Keep a second embedder's vectors of the chunks that are there; those of another second one go."""
    embedder = register_embedder(connection, fingerprint, vectors.shape[1])
    connection.execute("UPDATE library SET second_embedder = ?", (embedder,))
    rows = connection.execute(
        "SELECT id, hash FROM chunks WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    )
    hashes = dict(rows.fetchall())
    there = [row for row, chunk_id in enumerate(ids) if chunk_id in hashes]
    insert_vectors(connection, embedder, [hashes[ids[row]] for row in there], vectors[there])


def second_vectors(connection: sqlite3.Connection, fingerprint: str, ids: Ids) -> tuple[Ids, Vectors]:
    """Those of the chunks of which a second embedder's vectors are kept, and these."""
    row = connection.execute(
        "SELECT id, dimension FROM embedders WHERE fingerprint = ?", (fingerprint,)
    ).fetchone()
    if row is None:
        return np.empty(0, np.int64), np.empty((0, 0), np.float32)
    parts = list(vector_batches(connection, int(row[0]), int(row[1]), ids))
    empty = np.empty((0, int(row[1])), np.float32)
    return (
        np.concatenate([np.empty(0, np.int64), *(found for found, _ in parts)]),
        np.concatenate([empty, *(vectors for _, vectors in parts)]),
    )


def drop_old_vectors(database: Database, busy_seconds: float | None = None) -> None:
    """Delete the vectors of embedders that are neither searched, nor second, nor being built, some at a time.

    Raises:
        LibraryLockedError: another writer did not finish in `busy_seconds`; the rest stays for later.
    """
    old = (
        "SELECT v.id FROM embedders e JOIN vectors v ON v.embedder = e.id"
        " WHERE e.id NOT IN (SELECT embedder FROM reindexing)"
        " AND e.id NOT IN (SELECT embedder FROM library WHERE embedder IS NOT NULL)"
        " AND e.id NOT IN (SELECT second_embedder FROM library WHERE second_embedder IS NOT NULL)"
    )
    with database.reading() as connection:
        left = connection.execute(f"{old} LIMIT 1").fetchone() is not None
    while left:
        with database.writing(busy_seconds) as connection:
            left = bool(
                connection.execute(f"DELETE FROM vectors WHERE id IN ({old} LIMIT ?)", (_DROPPED,)).rowcount
            )


def cached_vectors(
    connection: sqlite3.Connection, fingerprint: str, hashes: Sequence[bytes]
) -> dict[bytes, NDArray[np.float32]]:
    """The stored vectors of those texts that have one."""
    found = {}
    for key in set(hashes):
        row = connection.execute(
            "SELECT v.vector FROM embedders e JOIN vectors v ON v.embedder = e.id AND v.hash = ?"
            " WHERE e.fingerprint = ?",
            (key, fingerprint),
        ).fetchone()
        if row:
            found[key] = np.frombuffer(row[0], _FLOAT)
    return found


def stored_vectors(
    connection: sqlite3.Connection, embedder: int, dimension: int, ids: Ids
) -> tuple[Ids, Vectors]:
    """Those of the chunks that are there and have a vector, and their vectors, in the order asked."""
    rows = connection.execute(  # CROSS JOIN: in this order, not by way of all vectors
        "SELECT c.id, v.vector FROM json_each(?) wanted CROSS JOIN chunks c ON c.id = wanted.value"
        " CROSS JOIN vectors v ON v.hash = c.hash AND v.embedder = ?",
        (json.dumps(ids.tolist()), embedder),
    )
    found = dict(rows)
    there = [i for i in ids.tolist() if i in found]
    joined = np.frombuffer(b"".join(found[i] for i in there), _FLOAT)
    return np.array(there, np.int64), joined.reshape(len(there), dimension)


def vector_batches(
    connection: sqlite3.Connection, embedder: int, dimension: int, ids: Ids
) -> Iterator[tuple[Ids, Vectors]]:
    """The vectors of many chunks, some thousands at a time, to build an index from."""
    for start in range(0, len(ids), _BATCH):
        yield stored_vectors(connection, embedder, dimension, ids[start : start + _BATCH])
