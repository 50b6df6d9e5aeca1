"""The store: one folder, one SQLite file that is the truth, and what is derived from it."""

from __future__ import annotations

import contextlib
import shutil
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryLockedError, LibraryNotFoundError, LibraryReadOnlyError, StoreError
from rag.models.model_protocol import Vectors
from rag.schema import Check, Chunk, Document, DocumentInfo, Hit
from rag.store import digests, embeddings, stored_documents
from rag.store.catalog_writer import CatalogWriter
from rag.store.checks import run_checks
from rag.store.collections import Collections
from rag.store.database import Database, explained, migrate
from rag.store.dense import DenseIndex
from rag.store.derived import Derived
from rag.store.durable import Reserve, clear_half_written, make_private, make_private_folder
from rag.store.lexical import SegmentedIndex, refresh_terms, terms_are_current
from rag.store.originals import Originals
from rag.store.stored_cells import GridCells
from rag.store.stored_examples import ApprovedExamples
from rag.store.stored_records import KeptAnswers
from rag.store.stored_versions import FetchedVersions
from rag.store.vector_cache import VectorCache
from rag.store.vector_memory import VectorMemory
from rag.temporary import clear_left_behind

__all__ = ["UPLOADS", "Store"]

_CATALOG: Final = "catalog.sqlite"
_RECOVERY_SECONDS: Final = 0.1
_PRIVATE_SINCE: Final = 12
"""The schema from which on a library's files are made for their owner alone."""
_BESIDE_THE_CATALOG: Final = tuple(f"{_CATALOG}-{end}" for end in ("journal", "wal", "shm"))
_PARTS: Final = (_CATALOG, *_BESIDE_THE_CATALOG, "files", "index", "index/lexical", "reserve")
UPLOADS: Final = "uploads"
"""The folder in a library where the web app saves what was dropped, until it is read."""
_PARTS_OF_APP: Final = (UPLOADS, "evaluations")
_WRITTEN_IN: Final = ("", "index", "index/lexical", "evaluations")
_READ_AT_ONCE: Final = ("index/*", "index/lexical/*", "files/*.pending")


