"""Other chunks for a document that is there: its text stays, its chunks get new ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from rag.schema import Chunk
from rag.store.chunks import insert_chunks, next_chunk_id, plain_chunks
from rag.store.digests import keep_digests
from rag.store.lexical import add_rows, delete_rows, lexical_row
from rag.store.texts import TextReader

__all__ = ["replace_chunks"]


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
