"""Chunks: spans with ids that are never given twice, their texts sliced from the document's."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from rag.schema import Chunk, ChunkPlace, StoredChunk
from rag.store.protocol import Ids
from rag.store.stored_documents import document_row
from rag.store.texts import TextReader

__all__ = [
    "chunk_ids",
    "chunk_places",
    "chunks_by_id",
    "document_chunks",
    "insert_chunks",
    "next_chunk_id",
    "plain_chunks",
    "present",
]

_SELECT = (
    "SELECT c.id, d.document_id, d.source, d.title, c.ordinal, c.start, c.end, c.first_page, c.last_page,"
    " c.headings, c.context, d.id FROM chunks c CROSS JOIN documents d ON d.id = c.document"
)

_NO_HEADINGS: Final = "[]"


def next_chunk_id(connection: sqlite3.Connection) -> int:
    """The id that the next chunk will get, greater than all that were ever given."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'").fetchone()
    return int(row[0]) + 1 if row else 1


def insert_chunks(
    connection: sqlite3.Connection,
    document: int,
    first: int,
    chunks: Sequence[Chunk],
    hashes: Sequence[bytes],
) -> None:
    """Store a document's chunks under consecutive ids from `first`."""
    connection.executemany(
        "INSERT INTO chunks VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            (
                first + c.ordinal,
                document,
                c.ordinal,
                c.start,
                c.end,
                c.first_page,
                c.last_page,
                json.dumps(c.headings),
                h,
                c.context,
            )
            for c, h in zip(chunks, hashes, strict=True)
        ),
    )


def chunks_by_id(connection: sqlite3.Connection, ids: Sequence[int]) -> list[StoredChunk]:
    """The chunks of the ids that are there, in the order asked."""
    rows = connection.execute(
        f"{_SELECT} WHERE c.id IN (SELECT value FROM json_each(?))", (json.dumps([int(i) for i in ids]),)
    )
    reader = TextReader(connection)
    found = {row[0]: _stored(row, reader) for row in rows}
    return [found[i] for i in ids if i in found]


def chunk_places(connection: sqlite3.Connection, ids: Sequence[int]) -> list[ChunkPlace]:
    """Where the chunks of the ids that are there stand, in no certain order."""
    rows = connection.execute(
        "SELECT c.id, d.document_id, d.source, d.title, c.ordinal FROM json_each(?) wanted"
        " CROSS JOIN chunks c ON c.id = wanted.value CROSS JOIN documents d ON d.id = c.document",
        (json.dumps([int(i) for i in ids]),),
    )
    return [ChunkPlace(*row) for row in rows]


def document_chunks(connection: sqlite3.Connection, document_id: str) -> list[StoredChunk]:
    """All chunks of a document, in order."""
    document, _ = document_row(connection, document_id)
    reader = TextReader(connection)
    rows = connection.execute(f"{_SELECT} WHERE c.document = ? ORDER BY c.ordinal", (document,))
    return [_stored(row, reader) for row in rows]


def plain_chunks(connection: sqlite3.Connection, document: int) -> list[tuple[Chunk, bytes]]:
    """The chunks of a document by row id, in order, each with the hash of what was embedded for it."""
    rows = connection.execute(
        "SELECT ordinal, start, end, first_page, last_page, headings, context, hash FROM chunks"
        " WHERE document = ? ORDER BY ordinal",
        (document,),
    )
    return [
        (Chunk(ordinal, start, end, first, last, tuple(json.loads(headings)), context), key)
        for ordinal, start, end, first, last, headings, context, key in rows
    ]


def chunk_ids(
    connection: sqlite3.Connection,
    documents: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
) -> Ids:
    """The ids of all chunks, or of those of some documents and of documents in some languages, ascending.

    Read from the documents' ranges: a million ids cost some milliseconds.
    """
    wanted = {"document_id": documents, "language": languages}
    given = {column: json.dumps(list(names)) for column, names in wanted.items() if names is not None}
    condition = " AND ".join(f"{column} IN (SELECT value FROM json_each(?))" for column in given)
    rows = connection.execute(
        f"SELECT first_chunk, chunks FROM documents WHERE {condition or 'TRUE'}", tuple(given.values())
    ).fetchall()
    ranges = [np.arange(first, first + count, dtype=np.int64) for first, count in sorted(rows)]
    return np.concatenate(ranges) if ranges else np.empty(0, np.int64)


def present(connection: sqlite3.Connection, ids: Sequence[int]) -> set[int]:
    """Those of the ids that are in the catalog."""
    rows = connection.execute(
        "SELECT id FROM chunks WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    )
    return {row[0] for row in rows}


def _stored(row: tuple[Any, ...], reader: TextReader) -> StoredChunk:
    chunk_id, document_id, source, title, ordinal, start, end, first, last, headings, context, document = row
    return StoredChunk(
        chunk_id,
        document_id,
        source,
        title,
        ordinal,
        start,
        end,
        first,
        last,
        tuple(json.loads(headings)) if headings != _NO_HEADINGS else (),
        reader.slice(document, start, end),
        context,
    )