class Store(Derived):
    """A library's folder: `catalog.sqlite`, `files/` (originals) and `index/` (a cache).

    Any number of stores, threads and processes may have one folder open: readers see whole
    transactions, writers take turns. All methods may be called from any thread. Documents are read by the
    methods of `Catalog`; questions, answers and conversations are kept by those of `Records`, approved
    examples by `examples`, answers to be given again by `answers`, cells of grids by `cells`, groups of
    documents by `collections`, what servers call the versions of fetched documents by `versions`.

    Example:
        >>> with Store.open(Path("citewell-library")) as store:  # doctest: +SKIP
        ...     [info.source for info in store.documents()]
    """

    def __init__(self, path: Path, database: Database) -> None:
        """Use `Store.open`."""
        super().__init__(database)
        self.path = path
        self.examples = ApprovedExamples(database)
        self.answers = KeptAnswers(database)
        self.cells = GridCells(database)
        self.collections = Collections(database)
        self.versions = FetchedVersions(database)
        self._reserve = Reserve(path)
        self._originals = Originals(path / "files")
        self._writer = CatalogWriter(database, self._originals)
        self._vectors = VectorMemory()
        self._dense = DenseIndex(database, path / "index", self._vectors)
        self._lexical = SegmentedIndex(database, path / "index" / "lexical")

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> Self:
        """Open a library, by default making it if it is not there, and mend what a crash left.

        Raises:
            LibraryNotFoundError: it is not there and `create` is false.
            SchemaVersionError: it was written by a newer version.
            StoreError: the place holds something else, or cannot be read.
        """
        path = Path(path)
        with explained(path):
            if not create and not (path / _CATALOG).is_file():
                raise LibraryNotFoundError(
                    f"no library in {str(path)!r}: run `citewell ingest` to make one, or correct --library"
                )
            make_private_folder(path)
            _refuse_links(path)
            store = cls(path, Database(path / _CATALOG))
        try:
            store._prepare_or_make_room()
        except BaseException:
            store.close()
            raise
        return store

    def _prepare_or_make_room(self) -> None:
        try:
            self._prepare()
        except StoreError:
            if not self._reserve.give_up():  # SQLite opens no library without some room
                raise
            self._prepare()
        if not self.read_only:
            self._reserve.keep()

    def _prepare(self) -> None:
        try:
            self._bring_up_to_date()
        except LibraryReadOnlyError:
            raise LibraryReadOnlyError(
                f"library {str(self.path)!r} was made by an earlier Citewell and can only be read here: open "
                "it once where it can be written, by `citewell list` as its owner or in a copy"
            ) from None
        if self.read_only:
            return
        with contextlib.suppress(LibraryLockedError):  # whoever is writing now settles it, or the next start
            self._writer.recover(_RECOVERY_SECONDS)
        self._drop_leftovers(_RECOVERY_SECONDS)
        clear_left_behind(self.path / UPLOADS, prefix="")
        for place in _WRITTEN_IN:
            clear_half_written(self.path / place)

    def _bring_up_to_date(self) -> None:
        before = migrate(self._database)
        if 0 < before < _PRIVATE_SINCE:
            make_private(self.path)
        with self._database.reading() as connection:
            current, digested = terms_are_current(connection), digests.are_kept(connection)
        if not digested:
            with self._database.writing() as connection:
                digests.keep_all(connection)
        if not current:
            with self._database.writing() as connection:
                refresh_terms(connection)
            self._lexical.publish()

    def close(self) -> None:
        """Close the library's files; using it afterwards raises `StoreError`."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def read_only(self) -> bool:
        """Whether the library can be read here and not changed: searched, asked and checked, that is."""
        return self._database.read_only

    @property
    def embedder(self) -> str | None:
        """The fingerprint of the embedder whose vectors are searched; None in an empty library."""
        with self._database.reading() as connection:
            active = embeddings.active_embedder(connection)
        return active[1] if active else None

    def add_document(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        fingerprint: str,
        hashes: Sequence[bytes],
        vectors: Vectors,
        original: Path | None = None,
        rules: stored_documents.Rules = stored_documents.Rules(),  # noqa: B008 - frozen
    ) -> DocumentInfo:
        """Store a document with its chunks in one transaction, in place of one of the same source.

        `hashes[i]` is `text_hash` of the text that was embedded for chunk i, `vectors[i]` its vector.
        `original` is copied into the library. `rules` name how it was read and cut.

        Raises:
            ConfigurationError: the library was embedded by another model.
            StoreError: the parts do not fit each other, the file changed, or the disk is full.
        """
        return self._writer.add(document, chunks, fingerprint, hashes, vectors, original, rules)

    def recut_document(
        self,
        document_id: str,
        chunks: Sequence[Chunk],
        fingerprint: str,
        hashes: Sequence[bytes],
        vectors: Vectors,
        chunked_by: str,
    ) -> DocumentInfo:
        """Give a document other chunks in one transaction; its text, pages and original stay.

        Raises:
            ConfigurationError: the library was embedded by another model.
            NotFoundError: the document is not there.
            StoreError: the parts do not fit it, or the disk is full.
        """
        return self._writer.recut(document_id, chunks, fingerprint, hashes, vectors, chunked_by)

    def remove_documents(self, document_ids: Sequence[str]) -> list[DocumentInfo]:
        """Delete documents with all that is derived from them in one transaction; returns those gone.

        On a full disk it uses the room that the library keeps for this.
        """
        with self._reserve.given_up():
            return self._writer.remove(document_ids)

    def original(self, document_id: str) -> Path | None:
        """The kept copy of the file that a document was read from; None if none was kept, or it is gone.

        Raises:
            NotFoundError: the document is not there.
        """
        with self._database.reading() as connection:
            stored_documents.document_row(connection, document_id)
            file = stored_documents.list_documents(connection, [document_id])[0].file
        path = self._originals.path(file) if file else None
        return path if path and self._originals.is_kept(path) else None

    def dense_search(
        self, fingerprint: str, vectors: Vectors, top_k: int, documents: Sequence[str] | None = None
    ) -> list[list[Hit]]:
        """For each question vector its nearest chunks by inner product, ties by ascending id.

        Raises:
            ConfigurationError: the library was embedded by another model.
        """
        return self._dense.search(fingerprint, vectors, top_k, documents)

    def lexical_search(self, question: str, top_k: int, documents: Sequence[str] | None = None) -> list[Hit]:
        """The chunks that share words with the question, by BM25, ties by ascending id."""
        return self._lexical.search(question, top_k, documents)

    def document_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many chunks each search term (see `rag.text.search_terms`) occurs."""
        return self._lexical.document_frequencies(terms)

    def terms_of_length(self, least: int, most: int) -> list[tuple[str, int]]:
        """The search terms of `least` to `most` letters that are held, with their numbers of chunks."""
        return self._lexical.terms_of_length(least, most)

    def chunk_vectors(self, fingerprint: str, chunk_ids: Sequence[int]) -> Vectors:
        """The vectors of chunks, shape (len(chunk_ids), dimension), in the order asked.

        Raises:
            ConfigurationError: the library was embedded by another model.
            NotFoundError: a chunk is no longer there.
        """
        with self._database.reading() as connection:
            active = embeddings.require_active(connection, fingerprint)
            embedder, dimension = active or (0, 0)
            return self._vectors.of_chunks(connection, embedder, dimension, chunk_ids)

    def cached_vectors(self, fingerprint: str, hashes: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """The vectors of those texts, by hash, that the library has embedded already."""
        with self._database.reading() as connection:
            return embeddings.cached_vectors(connection, fingerprint, hashes)

    def publish(self) -> None:
        """Write both legs' indexes to the disk, so that the next process need not build them."""
        self._dense.publish()
        self._lexical.publish()

    def rebuild(self) -> None:
        """Rebuild the lexical index, the documents' signatures and the vector index from the catalog."""
        # caches first: words are renumbered, and one killed in between must not leave the old numbers
        shutil.rmtree(self.path / "index" / "lexical", ignore_errors=True)
        VectorCache(self.path / "index").clear()
        self.rebuild_lexical()
        self._dense = DenseIndex(self._database, self.path / "index", self._vectors)
        self.publish()

    def check(self) -> list[Check]:
        """Look at every invariant; reads the whole library."""
        return run_checks(self._database, self._originals, VectorCache(self.path / "index"))


def _refuse_links(path: Path) -> None:
    """A library from elsewhere must not have files changed that lie outside it.

    Raises:
        StoreError: a part of the library is a symbolic link, or what would be waited for without end; the
            library's folder itself may be a link.
    """
    for part in (*_PARTS, *_PARTS_OF_APP):
        if (path / part).is_symlink():
            raise StoreError(
                f"{part!r} in library {str(path)!r} is a symbolic link, which is not followed: put the "
                "folder or file itself there, or move the whole library"
            )
    notes = (found for pattern in _READ_AT_ONCE for found in path.glob(pattern))
    for file in (*(path / part for part in (*_PARTS, *_PARTS_OF_APP)), *notes):
        if _is_waited_for(file):
            raise StoreError(
                f"{str(file)!r} is a pipe, socket or device, which is not waited for: remove it, or restore "
                "a backup"
            )


def _is_waited_for(file: Path) -> bool:
    """Whether a path is a pipe, socket or device; asked once, as another process may remove it meanwhile."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
