"""A reindex on its way: chunks and vectors of another embedder beside those that are searched.

Each step is a transaction of its own, so that a process that dies loses one batch, and the swap at
the end is one. Documents that come, change or go meanwhile take what was staged of them with them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

from rag.models.model_protocol import Vectors
from rag.schema import Chunk, DocumentInfo
from rag.store.chunks import insert_chunks, next_chunk_id, plain_chunks
from rag.store.database import Database
from rag.store.digests import keep_digests
from rag.store.embeddings import (
    active_embedder,
    delete_unused_vectors,
    insert_vectors,
    register_embedder,
)
from rag.store.lexical import add_rows, delete_rows, lexical_row
from rag.store.stored_documents import documents_where, now
from rag.store.texts import TextReader

__all__ = ["StagedChunk", "Staging", "Swapped", "replace_chunks", "unstage"]


def replace_chunks(
    connection: sqlite3.Connection, document: int, chunks: Sequence[Chunk], hashes: Sequence[bytes]
) -> list[bytes]:
    """Cut a document, by row id, otherwise; returns the hashes of the chunks that it had.

    New ids, because an index that lags behind must not take one chunk for another.
    """
    document_id, title = connection.execute(
        "SELECT document_id, title FROM documents WHERE id = ?", (document,)
    ).fetchone()
    before = [key for _, key in plain_chunks(connection, document)]
    delete_rows(connection, document_id)
    connection.execute("DELETE FROM chunks WHERE document = ?", (document,))
    first = next_chunk_id(connection)
    insert_chunks(connection, document, first, chunks, hashes)
    reader = TextReader(connection)
    rows = [lexical_row(title, c.headings, reader.slice(document, c.start, c.end), c.context) for c in chunks]
    connection.execute(
        "UPDATE documents SET first_chunk = ?, chunks = ? WHERE id = ?", (first, len(chunks), document)
    )
    add_rows(connection, document, rows)
    keep_digests(connection, document)
    return before


_STAGED: Final = "SELECT chunk, hash FROM staged_chunks WHERE document = ? ORDER BY ordinal"


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """A chunk that waits for its vector, with what its embedding text is made from.

    `title` is that of the first document of the same bytes, by which `hash` was made.
    """

    staged_id: int
    title: str
    text: str
    chunk: Chunk
    hash: bytes


@dataclass(frozen=True, slots=True)
class Swapped:
    """What a swap changed: documents that were cut again, and all chunks of the library."""

    recut: int
    documents: int
    chunks: int


class Staging:
    """One reindex, to an embedder and a way of cutting; a former one to others is dropped."""

    def __init__(
        self, database: Database, fingerprint: str, dimension: int, chunked_by: str, settings: str = ""
    ) -> None:
        self._database = database
        self._chunked_by = chunked_by
        with database.writing() as connection:
            self._embedder = register_embedder(connection, fingerprint, dimension, settings)
            under_way = connection.execute("SELECT embedder, chunked_by FROM reindexing").fetchone()
            self.resumed = under_way == (self._embedder, chunked_by)
            if not self.resumed:
                _drop(connection)
                connection.execute(
                    "INSERT INTO reindexing VALUES (1, ?, ?, ?)", (self._embedder, chunked_by, now())
                )

    def waiting_documents(self) -> list[DocumentInfo]:
        """The documents that are not staged yet, by source."""
        with self._database.reading() as connection:
            return documents_where(connection, "id NOT IN (SELECT document FROM staged_documents)")

    def keep(self, document_id: str) -> bool:
        """Stage a document as it is; false if it is gone, or was cut by other rules than those to be."""
        with self._database.writing() as connection:
            found = connection.execute(
                "SELECT id, title FROM documents WHERE document_id = ? AND chunked_by = ?",
                (document_id, self._chunked_by),
            ).fetchone()
            if found is None:
                return False
            pairs = plain_chunks(connection, found[0])
            self._insert(connection, found[0], found[1], pairs, recut=False)
            return True

    def twin(self, sha256: str) -> tuple[str, list[tuple[Chunk, bytes]]]:
        """The title and staged chunks, with their hashes, of the first document of these bytes, if any."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT d.id FROM documents d JOIN staged_documents s ON s.document = d.id"
                " WHERE d.sha256 = ? ORDER BY d.id",
                (sha256,),
            ).fetchone()
            if row is None:
                return "", []
            found = connection.execute(_STAGED, (row[0],)).fetchall()
            titles = [_unpacked(packed)[0] for packed, _ in found]
            return titles[0] if titles else "", [(_unpacked(packed)[1], key) for packed, key in found]

    def stage(self, document_id: str, title: str, chunks: Sequence[Chunk], hashes: Sequence[bytes]) -> bool:
        """Keep how a document will be cut, and its title as it is embedded; false if it is gone by now."""
        with self._database.writing() as connection:
            row = connection.execute(
                "SELECT id FROM documents WHERE document_id = ?", (document_id,)
            ).fetchone()
            if row is None:
                return False
            document = int(row[0])
            pairs = list(zip(chunks, hashes, strict=True))
            recut = plain_chunks(connection, document) != pairs
            self._insert(connection, document, title, pairs, recut)
            return True

    def _insert(
        self,
        connection: sqlite3.Connection,
        document: int,
        title: str,
        chunks: Sequence[tuple[Chunk, bytes]],
        recut: bool,
    ) -> None:
        connection.execute("INSERT OR REPLACE INTO staged_documents VALUES (?, ?)", (document, recut))
        connection.executemany(
            "INSERT INTO staged_chunks (document, ordinal, chunk, hash) VALUES (?, ?, ?, ?)",
            ((document, chunk.ordinal, json.dumps([title, *astuple(chunk)]), key) for chunk, key in chunks),
        )

    def waiting_chunks(self, after: int, limit: int) -> list[StagedChunk]:
        """The next chunks, by staged id above `after`, whose texts have no vector; each text once."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT min(s.id), s.document, s.chunk, s.hash FROM staged_chunks s"
                " WHERE s.id > ? AND NOT EXISTS"
                " (SELECT 1 FROM vectors v WHERE v.hash = s.hash AND v.embedder = ?)"
                " GROUP BY s.hash ORDER BY min(s.id) LIMIT ?",
                (after, self._embedder, limit),
            ).fetchall()
            reader = TextReader(connection)
            return [
                StagedChunk(number, title, reader.slice(document, found.start, found.end), found, key)
                for number, document, packed, key in rows
                for title, found in [_unpacked(packed)]
            ]

    def counts(self) -> tuple[int, int]:
        """How many texts are staged, and how many of them have their vector."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT count(*), coalesce(sum(EXISTS (SELECT 1 FROM vectors v WHERE v.hash = s.hash AND"
                " v.embedder = ?)), 0) FROM (SELECT DISTINCT hash FROM staged_chunks) s",
                (self._embedder,),
            ).fetchone()
            return int(row[0]), int(row[1])

    def add_vectors(self, hashes: Sequence[bytes], vectors: Vectors) -> None:
        """Keep the vectors of one batch; those of texts whose document is gone are not kept."""
        with self._database.writing() as connection:
            staged = "SELECT EXISTS (SELECT 1 FROM staged_chunks WHERE hash = ?)"
            rows = [row for row, key in enumerate(hashes) if connection.execute(staged, (key,)).fetchone()[0]]
            insert_vectors(connection, self._embedder, [hashes[row] for row in rows], vectors[rows])

    def swap(self) -> Swapped | None:
        """Put what is staged in place, in one transaction; None if something is not covered yet."""
        with self._database.writing() as connection:
            if not self._covers_all(connection):
                return None
            before = active_embedder(connection)
            same = before is not None and before[0] == self._embedder
            recut = connection.execute(
                "SELECT document FROM staged_documents WHERE recut ORDER BY document"
            ).fetchall()
            replaced: list[bytes] = []
            for (document,) in recut:
                replaced += replace_chunks(connection, document, *_staged_chunks(connection, document))
            connection.execute("UPDATE documents SET chunked_by = ?", (self._chunked_by,))
            connection.execute(
                "UPDATE library SET version = version + 1,"
                " embedder = CASE WHEN EXISTS (SELECT 1 FROM chunks) THEN ? END",
                (self._embedder,),
            )
            _forget(connection)
            if same:  # vectors of another embedder go with it, see `drop_old_vectors`
                delete_unused_vectors(connection, replaced)
            documents, chunks = connection.execute(
                "SELECT count(*), coalesce(sum(chunks), 0) FROM documents"
            ).fetchone()
            return Swapped(len(recut), int(documents), int(chunks))

    def _covers_all(self, connection: sqlite3.Connection) -> bool:
        mine = connection.execute(
            "SELECT count(*) FROM reindexing WHERE embedder = ? AND chunked_by = ?",
            (self._embedder, self._chunked_by),
        ).fetchone()[0]
        waiting = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM documents WHERE id NOT IN (SELECT document FROM staged_documents))"
            " OR EXISTS (SELECT 1 FROM staged_chunks s WHERE NOT EXISTS"
            " (SELECT 1 FROM vectors v WHERE v.hash = s.hash AND v.embedder = ?))",
            (self._embedder,),
        ).fetchone()[0]
        return bool(mine) and not waiting


