"""The library as a LangChain `VectorStore`. Import this module only where LangChain is wanted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, Self
from uuid import uuid4

import numpy as np
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance

from ingest.added_texts import Text, add_texts
from rag.errors import NotFoundError, UsageError
from rag.models import Embedder, Vectors
from rag.models.langchain_embeddings import EmbedderEmbeddings, EmbeddingsEmbedder
from rag.schema import METADATA, TEXT_SOURCE, DocumentInfo, Hit, StoredChunk
from rag.settings import Settings, load_settings
from rag.store import Store, settled

__all__ = ["CitewellVectorStore"]

_CHUNK_ID: Final = re.compile(r"([0-9a-f]{16})#(\d{1,9})")
"""How the passages of files are called: the document's id and the chunk's number in it."""

_OPERATOR: Final = re.compile(r'\{"\$')

Filter = Mapping[str, Any]


class SearchedLibrary(Protocol):
    """What is wanted of a library here; `rag.library.Library` has it."""

    store: Store
    settings: Settings

    @property
    def embedder(self) -> Embedder:
        """The embedder of the library's vectors."""
        ...


@dataclass
class _Opened:
    store: Store
    settings: Settings
    embedder: Embedder


class _Found(NamedTuple):
    document: LangChainDocument
    score: float
    chunk_id: int


