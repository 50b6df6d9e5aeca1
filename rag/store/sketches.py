"""Which documents are nearly the same: their MinHash signatures, kept with them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

import numpy as np

from rag.schema import source_name
from rag.store.documents import document_row
from rag.text.minhash import Signature, resemblance, signature_bands

__all__ = ["SimilarDocument", "insert_sketch", "similar_documents", "similar_pairs"]

_SIMILAR: Final = 0.8
_ENTRY: Final = "<u4"


@dataclass(frozen=True, slots=True)
class SimilarDocument:
    """Another document with nearly the same text; `share` of it is the same, `same_bytes` if all is."""

    document_id: str
    source: str
    share: float
    same_bytes: bool

    @property
    def name(self) -> str:
        """The last part of the source."""
        return source_name(self.source)


def insert_sketch(connection: sqlite3.Connection, document: int, found: Signature) -> None:
    """Keep the signature of a document by row id; a text without words has none."""
    if not len(found):
        return
    connection.execute("INSERT INTO sketches VALUES (?, ?)", (document, found.astype(_ENTRY).tobytes()))
    connection.executemany(
        "INSERT INTO sketch_bands (band, document) VALUES (?, ?)",
        ((band, document) for band in signature_bands(found)),
    )


def similar_documents(connection: sqlite3.Connection, document_id: str) -> list[SimilarDocument]:
    """The documents of which four fifths or more are the same text, same bytes first, then most alike.

    Raises:
        NotFoundError: the document is not there.
    """
    row, _ = document_row(connection, document_id)
    return similar_pairs(connection, row).get(document_id, [])


def similar_pairs(connection: sqlite3.Connection, row: int | None = None) -> dict[str, list[SimilarDocument]]:
    """Each document that has similar ones, by id, with them; for one row id or for all."""
    condition, values = ("", ()) if row is None else ("WHERE own.document = ?", (row,))
    rows = connection.execute(
        "SELECT DISTINCT a.document_id, b.document_id, b.source, a.sha256 = b.sha256, b.id,"
        " s.signature, t.signature FROM sketch_bands own"
        " JOIN sketch_bands other ON other.band = own.band AND other.document != own.document"
        " JOIN documents a ON a.id = own.document JOIN documents b ON b.id = other.document"
        " JOIN sketches s ON s.document = a.id JOIN sketches t ON t.document = b.id"
        f" {condition}",
        values,
    )
    found: dict[str, list[tuple[bool, float, int, SimilarDocument]]] = {}
    for own_id, other_id, source, same, other_row, first, second in rows:
        share = 1.0 if same else resemblance(np.frombuffer(first, _ENTRY), np.frombuffer(second, _ENTRY))
        if share >= _SIMILAR:
            similar = SimilarDocument(other_id, source, share, bool(same))
            found.setdefault(own_id, []).append((not same, -share, other_row, similar))
    return {key: [item[-1] for item in sorted(items, key=lambda i: i[:3])] for key, items in found.items()}