def unstage(connection: sqlite3.Connection, document: int) -> list[bytes]:
    """Forget what is staged of a document by row id; returns the hashes of its texts."""
    hashes = connection.execute("SELECT hash FROM staged_chunks WHERE document = ?", (document,)).fetchall()
    connection.execute("DELETE FROM staged_documents WHERE document = ?", (document,))
    return [row[0] for row in hashes]


def _staged_chunks(connection: sqlite3.Connection, document: int) -> tuple[list[Chunk], list[bytes]]:
    rows = connection.execute(_STAGED, (document,)).fetchall()
    return [_unpacked(packed)[1] for packed, _ in rows], [key for _, key in rows]


def _drop(connection: sqlite3.Connection) -> None:
    """Forget a reindex with its vectors, but those that chunks have."""
    hashes = [row[0] for row in connection.execute("SELECT DISTINCT hash FROM staged_chunks")]
    _forget(connection)
    delete_unused_vectors(connection, hashes)


def _forget(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM staged_documents")
    connection.execute("DELETE FROM reindexing")


def _unpacked(packed: str) -> tuple[str, Chunk]:
    title, ordinal, start, end, first_page, last_page, headings, *rest = json.loads(packed)
    return title, Chunk(ordinal, start, end, first_page, last_page, tuple(headings), *rest)