class CitewellVectorStore(VectorStore):
    """Searches a library by meaning alone, and brings texts into it.

    A text that is added is a document of the library like any other: it can be asked, cited, listed and
    removed, and comes back whole under its id, with its metadata. To add another under the same id replaces
    it. Files that the library holds are found too, by passages with the ids `DOCUMENT_ID#NUMBER`; their
    metadata are `document_id`, `source`, `title`, `page`, `start`, `end`, `headings`.

    Scores are cosines, from -1 to 1, the best first. `filter={"year": 2021}` finds only what has these very
    metadata; of files `document_id`, `source` and `title` count. `Library.as_retriever()` searches by words
    too, and finds more.

    Example:
        >>> store = Library.open("my-library").as_vector_store()          # doctest: +SKIP
        >>> store.add_texts(["Pump P-17 runs at 3 bar."], ids=["p-17"])   # doctest: +SKIP
        ['p-17']
        >>> store.similarity_search("How much pressure?", k=1)[0].id      # doctest: +SKIP
        'p-17'
    """

    def __init__(self, library: SearchedLibrary) -> None:
        """Take an open library; it stays open until its owner closes it."""
        self.library = library

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        path: Path | str | None = None,
        **kwargs: Any,
    ) -> Self:
        """Open the library at `path`, or where the settings say, and add texts to it.

        Raises:
            ConfigurationError: the library was embedded by another model than `embedding`.
        """
        _refuse_unknown(kwargs)
        settings = load_settings()
        store = Store.open(settings.library if path is None else Path(path))
        if isinstance(embedding, EmbedderEmbeddings):
            made = cls(_Opened(store, settings, embedding.embedder))
        else:
            made = cls(_Opened(store, settings, EmbeddingsEmbedder(embedding)))
        try:
            made.add_texts(texts, metadatas, ids=ids)
        except BaseException:
            store.close()
            raise
        return made

    @property
    def embeddings(self) -> Embeddings:
        """The library's embedder as LangChain knows one."""
        return EmbedderEmbeddings(self.library.embedder)

    @property
    def _store(self) -> Store:
        return self.library.store

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        batch_size: int | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts, in place of those of the same ids; returns their ids, made where none are given.

        Each is in by one transaction. Many in one call are embedded together, which is faster; how many at
        once says the setting `ingest.batch_chunks`, and not `batch_size`, which LangChain's `index` gives.

        Raises:
            EmptyDocumentError: a text holds white space only; then nothing is added.
            UsageError: there are not as many ids or metadata as texts, an id is longer than 200 characters
                or holds what cannot be seen, or metadata are not values of JSON, or `texts` is one text and
                no list; then nothing is added.
        """
        _refuse_unknown(kwargs)
        _refuse_text(texts, "texts")
        given = list(texts)
        for name, values in (("metadatas", metadatas), ("ids", ids)):
            if values and len(values) != len(given):
                raise UsageError(f"{len(given)} texts came with {len(values)} {name}: give one for each text")
        names = [name or str(uuid4()) for name in (ids or repeat(None, len(given)))]
        rows = zip(names, given, metadatas or repeat({}), strict=False)
        library = self.library
        add_texts([Text(*row) for row in rows], library.store, library.embedder, library.settings)
        return names

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Remove texts by their ids, or all that were ever added as texts; ids not there are passed over.

        Files stay: `Library.remove` removes them.

        Raises:
            UsageError: an id is that of a passage of a file, or `ids` is one id and no list; then nothing is
                removed.
        """
        _refuse_unknown(kwargs)
        _refuse_text(ids, "ids")
        if ids is None:
            texts = [info for info in self._store.documents() if info.source.startswith(TEXT_SOURCE)]
        else:
            texts = [info for name in ids if (info := self._text(name))]
            passages = [name for name in ids if not self._text(name) and self._passage(name)]
            if passages:
                raise UsageError(
                    f"{passages[0]!r} is a part of a file, which is removed as a whole: "
                    f"Library.remove([{passages[0].partition('#')[0]!r}])"
                )
        if texts:
            self._store.remove_documents([info.document_id for info in texts])
            self._store.collections.drop_gone()
            self._store.publish()
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[LangChainDocument]:
        """The texts and passages of files of these ids, in this order; ids not there are passed over."""

        def read() -> Iterator[LangChainDocument]:
            for name in ids:
                if info := self._text(name):
                    yield self._whole(info)
                elif chunk := self._passage(name):
                    yield _passage_of_file(chunk)

        return list(settled(self._store, lambda: list(read())))

    def similarity_search(
        self, query: str, k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[LangChainDocument]:
        """The `k` nearest to a question, the best first."""
        return [document for document, _ in self.similarity_search_with_score(query, k, filter, **kwargs)]

    def similarity_search_with_score(
        self, query: str, k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[tuple[LangChainDocument, float]]:
        """The `k` nearest to a question, the best first, each with its cosine."""
        found = self._nearest(lambda embedder: embedder.embed_questions([query])[0], k, filter, kwargs)
        return [(one.document, one.score) for one in found]

    def similarity_search_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[LangChainDocument]:
        """The `k` nearest to a vector of the embedder's dimension.

        Raises:
            UsageError: the vector has another dimension, or holds what is no finite number.
        """
        found = self._nearest(lambda embedder: _unit(embedding, embedder.dimension), k, filter, kwargs)
        return [one.document for one in found]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter | None = None,
        **kwargs: Any,
    ) -> list[LangChainDocument]:
        """`k` of the `fetch_k` nearest: near to the question, and unlike each other.

        That is maximal marginal relevance (Carbonell and Goldstein 1998). `lambda_mult` is how much nearness
        counts, from 0 (only unlike each other) to 1 (only near).
        """
        vector = self.library.embedder.embed_questions([query])[0].tolist()
        return self.max_marginal_relevance_search_by_vector(vector, k, fetch_k, lambda_mult, filter, **kwargs)

    def max_marginal_relevance_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter | None = None,
        **kwargs: Any,
    ) -> list[LangChainDocument]:
        """The same for a vector of the embedder's dimension.

        Raises:
            UsageError: the vector has another dimension, or holds what is no finite number.
        """
        embedder = self.library.embedder
        vector = _unit(embedding, embedder.dimension)
        found = self._nearest(lambda _: vector, max(k, fetch_k), filter, kwargs)
        vectors = self._store.chunk_vectors(embedder.fingerprint, [one.chunk_id for one in found])
        chosen = maximal_marginal_relevance(vector, list(vectors), lambda_mult, k)
        return [found[i].document for i in chosen]

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda score: min(1.0, max(0.0, score))

    def _nearest(
        self, embed: Callable[[Embedder], Vectors], k: int, filter: Filter | None, kwargs: Filter
    ) -> list[_Found]:
        """What is nearest, each text once though it be cut into many chunks."""
        _refuse_unknown(kwargs)
        documents = None if filter is None else self._store.matching_ids(_checked(filter))
        if k < 1 or documents == [] or not self._store.chunk_count():
            return []
        embedder = self.library.embedder
        vector = embed(embedder)[None, :]

        def read() -> list[_Found]:
            count = k
            while True:
                (hits,) = self._store.dense_search(embedder.fingerprint, vector, count, documents)
                found = list(self._found(hits))
                if len(found) >= k or len(hits) < count:
                    return found[:k]
                count *= 2

        return list(settled(self._store, read))

    def _found(self, hits: Sequence[Hit]) -> Iterator[_Found]:
        chunks = {chunk.chunk_id: chunk for chunk in self._store.chunks([hit.chunk_id for hit in hits])}
        infos = {info.document_id: info for info in self._store.documents(_texts(chunks.values()))}
        for hit in hits:
            if not (chunk := chunks.get(hit.chunk_id)):
                continue
            if not chunk.source.startswith(TEXT_SOURCE):
                yield _Found(_passage_of_file(chunk), hit.score, hit.chunk_id)
            elif info := infos.pop(chunk.document_id, None):
                yield _Found(self._whole(info), hit.score, hit.chunk_id)

    def _whole(self, info: DocumentInfo) -> LangChainDocument:
        return LangChainDocument(
            id=info.source.removeprefix(TEXT_SOURCE),
            page_content=self._store.text(info.document_id),
            metadata=json.loads(info.metadata[METADATA]),
        )

    def _text(self, name: str) -> DocumentInfo | None:
        return self._store.document_by_source(f"{TEXT_SOURCE}{name}")

    def _passage(self, name: str) -> StoredChunk | None:
        parts = _CHUNK_ID.fullmatch(name)
        try:
            chunks = self._store.document_chunks(parts[1]) if parts else []
        except NotFoundError:
            return None
        return chunks[int(parts[2])] if parts and int(parts[2]) < len(chunks) else None


