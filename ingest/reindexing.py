"""Another embedder, or another way of cutting, for a library that is there: from its stored text alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from ingest.chunkers import StructureChunker
from ingest.embedding import chunk_text
from ingest.rules import chunked_by
from rag.errors import NotFoundError
from rag.models import build_embedder
from rag.models.model_protocol import Embedder
from rag.schema import Chunk
from rag.settings import Settings
from rag.store import StagedChunk, Store, Swapped, chosen_settings, defining_settings
from rag.text import text_hash

__all__ = ["ReindexProgress", "ReindexStage", "reindex", "reindex_library"]

ReindexStage = Literal["cutting", "embedding", "swapping", "clearing", "rebuilding", "finished", "stopped"]


@dataclass(frozen=True, slots=True)
class ReindexProgress:
    """How far a reindex is.

    `done` of `total` are documents while cutting and texts while embedding. `kept` texts had their
    vectors when it began: it goes on from one that was stopped (`resumed`), or they were embedded
    before. `rate` is texts a second, `seconds` run from the start. `documents`, `chunks` and `recut`
    (documents that were cut otherwise than before) are known after the swap.
    """

    stage: ReindexStage
    embedder: str
    done: int = 0
    total: int = 0
    kept: int = 0
    embedded: int = 0
    rate: float = 0.0
    seconds: float = 0.0
    resumed: bool = False
    documents: int = 0
    chunks: int = 0
    recut: int = 0

    @property
    def seconds_left(self) -> float | None:
        """Until all texts are embedded, at the rate so far; None where there is none yet."""
        if self.stage != "embedding" or self.rate <= 0:
            return None
        return (self.total - self.done) / self.rate


def reindex(
    store: Store,
    embedder: Embedder,
    settings: Settings,
    embedder_settings: dict[str, Any] | None = None,
    stop: threading.Event | None = None,
) -> Iterator[ReindexProgress]:
    """Bring every document to this embedder and these chunking settings; yields how far it is.

    Chunks and vectors are built beside those that are searched, each batch kept by a transaction of
    its own: searches and ingests go on, and one that was stopped or killed is gone on with by calling
    it again. Documents that come meanwhile are covered before the swap, which is one transaction.
    Where nothing was to be changed, all that is derived is rebuilt: the lexical index, the
    documents' signatures and the vector index. `embedder_settings` build the embedder again when the
    library is opened next.

    Raises:
        ConfigurationError: the embedder has stored vectors of another length.
        ModelError: the embedder cannot be loaded or called; what was built is kept.
        StoreError: the library cannot be read or written; what was built is kept.
    """
    yield from _Reindex(store, embedder, settings, embedder_settings, stop or threading.Event()).events()


def reindex_library(
    store: Store, settings: Settings, embedder: str | None = None, stop: threading.Event | None = None
) -> Iterator[ReindexProgress]:
    """Change the embedder (a model's name), or apply changed chunking settings, from stored text.

    Without `embedder` it is that of the settings where they name one, else the library's own; the rest
    is as in `reindex`.

    Raises:
        ModelNotFoundError: the model is not on this machine; the message says what to do.
    """
    if embedder is not None:
        named = settings.embedder.model_copy(update={"model": embedder})
        settings = settings.model_copy(update={"embedder": named})
    settings = chosen_settings(settings, store.embedder_settings)
    made = build_embedder(settings)
    yield from reindex(store, made, settings, defining_settings(settings.embedder), stop)


class _StopSeenError(Exception):
    """The stop event was seen inside a call to the embedder."""


class _Reindex:
    """One call of `reindex`."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        settings: Settings,
        embedder_settings: dict[str, Any] | None,
        stop: threading.Event,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings
        self._stop = stop
        self._chunker = StructureChunker(settings.chunking)
        self._other_embedder = store.embedder not in (None, embedder.fingerprint)
        rules = chunked_by(settings.chunking, embedder.fingerprint)
        self._staging = store.staging(embedder.fingerprint, embedder.dimension, rules, embedder_settings)
        self._started = time.perf_counter()
        self._embedding_seconds = 0.0
        self._event = ReindexProgress("cutting", embedder.name, resumed=self._staging.resumed)

    def events(self) -> Iterator[ReindexProgress]:
        """All steps; every event but the last two kinds leaves the library as it was searched before."""
        try:
            swapped = None
            while swapped is None:
                yield from self._cut()
                yield from self._embed()
                yield self._at("swapping")
                self._check_stop()
                swapped = self._staging.swap()
        except _StopSeenError:
            yield self._at("stopped")
            return
        yield from self._finish(swapped)

    def _cut(self) -> Iterator[ReindexProgress]:
        """Cut the documents that are not staged yet."""
        waiting = self._staging.waiting_documents()
        for number, info in enumerate(waiting, 1):
            self._check_stop()
            if not self._staging.keep(info.document_id):
                self._stage(info.document_id)
            yield self._at("cutting", done=number, total=len(waiting))

    def _stage(self, document_id: str) -> None:
        try:
            document = self._store.document(document_id)
        except NotFoundError:  # removed since it was listed
            return
        chunks = self._chunker.chunks(document, self._embedder)
        title, twins = self._staging.twin(document.sha256)
        if [(c.start, c.end) for c, _ in twins] == [(c.start, c.end) for c in chunks]:
            hashes = [key for _, key in twins]  # the same file under another name shares its vectors
        else:
            title = document.title
            hashes = [text_hash(self._text(title, c, document.text[c.start : c.end])) for c in chunks]
        self._staging.stage(document_id, title, chunks, hashes)

    def _text(self, title: str, chunk: Chunk, text: str) -> str:
        return chunk_text(title, chunk, text, self._settings.chunking)

    def _embed(self) -> Iterator[ReindexProgress]:
        """Embed the texts that have no vector, some at a time."""
        total, done = self._staging.counts()
        kept = done - self._event.embedded
        yield self._at("embedding", done=done, total=total, kept=max(kept, 0))
        after = 0
        while batch := self._staging.waiting_chunks(after, self._settings.ingest.batch_chunks):
            self._check_stop()
            after = batch[-1].staged_id
            self._embed_batch(batch)
            done += len(batch)
            embedded = self._event.embedded + len(batch)
            rate = embedded / max(self._embedding_seconds, 1e-9)
            yield self._at("embedding", done=done, embedded=embedded, rate=rate)

    def _embed_batch(self, batch: list[StagedChunk]) -> None:
        started = time.perf_counter()
        texts = [self._text(staged.title, staged.chunk, staged.text) for staged in batch]
        vectors = self._embedder.embed_passages(texts, lambda _: self._check_stop())
        self._staging.add_vectors([staged.hash for staged in batch], vectors)
        self._embedding_seconds += time.perf_counter() - started

    def _finish(self, swapped: Swapped) -> Iterator[ReindexProgress]:
        """After the swap: what is no longer searched goes, and caches are written."""
        yield self._at("clearing", documents=swapped.documents, chunks=swapped.chunks, recut=swapped.recut)
        self._store.drop_old_vectors()
        yield self._at("rebuilding")
        if self._other_embedder or swapped.recut:
            self._store.publish()
        else:
            self._store.rebuild()
        yield self._at("finished")

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise _StopSeenError

    def _at(self, stage: ReindexStage, **changes: Any) -> ReindexProgress:
        seconds = time.perf_counter() - self._started
        self._event = replace(self._event, stage=stage, seconds=seconds, **changes)
        return self._event
