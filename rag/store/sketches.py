"""Which documents are nearly the same: their MinHash signatures, kept with them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np

from rag.schema import source_name
from rag.store.stored_documents import document_row
from rag.text.minhash import Signature, resemblance, signature_bands

__all__ = ["SimilarDocument", "has_sketch", "insert_sketch", "similar_documents", "similar_pairs"]

_SIMILAR: Final = 0.8
_ENTRY: Final = "<u4"
_COMPARED: Final = 20
"""Documents of a band, the first of the library, that each is compared with."""


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


def has_sketch(connection: sqlite3.Connection, document: int, found: Signature) -> bool:
    """Whether this signature, with its bands, is what is kept of a document by row id."""
    query = "SELECT signature FROM sketches WHERE document = ?"
    kept = [bytes(packed) for (packed,) in connection.execute(query, (document,))]
    bands = connection.execute("SELECT band FROM sketch_bands WHERE document = ?", (document,))
    wanted = [found.astype(_ENTRY).tobytes()] if len(found) else []
    return kept == wanted and {bytes(band) for (band,) in bands} == set(signature_bands(found))


def similar_documents(connection: sqlite3.Connection, document_id: str) -> list[SimilarDocument]:
    """The documents of which four fifths or more are the same text, same bytes first, then most alike.

    Of very many that are all alike the first few of the library are told.

    Raises:
        NotFoundError: the document is not there.
    """
    row, _ = document_row(connection, document_id)
    return similar_pairs(connection, row).get(document_id, [])


def similar_pairs(connection: sqlite3.Connection, row: int | None = None) -> dict[str, list[SimilarDocument]]:
    """Each document that has similar ones, by id, with them; for one row id or for all.

    A document is compared with the first few that share a band with it: among thousands of one template
    (invoices, form letters) all pairs would be millions, and tell no more.
    """
    pairs = _all_pairs(connection) if row is None else _pairs_of(connection, row)
    known = _sketched(connection, {document for pair in pairs for document in pair})
    found: dict[str, list[tuple[bool, float, int, SimilarDocument]]] = {}
    for own, other in pairs:
        first, second = known[own], known[other]
        same = first.sha256 == second.sha256
        share = 1.0 if same else resemblance(first.signature, second.signature)
        if share >= _SIMILAR:
            similar = SimilarDocument(second.document_id, second.source, share, same)
            found.setdefault(first.document_id, []).append((not same, -share, other, similar))
    return {key: [item[-1] for item in sorted(items, key=lambda i: i[:3])] for key, items in found.items()}


def _pairs_of(connection: sqlite3.Connection, row: int) -> set[tuple[int, int]]:
    """A document by row id with each that it is compared with."""
    own = connection.execute("SELECT band FROM sketch_bands WHERE document = ?", (row,)).fetchall()
    others = {
        document
        for band in own
        for (document,) in connection.execute(
            f"SELECT document FROM sketch_bands WHERE band = ? ORDER BY document LIMIT {_COMPARED}", band
        )
    }
    return {(row, other) for other in others - {row}}


def _all_pairs(connection: sqlite3.Connection) -> set[tuple[int, int]]:
    """Each document by row id with each that it is compared with."""
    rows = connection.execute("SELECT band, document FROM sketch_bands ORDER BY band, document")
    pairs: set[tuple[int, int]] = set()
    for _, group in groupby(rows, key=lambda row: row[0]):
        members = [int(document) for _, document in group]
        pairs.update((own, other) for own in members for other in members[:_COMPARED] if own != other)
    return pairs


@dataclass(frozen=True, slots=True)
class _Sketched:
    document_id: str
    source: str
    sha256: str
    signature: Signature


def _sketched(connection: sqlite3.Connection, documents: set[int]) -> dict[int, _Sketched]:
    """Documents by row id with their signatures."""
    rows = connection.execute(
        "SELECT d.id, d.document_id, d.source, d.sha256, s.signature FROM json_each(?) wanted"
        " JOIN documents d ON d.id = wanted.value JOIN sketches s ON s.document = d.id",
        (json.dumps(sorted(documents)),),
    )
    return {
        row: _Sketched(document_id, source, sha256, np.frombuffer(packed, _ENTRY))
        for row, document_id, source, sha256, packed in rows
    }