def _passage_of_file(chunk: StoredChunk) -> LangChainDocument:
    return LangChainDocument(
        id=f"{chunk.document_id}#{chunk.ordinal}",
        page_content=chunk.text,
        metadata={
            "document_id": chunk.document_id,
            "source": chunk.source,
            "title": chunk.title,
            "page": chunk.first_page,
            "start": chunk.start,
            "end": chunk.end,
            "headings": list(chunk.headings),
        },
    )


def _texts(chunks: Iterable[StoredChunk]) -> list[str]:
    return [chunk.document_id for chunk in chunks if chunk.source.startswith(TEXT_SOURCE)]


def _unit(vector: Sequence[float], dimension: int) -> Vectors:
    found = np.asarray(vector, np.float32)
    if found.shape != (dimension,) or not np.isfinite(found).all():
        raise UsageError(f"a vector has {dimension} finite numbers here, not the shape {found.shape}")
    length = float(np.linalg.norm(found))
    return found / length if length else found


def _checked(filter: Filter) -> Filter:
    """The filter, where it is one.

    Raises:
        UsageError: it is a function, or holds operators or what is no value of JSON.
    """
    with suppress(TypeError, ValueError):
        if isinstance(filter, Mapping) and not _OPERATOR.search(json.dumps(filter, allow_nan=False)):
            return filter
    raise UsageError(
        f"a filter is a dictionary of metadata and the values that they must have, not {filter!r}: no "
        "function, and no operators such as $gt"
    )


def _refuse_text(given: object, name: str) -> None:
    """Refuse a text in the place of a list, of which each letter would be taken for one."""
    if isinstance(given, str):
        raise UsageError(f"{name} is a list: write [{given[:40]!r}]")


def _refuse_unknown(arguments: Filter) -> None:
    if arguments:
        raise UsageError(f"the library's vector store knows no argument {next(iter(arguments))!r}")
