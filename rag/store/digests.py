"""Digests of what was stored: text, chunks and vectors that were changed since are found by them.

They find damage and careless hands. Whoever can write to the catalog can write a fitting digest too.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from typing import Final

__all__ = ["are_kept", "changed_parts", "keep_all", "keep_digests", "keep_of_vectors", "vector_digest"]

_TEXT: Final = (
    "SELECT document_id, source, sha256, media_type, title, language, metadata, warnings FROM documents"
    " WHERE id = ?",
    "SELECT piece, text FROM texts WHERE document = ? ORDER BY piece",
    "SELECT number, start, end, label, width, height, warnings, geometry FROM pages"
    " WHERE document = ? ORDER BY number",
    "SELECT start, end, kind, level, header FROM blocks WHERE document = ? ORDER BY rowid",
    "SELECT number, header FROM row_headers WHERE document = ? ORDER BY number",
)
_CHUNKS: Final = (
    "SELECT ordinal, start, end, first_page, last_page, headings, hash, context FROM chunks"
    " WHERE document = ? ORDER BY ordinal",
)
_MISSING: Final = "SELECT id FROM documents WHERE text_digest = ''"


def keep_digests(connection: sqlite3.Connection, document: int) -> None:
    """Note what is stored now of a document, by row id: after it came in or was cut again."""
    connection.execute(
        "UPDATE documents SET text_digest = ?, chunks_digest = ? WHERE id = ?",
        (_digest(connection, _TEXT, document), _digest(connection, _CHUNKS, document), document),
    )


def are_kept(connection: sqlite3.Connection) -> bool:
    """Whether every document has its digests."""
    return connection.execute(f"{_MISSING} LIMIT 1").fetchone() is None


def keep_all(connection: sqlite3.Connection) -> None:
    """Note what is stored of the documents of a library that was made without digests."""
    for (document,) in connection.execute(_MISSING).fetchall():
        keep_digests(connection, document)


def changed_parts(connection: sqlite3.Connection, document: int) -> list[str]:
    """What of a document, by row id, is no longer as it was stored: its text, its chunks, or both."""
    kept = connection.execute(
        "SELECT text_digest, chunks_digest FROM documents WHERE id = ?", (document,)
    ).fetchone()
    found = (_digest(connection, _TEXT, document), _digest(connection, _CHUNKS, document))
    return [part for part, one, other in zip(("text", "chunks"), kept, found, strict=True) if one != other]


def keep_of_vectors(connection: sqlite3.Connection) -> None:
    """Note what is stored of the vectors of a library that was made without their digests."""
    connection.create_function("vector_digest", 3, vector_digest)
    connection.execute("UPDATE vectors SET digest = vector_digest(embedder, hash, vector) WHERE digest = x''")


def vector_digest(embedder: int, key: bytes, vector: bytes) -> bytes:
    """The digest that is kept beside a vector: over its embedder's row id, its text's hash and its bytes."""
    return hashlib.blake2b(
        embedder.to_bytes(8, "little", signed=True) + len(key).to_bytes(8, "little") + key + vector,
        digest_size=16,
    ).digest()


def _digest(connection: sqlite3.Connection, queries: Sequence[str], document: int) -> str:
    """Over every value with its length in front, so that none can be moved into its neighbour."""
    digest = hashlib.sha256()
    for query in queries:
        for row in connection.execute(query, (document,)):
            for value in row:
                data = value if isinstance(value, bytes) else json.dumps(value).encode()
                digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()
