"""Structural blocks of a stored document; equal headers of table rows are kept once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import Final

from rag.schema import Block, BlockKind, Heading, RowHeader, StoredChunk
from rag.store.stored_documents import document_row
from rag.store.texts import TextReader

__all__ = [
    "headings_of_chunks",
    "insert_blocks",
    "list_blocks",
    "packed_header",
    "rows_of_chunks",
    "table_rows",
    "unpacked_header",
]

_HEADED: Final = " AND b.header IS NOT NULL"
_LOOKED_BACK: Final = 400
"""How many headings before a chunk are looked at for those that it stands under."""
_ROWS: Final = f" AND b.kind = '{BlockKind.TABLE_ROW.value}'"


def packed_header(header: RowHeader) -> str:
    """A header as JSON, without the defaults at its end."""
    values = list(astuple(header))
    defaults = list(astuple(RowHeader()))
    while values and values[-1] == defaults[len(values) - 1]:
        values.pop()
    return json.dumps(values)


def unpacked_header(packed: str) -> RowHeader:
    """A header as `packed_header` wrote it."""
    values = json.loads(packed)
    values = [tuple(value) if isinstance(value, list) else value for value in values]
    return RowHeader(*values)


def insert_blocks(connection: sqlite3.Connection, document: int, blocks: Iterable[Block]) -> None:
    """Store blocks under a document's row id."""
    numbers: dict[RowHeader, int] = {}
    rows = []
    for block in blocks:
        number = None
        if block.header is not None:
            number = numbers.setdefault(block.header, len(numbers))
        rows.append((document, block.start, block.end, block.kind.value, block.level, number))
    connection.executemany(
        "INSERT INTO row_headers VALUES (?,?,?)",
        ((document, number, packed_header(header)) for header, number in numbers.items()),
    )
    connection.executemany("INSERT INTO blocks VALUES (?,?,?,?,?,?)", rows)


def list_blocks(
    connection: sqlite3.Connection, document_id: str, start: int = 0, end: int | None = None
) -> list[Block]:
    """The blocks that touch characters `start` to `end`, in order."""
    row, characters = document_row(connection, document_id)
    return _selected(connection, row, start, characters if end is None else end)


def table_rows(connection: sqlite3.Connection, document_id: str, start: int, end: int) -> list[Block]:
    """The rows of tables with a known header that touch characters `start` to `end`, in order."""
    row, _ = document_row(connection, document_id)
    return _selected(connection, row, start, end, _HEADED)


def rows_of_chunks(connection: sqlite3.Connection, chunks: Sequence[StoredChunk]) -> list[list[Block]]:
    """The rows of tables that each chunk touches, in order; nothing for one whose document is gone."""
    documents = _row_ids(connection, chunks)
    known: dict[str, RowHeader] = {}
    return [
        _selected(connection, documents[chunk.document_id], chunk.start, chunk.end, _ROWS, known)
        if chunk.document_id in documents
        else []
        for chunk in chunks
    ]


def headings_of_chunks(connection: sqlite3.Connection, chunks: Sequence[StoredChunk]) -> list[list[Heading]]:
    """The headings that each chunk begins under, outermost first, then those inside it, in order."""
    documents = _row_ids(connection, chunks)
    reader = TextReader(connection)
    found: list[list[Heading]] = []
    for chunk in chunks:
        document = documents.get(chunk.document_id)
        if document is None:
            found.append([])
            continue
        places = [*_above(connection, document, chunk.start), *_inside(connection, document, chunk)]
        found.append(
            [
                Heading(start, end, max(level, 1), " ".join(reader.slice(document, start, end).split()))
                for start, end, level in places
            ]
        )
    return found


def _above(connection: sqlite3.Connection, document: int, start: int) -> list[tuple[int, int, int]]:
    """The headings that are open at a place: going back, each of a lower level than all before it."""
    rows = connection.execute(
        "SELECT start, end, level FROM blocks WHERE document = ? AND kind = ? AND start < ?"
        " ORDER BY start DESC LIMIT ?",
        (document, BlockKind.HEADING.value, start, _LOOKED_BACK),
    )
    found: list[tuple[int, int, int]] = []
    for row in rows:
        if not found or row[2] < found[-1][2]:
            found.append(row)
            if row[2] <= 1:
                break
    return found[::-1]


def _inside(connection: sqlite3.Connection, document: int, chunk: StoredChunk) -> list[tuple[int, int, int]]:
    return connection.execute(
        "SELECT start, end, level FROM blocks WHERE document = ? AND kind = ? AND start >= ? AND start < ?"
        " ORDER BY start",
        (document, BlockKind.HEADING.value, chunk.start, chunk.end),
    ).fetchall()


def _row_ids(connection: sqlite3.Connection, chunks: Sequence[StoredChunk]) -> dict[str, int]:
    """The row ids of the documents of some chunks, those that are there."""
    wanted = json.dumps(sorted({chunk.document_id for chunk in chunks}))
    return dict(
        connection.execute(
            "SELECT document_id, id FROM documents WHERE document_id IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
    )


def _selected(
    connection: sqlite3.Connection,
    document: int,
    start: int,
    end: int,
    condition: str = "",
    known: dict[str, RowHeader] | None = None,
) -> list[Block]:
    """Blocks that touch a span; `known` remembers headers that were read."""
    rows = connection.execute(
        "SELECT b.start, b.end, b.kind, b.level, h.header FROM blocks b"
        " LEFT JOIN row_headers h ON h.document = b.document AND h.number = b.header"
        f" WHERE b.document = ? AND b.start < ? AND b.end > ?{condition} ORDER BY b.start",
        (document, end, start),
    )
    known = {} if known is None else known
    found = []
    for first, last, kind, level, packed in rows:
        if packed is not None and packed not in known:
            known[packed] = unpacked_header(packed)
        header = None if packed is None else known[packed]
        found.append(Block(first, last, BlockKind(kind), level, header))
    return found
