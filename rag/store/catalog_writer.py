"""Putting documents in and taking them out: checked, each one transaction, with the original's file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from rag.errors import StoreError
from rag.models.model_protocol import Vectors
from rag.schema import Chunk, Document, DocumentInfo, Page
from rag.store.blocks import insert_blocks
from rag.store.chunks import insert_chunks, next_chunk_id
from rag.store.database import Database
from rag.store.digests import keep_digests
from rag.store.embeddings import delete_unused_vectors, insert_vectors, use_embedder
from rag.store.lexical import LexicalRow, add_rows, delete_rows, lexical_row
from rag.store.originals import Originals
from rag.store.sketches import insert_sketch
from rag.store.staging import replace_chunks, unstage
from rag.store.stored_documents import (
    Rules,
    delete_document,
    document_row,
    documents_where,
    insert_document,
    list_documents,
    set_rules,
)
from rag.store.texts import storable
from rag.text.minhash import signature

__all__ = ["CatalogWriter", "tiling_fault", "validate", "validate_chunks"]


class CatalogWriter:
    """Changes which documents the library holds."""

    def __init__(self, database: Database, originals: Originals) -> None:
        self._database = database
        self._originals = originals

    def add(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        fingerprint: str,
        hashes: Sequence[bytes],
        vectors: Vectors,
        original: Path | None,
        rules: Rules,
    ) -> DocumentInfo:
        """Store a document in place of an earlier one of the same source; see `Store.add_document`."""
        validate(document, chunks, hashes, vectors)
        rows = [
            lexical_row(document.title, c.headings, document.text[c.start : c.end], c.context) for c in chunks
        ]
        sketch = signature(document.text)
        with self._changing() as (connection, notes):
            earlier = documents_where(connection, "source = ?", storable(document.source))
            new = [self._originals.name(original, document.sha256)] if original else []
            notes += self._originals.announce([*(info.file for info in earlier if info.file), *new])
            for info in earlier:
                _delete(connection, info.document_id)
            file = self._originals.keep(original, document.sha256) if original else None
            embedder = use_embedder(connection, fingerprint, vectors.shape[1])
            insert_vectors(connection, embedder, hashes, vectors)
            row = _insert(connection, document, chunks, hashes, rows, file, rules)
            insert_sketch(connection, row, sketch)
            _count_version(connection)
            return list_documents(connection, [document.document_id])[0]

    def recut(
        self,
        document_id: str,
        chunks: Sequence[Chunk],
        fingerprint: str,
        hashes: Sequence[bytes],
        vectors: Vectors,
        chunked_by: str,
    ) -> DocumentInfo:
        """Give a document other chunks; see `Store.recut_document`."""
        with self._database.writing() as connection:
            row, characters = document_row(connection, document_id)
            info = list_documents(connection, [document_id])[0]
            validate_chunks(info.source, characters, info.pages, chunks, hashes, vectors)
            embedder = use_embedder(connection, fingerprint, vectors.shape[1])
            insert_vectors(connection, embedder, hashes, vectors)
            before = [*unstage(connection, row), *replace_chunks(connection, row, chunks, hashes)]
            delete_unused_vectors(connection, before)
            set_rules(connection, document_id, Rules(info.loaded_by, chunked_by))
            _count_version(connection)
            return list_documents(connection, [document_id])[0]

    def remove(self, document_ids: Sequence[str]) -> list[DocumentInfo]:
        """Delete those of the documents that are there, all in one transaction; returns them."""
        with self._changing() as (connection, notes):
            found = list_documents(connection, document_ids)
            notes += self._originals.announce([info.file for info in found if info.file])
            for info in found:
                _delete(connection, info.document_id)
            if found:
                _count_version(connection)
        return found

    def recover(self, busy_seconds: float) -> None:
        """Settle what a process that died left open.

        Raises:
            LibraryLockedError: another process is writing, which may be the one whose notes these are.
        """
        self._settle(self._originals.notes(), busy_seconds)

    @contextmanager
    def _changing(self) -> Iterator[tuple[sqlite3.Connection, list[Path]]]:
        """A transaction, and the notes of files whose fate it decides; settled however it ends."""
        notes: list[Path] = []
        try:
            with self._database.writing() as connection:
                yield connection, notes
        except BaseException:
            with contextlib.suppress(StoreError):
                self._settle(notes)
            raise
        self._settle(notes)

    def _settle(self, notes: Sequence[Path], busy_seconds: float | None = None) -> None:
        if notes:
            with self._database.writing(busy_seconds) as connection:
                for note in notes:
                    self._originals.settle(connection, note)


def _insert(
    connection: sqlite3.Connection,
    document: Document,
    chunks: Sequence[Chunk],
    hashes: Sequence[bytes],
    rows: Sequence[LexicalRow],
    file: str | None,
    rules: Rules,
) -> int:
    first = next_chunk_id(connection)
    row = insert_document(connection, document, first, len(chunks), file, rules)
    insert_blocks(connection, row, document.blocks)
    insert_chunks(connection, row, first, chunks, hashes)
    add_rows(connection, row, rows)
    keep_digests(connection, row)
    return row


def _delete(connection: sqlite3.Connection, document_id: str) -> None:
    hashes = connection.execute(
        "SELECT c.hash FROM documents d JOIN chunks c ON c.document = d.id WHERE d.document_id = ?1"
        " UNION SELECT s.hash FROM documents d JOIN staged_chunks s ON s.document = d.id"
        " WHERE d.document_id = ?1",
        (document_id,),
    ).fetchall()
    delete_rows(connection, document_id)
    delete_document(connection, document_id)
    delete_unused_vectors(connection, [row[0] for row in hashes])


def _count_version(connection: sqlite3.Connection) -> None:
    """Mark a change; a library without chunks is free to take another embedder."""
    connection.execute(
        "UPDATE library SET version = version + 1,"
        " embedder = CASE WHEN EXISTS (SELECT 1 FROM chunks) THEN embedder END"
    )


def validate(document: Document, chunks: Sequence[Chunk], hashes: Sequence[bytes], vectors: Vectors) -> None:
    """Refuse a document whose pages, chunks or vectors do not fit it.

    Raises:
        StoreError: says which, with the values seen.
    """
    fault = tiling_fault("page", document.pages, len(document.text))
    if not fault and [page.number for page in document.pages] != list(range(1, len(document.pages) + 1)):
        fault = f"its pages are numbered {[page.number for page in document.pages][:10]}…, not from 1 upwards"
    if fault:
        raise StoreError(f"document {document.source!r} cannot be stored: {fault}")
    validate_chunks(document.source, len(document.text), len(document.pages), chunks, hashes, vectors)


def validate_chunks(
    source: str,
    characters: int,
    pages: int,
    chunks: Sequence[Chunk],
    hashes: Sequence[bytes],
    vectors: Vectors,
) -> None:
    """Refuse chunks or vectors that do not fit a document of so many characters and pages.

    Raises:
        StoreError: says which, with the values seen.
    """
    fault = (
        tiling_fault("chunk", chunks, characters)
        or _numbering_fault(pages, chunks)
        or _vector_fault(chunks, hashes, vectors)
    )
    if fault:
        raise StoreError(f"document {source!r} cannot be stored: {fault}")


def tiling_fault(name: str, spans: Sequence[Page | Chunk], length: int) -> str:
    """What is wrong with spans that should tile a text of `length` characters; empty if nothing."""
    position = 0
    for index, span in enumerate(spans):
        if span.start != position or span.end < span.start:
            return f"{name} {index} is {span.start} to {span.end} where {position} was to be its start"
        position = span.end
    return "" if position == length else f"its {name}s end at {position}, its text at {length}"


def _numbering_fault(pages: int, chunks: Sequence[Chunk]) -> str:
    if [chunk.ordinal for chunk in chunks] != list(range(len(chunks))):
        return f"its chunks are numbered {[chunk.ordinal for chunk in chunks][:10]}…, not from 0 upwards"
    for chunk in chunks:
        if not 1 <= chunk.first_page <= chunk.last_page <= pages:
            return f"chunk {chunk.ordinal} is on pages {chunk.first_page} to {chunk.last_page} of {pages}"
    return ""


def _vector_fault(chunks: Sequence[Chunk], hashes: Sequence[bytes], vectors: Vectors) -> str:
    if len(hashes) != len(chunks) or vectors.ndim != 2 or len(vectors) != len(chunks):
        return f"chunks: {len(chunks)}, hashes: {len(hashes)}, vectors of shape {vectors.shape}"
    if not np.isfinite(vectors).all():
        return "a vector holds a value that is not a finite number"
    return ""
