"""What is made from documents and can be rebuilt: likeness, embedders, the way of cutting, indexes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from rag.errors import LibraryLockedError
from rag.models.model_protocol import Vectors
from rag.schema import Chunk, Document
from rag.settings import EmbedderSettings
from rag.store.blocks import list_blocks
from rag.store.catalog import Catalog
from rag.store.chunks import chunk_ids, plain_chunks
from rag.store.embeddings import (
    drop_old_vectors,
    embedder_settings,
    keep_second,
    register_embedder,
    second_vectors,
)
from rag.store.lexical import refresh_terms
from rag.store.sketches import SimilarDocument, insert_sketch, similar_documents, similar_pairs
from rag.store.staging import Staging
from rag.store.stored_documents import Rules, document_row, list_documents, list_pages
from rag.store.texts import TextReader
from rag.text.minhash import signature

__all__ = ["Derived"]


class Derived(Catalog):
    """The part of the store that keeps what is derived from documents in step with them."""

    def spread_chunks(self, most: int) -> list[tuple[int, str]]:
        """Up to `most` chunks, evenly spread over all: (chunk id, document id) by ascending chunk id."""
        with self._database.reading() as connection:
            ids = chunk_ids(connection)
            if len(ids) > most:
                ids = ids[np.linspace(0, len(ids) - 1, most).round().astype(np.intp)]
            rows = connection.execute(
                "SELECT c.id, d.document_id FROM chunks c JOIN documents d ON d.id = c.document"
                " WHERE c.id IN (SELECT value FROM json_each(?)) ORDER BY c.id",
                (json.dumps(ids.tolist()),),
            )
            return [(int(chunk_id), str(document_id)) for chunk_id, document_id in rows]

    def languages(self) -> list[str]:
        """The languages of the documents, each once."""
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute("SELECT DISTINCT language FROM documents")]

    def chunks_in(self, languages: Sequence[str], documents: Sequence[str] | None = None) -> list[int]:
        """The ids of the chunks of the documents in some languages, only of `documents` (ids) where given."""
        with self._database.reading() as connection:
            found: list[int] = chunk_ids(connection, documents, languages).tolist()
        return found

    def second_vectors(self, fingerprint: str, chunk_ids: Sequence[int]) -> tuple[list[int], Vectors]:
        """Those of the chunks of which an embedder's vectors are kept beside the library's own, and these."""
        with self._database.reading() as connection:
            ids, vectors = second_vectors(connection, fingerprint, np.array(chunk_ids, np.int64))
        return ids.tolist(), vectors

    def keep_second_vectors(self, fingerprint: str, chunk_ids: Sequence[int], vectors: Vectors) -> None:
        """Keep an embedder's vectors of chunks, shape (len(chunk_ids), dimension), beside the library's own.

        They go with their chunks, or when another second embedder takes its place.
        """
        with self._database.writing() as connection:
            keep_second(connection, fingerprint, chunk_ids, vectors)

    def similar_documents(self, document_id: str) -> list[SimilarDocument]:
        """The documents of which four fifths or more are the same text, same bytes first, then most alike.

        Raises:
            NotFoundError: the document is not there.
        """
        with self._database.reading() as connection:
            return similar_documents(connection, document_id)

    def all_similar_documents(self) -> dict[str, list[SimilarDocument]]:
        """Each document that has such, by id, with them."""
        with self._database.reading() as connection:
            return similar_pairs(connection)

    def document(self, document_id: str) -> Document:
        """A document as it was read, but for its pages' geometry: enough to cut it again.

        Raises:
            NotFoundError: the document is not there.
        """
        with self._database.reading() as connection:
            row, characters = document_row(connection, document_id)
            info = list_documents(connection, [document_id])[0]
            return Document(
                source=info.source,
                sha256=info.sha256,
                media_type=info.media_type,
                title=info.title,
                language=info.language,
                text=TextReader(connection).slice(row, 0, characters),
                pages=tuple(list_pages(connection, document_id)),
                blocks=tuple(list_blocks(connection, document_id)),
                metadata=info.metadata,
                warnings=info.warnings,
            )

    def twin_chunks(self, sha256: str, rules: Rules) -> list[tuple[Chunk, bytes]]:
        """The chunks, with the hashes of what was embedded, of a document of the same bytes.

        It was read and cut by the same rules under another name; empty if there is none.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT id FROM documents WHERE sha256 = ? AND loaded_by = ? AND chunked_by = ? ORDER BY id",
                (sha256, rules.loaded_by, rules.chunked_by),
            ).fetchone()
            return plain_chunks(connection, row[0]) if row else []

    @property
    def embedder_settings(self) -> dict[str, Any]:
        """The settings that build the embedder whose vectors are searched; empty where not known.

        Raises:
            StoreError: what the library remembers are no such settings.
        """
        with self._database.reading() as connection:
            kept = embedder_settings(connection)
            settings: dict[str, Any] = json.loads(kept) if kept else {}
            EmbedderSettings.model_validate(settings)
            if "\0" in str(settings.get("model")):
                raise ValueError("no name of a model holds a zero")
        return settings

    def remember_embedder(self, fingerprint: str, dimension: int, settings: dict[str, Any]) -> None:
        """Keep the settings that build an embedder, so that the library is opened with it."""
        with self._database.writing() as connection:
            register_embedder(connection, fingerprint, dimension, json.dumps(settings, sort_keys=True))

    def staging(
        self, fingerprint: str, dimension: int, chunked_by: str, settings: dict[str, Any] | None = None
    ) -> Staging:
        """Begin a reindex to an embedder and a way of cutting, or go on with it where it was left.

        Raises:
            ConfigurationError: the embedder has stored vectors of another length.
        """
        kept = json.dumps(settings, sort_keys=True) if settings else ""
        return Staging(self._database, fingerprint, dimension, chunked_by, kept)

    def drop_old_vectors(self) -> None:
        """Delete the vectors of embedders that are no longer searched."""
        drop_old_vectors(self._database)

    def rebuild_lexical(self) -> None:
        """Rebuild the lexical index and the documents' signatures from the stored text."""
        with self._database.writing() as connection:
            connection.execute("UPDATE library SET terms = ''")
            refresh_terms(connection)
            connection.execute("DELETE FROM sketch_bands")
            connection.execute("DELETE FROM sketches")
            reader = TextReader(connection)
            for row, characters in connection.execute("SELECT id, characters FROM documents").fetchall():
                insert_sketch(connection, row, signature(reader.slice(row, 0, characters)))

    def _drop_leftovers(self, busy_seconds: float) -> None:
        """At the start: what a reindex left that was killed after its swap."""
        try:
            drop_old_vectors(self._database, busy_seconds)
        except LibraryLockedError:  # whoever is writing now may be at it; else the next start
            return
