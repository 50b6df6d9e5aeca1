"""What a library holds, as it is read: documents, their text, pages, blocks and chunks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rag.errors import NotFoundError
from rag.schema import Block, ChunkPlace, DocumentInfo, Heading, Page, StoredChunk
from rag.store import blocks, chunks, stored_documents
from rag.store.stored_records import Records
from rag.store.texts import TextReader, storable

if TYPE_CHECKING:
    from rag.store.store import Store

__all__ = ["Catalog", "settled"]


class Catalog(Records):
    """The part of the store that reads documents; each call sees one state of the library."""

    @property
    def version(self) -> int:
        """Grows with every transaction that changes documents."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT version FROM library").fetchone()[0])

    def documents(self, document_ids: Sequence[str] | None = None) -> list[DocumentInfo]:
        """All documents, or those of the ids that are there, by source."""
        with self._database.reading() as connection:
            return stored_documents.list_documents(connection, document_ids)

    def document_by_source(self, source: str) -> DocumentInfo | None:
        """The document of exactly this source."""
        with self._database.reading() as connection:
            found = stored_documents.documents_where(connection, "source = ?", storable(source))
        return found[0] if found else None

    def matching_ids(self, wanted: Mapping[str, Any]) -> list[str]:
        """The ids of the documents of which all that is wanted is true: equal values of the same kind.

        Of a text that a program brought its metadata count, of a file `document_id`, `source` and `title`.
        """
        with self._database.reading() as connection:
            return stored_documents.matching_ids(connection, json.dumps(wanted))

    def resolve(self, name: str) -> DocumentInfo:
        """The document that people call `name`: its id, source, path, or unique file name.

        Raises:
            NotFoundError: there is none; the message names near ones.
            UsageError: several have this file name.
        """
        with self._database.reading() as connection:
            return stored_documents.resolve(connection, name)

    def text(self, document_id: str, start: int = 0, end: int | None = None) -> str:
        """A document's text, or the slice `[start:end]` of it, by Python's rules.

        Raises:
            NotFoundError: the document is not there.
        """
        with self._database.reading() as connection:
            row, characters = stored_documents.document_row(connection, document_id)
            first, last, _ = slice(start, end).indices(characters)
            return TextReader(connection).slice(row, first, last)

    def pages(self, document_id: str) -> list[Page]:
        """All pages in order, without geometry.

        Raises:
            NotFoundError: the document is not there.
        """
        with self._database.reading() as connection:
            return stored_documents.list_pages(connection, document_id)

    def page(self, document_id: str, number: int) -> Page:
        """One page with its geometry.

        Raises:
            NotFoundError: the document or the page is not there.
        """
        with self._database.reading() as connection:
            return stored_documents.page_by_number(connection, document_id, number)

    def page_at(self, document_id: str, offset: int) -> Page:
        """The page that holds a character of the text, with its geometry.

        Raises:
            NotFoundError: the document is not there, or has no such character.
        """
        with self._database.reading() as connection:
            return stored_documents.page_at(connection, document_id, offset)

    def blocks(self, document_id: str, start: int = 0, end: int | None = None) -> list[Block]:
        """The structural blocks that touch `[start:end]`, in order.

        Raises:
            NotFoundError: the document is not there.
        """
        with self._database.reading() as connection:
            return blocks.list_blocks(connection, document_id, start, end)

    def table_rows(self, document_id: str, start: int, end: int) -> list[Block]:
        """The blocks that touch `[start:end]` and are rows of tables with a known header, in order.

        Raises:
            NotFoundError: the document is not there.
        """
        with self._database.reading() as connection:
            return blocks.table_rows(connection, document_id, start, end)

    def chunks(self, chunk_ids: Sequence[int]) -> list[StoredChunk]:
        """The chunks of these ids, in the order asked; ids that are gone are passed over."""
        with self._database.reading() as connection:
            return chunks.chunks_by_id(connection, chunk_ids)

    def chunk_places(self, chunk_ids: Sequence[int]) -> list[ChunkPlace]:
        """Where the chunks of these ids stand, without their texts, in no certain order.

        Ids that are gone are passed over.
        """
        with self._database.reading() as connection:
            return chunks.chunk_places(connection, chunk_ids)

    def chunk_rows(self, stored: Sequence[StoredChunk]) -> list[list[Block]]:
        """For each of some chunks the rows of tables that it touches, in order.

        Also those whose header is not known; nothing for a chunk whose document is gone.
        """
        with self._database.reading() as connection:
            return blocks.rows_of_chunks(connection, stored)

    def chunk_headings(self, stored: Sequence[StoredChunk]) -> list[list[Heading]]:
        """For each of some chunks the headings that it begins under and those inside it, in order.

        Nothing for a chunk whose document is gone.
        """
        with self._database.reading() as connection:
            return blocks.headings_of_chunks(connection, stored)

    def document_chunks(self, document_id: str) -> list[StoredChunk]:
        """All chunks of a document, in order.

        Raises:
            NotFoundError: the document is not there.
        """
        with self._database.reading() as connection:
            return chunks.document_chunks(connection, document_id)

    def chunk_count(self) -> int:
        """How many chunks the library holds."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT chunks FROM library").fetchone()[0])


T = TypeVar("T")
_TRIES: Final = 3


def settled(store: Store, read: Callable[[], Iterable[T]]) -> Iterator[T]:
    """What `read` gives; from the start again where the library changed under it, three times at most.

    Raises:
        NotFoundError: something is not in the library, and has not been since `read` began.
    """
    for tries_left in reversed(range(_TRIES)):
        version = store.version
        try:
            yield from read()
            return
        except NotFoundError:
            if not tries_left or store.version == version:
                raise
