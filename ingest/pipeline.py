"""Files into the library: read, cut, embed, write, side by side and in bounded memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ingest.archives import with_archives_unpacked
from ingest.chunkers import StructureChunker
from ingest.embedding import Embedding, VectorFiller
from ingest.file_pool import FilePool, ReadFile
from ingest.files import FoundFile
from ingest.progress import Progress, ProgressTracker
from ingest.results import FileResult, likeness_notes
from ingest.rules import current_rules
from ingest.sources import Asking, find_batches
from rag.errors import ConfigurationError, NotFoundError, StoreError
from rag.models.model_protocol import Embedder
from rag.schema import DocumentInfo
from rag.settings import Settings
from rag.store import Store, chosen_settings, open_embedder
from rag.tracing import traced_files

__all__ = ["ingest_paths"]

_PUBLISH_SECONDS: Final = 60.0
_RECUT: Final = ("the same file as before, cut again because the chunking settings changed",)


def ingest_paths(
    paths: Sequence[Path | str],
    store: Store,
    embedder: Embedder,
    settings: Settings,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    sources: Mapping[Path, str] | None = None,
    reopened: Callable[[Store, Settings], Embedder] = open_embedder,
    passwords: Sequence[str] = (),
    only: Collection[Path] | None = None,
    gone: list[str] | None = None,
) -> Iterator[FileResult]:
    """Bring files, folders, globs and ZIPs into the library; yields each file's outcome as it is known.

    So come messages of mail folders and, of strings that are addresses, pages and objects: `ingest.sources`.
    A file whose source and bytes are in the library, read and cut as it would be now, is `unchanged`
    and not parsed; where only cutting is otherwise now, that is done from the stored text. Every other
    file is in or out by one transaction, as soon as its vectors are there. A file that cannot be read
    is `failed`, says why, and keeps what an earlier version left in the library; the others go on.
    When `stop` is set, or on an exception such as `KeyboardInterrupt`, documents under way are
    dropped and those yielded stay. Small files come first, since each can be asked as soon as it is in.
    `sources` names files otherwise than by their path, such as an upload by its file name. Outcomes come in
    the order in which they are known. Where a reindex changes the library's embedder meanwhile, it goes on
    with the one that `reopened` gives. `passwords` are tried on files that are protected, and kept nowhere.
    Of what is found in folders, `only` these files are taken where it is given. `gone` takes the sources of
    documents that a mail folder or address no longer has, for `prune_vanished`.

    Raises:
        ConfigurationError: the library was embedded by another model, or an address needs the network or a
            package.
        UsageError: an address is none that can be read.
        ModelError: the embedder cannot be loaded or called.
        StoreError: the library itself cannot be read.
    """
    _refuse_another(embedder, store.embedder)
    tracker, stop = ProgressTracker(progress), stop or threading.Event()
    try:
        for batch in find_batches(paths, Asking(settings, store, stop, gone), sources, only):
            with with_archives_unpacked(batch, settings.ingest.max_file_megabytes, stop, passwords) as files:
                files = sorted(files, key=lambda file: file.size)
                tracker.found(len(files), sum(file.size for file in files))
                while files:
                    tracker.expects(files)
                    chosen = chosen_settings(settings, store.embedder_settings)
                    run = _Run(store, embedder, chosen, tracker, stop)
                    yield from traced_files(settings, run.results(files, passwords))
                    files = run.left_over
                    if files:
                        embedder = reopened(store, settings)
            if stop.is_set():
                break
    finally:
        tracker.finished()


def _refuse_another(embedder: Embedder, active: str | None) -> None:
    if active is not None and active != embedder.fingerprint:
        raise ConfigurationError(
            f"the library was embedded by {active!r}, not by {embedder.fingerprint!r}: leave the embedder's "
            "settings unset to use the library's own, or change it by `citewell reindex --embedder NAME`"
        )


class _StopSeenError(Exception):
    """The stop event was seen inside a call to the embedder."""


class _EmbedderChangedError(Exception):
    """A reindex has swapped the library's embedder."""


class _Run:
    """Files brought in with one embedder; `left_over` are those for another, if that was changed."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        settings: Settings,
        tracker: ProgressTracker,
        stop: threading.Event,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings
        self._tracker = tracker
        self._stop = stop
        self._chunker = StructureChunker(settings.chunking)
        self._filler = VectorFiller(store, embedder, settings)
        self._published = time.monotonic()
        self._unpublished = False
        self.left_over: list[FoundFile] = []

    def results(self, files: Sequence[FoundFile], passwords: Sequence[str]) -> Iterator[FileResult]:
        pool = FilePool(files, self._store, self._settings, self._embedder.fingerprint, passwords)
        known: set[str] = set()
        versions = {file.source: file.version for file in files if file.version}
        try:
            for result in self._taken(pool):
                known.add(result.source)
                if result.document_id is not None and result.source in versions:
                    with suppress(StoreError):  # then it is fetched once more
                        self._store.versions.keep(result.document_id, versions[result.source])
                yield result
        except _StopSeenError:
            pass
        except _EmbedderChangedError:
            self.left_over = [file for file in files if file.source not in known]
        finally:
            pool.close()
            self._publish()

    def _taken(self, pool: FilePool) -> Iterator[FileResult]:
        while not self._stop.is_set() and not (pool.exhausted and not self._filler.waiting):
            outcome = pool.take(wait=not self._filler.waiting)
            if isinstance(outcome, ReadFile):
                embedding = self._prepared(outcome)
                if embedding.complete:
                    yield self._written(embedding)
            elif outcome is not None:
                file, result = outcome
                self._tracker.passed(file, result)
                yield result
            while self._filler.has_batch or (outcome is None and self._filler.waiting):
                for embedding in self._embedded_batch():
                    yield self._written(embedding)
                if self._stop.is_set():
                    return

    def _prepared(self, read: ReadFile) -> Embedding:
        parsed = read.parsed
        chunks, seconds = parsed.chunks, parsed.chunk_seconds
        if chunks is None:
            started = time.perf_counter()
            chunks = tuple(self._chunker.chunks(parsed.document, self._embedder))
            seconds = time.perf_counter() - started
        before = self._filler.waiting
        embedding = self._filler.add(read, chunks)
        embedding.stages = {"parse": parsed.parse_seconds, "chunk": seconds}
        self._tracker.parsed(read, len(chunks), self._filler.waiting - before, seconds)
        return embedding

    def _embedded_batch(self) -> list[Embedding]:
        with self._tracker.stage("embed"):
            return self._filler.step(self._tell_progress)

    def _tell_progress(self, chunks: int, size: float) -> None:
        if self._stop.is_set():
            raise _StopSeenError
        self._tracker.embedded(chunks, size)

    def _written(self, embedding: Embedding) -> FileResult:
        """Store a complete document."""
        read, started = embedding.read, time.perf_counter()
        try:
            with self._tracker.stage("write"):
                info = self._stored(embedding)
                notes = (*(_RECUT if read.recut else ()), *likeness_notes(info, self._store))
            ended = time.perf_counter()
            stages = {**embedding.stages, "embed": started - embedding.came, "write": ended - started}
            result = FileResult.of(info, read.status, ended - read.started, notes, stages)
            self._unpublished = True
        except ConfigurationError as error:
            if self._store.embedder == self._embedder.fingerprint:
                raise
            raise _EmbedderChangedError from error
        except (StoreError, NotFoundError) as error:  # NotFoundError: removed while it was cut again
            result = FileResult.failure(
                read.file.source, str(error), time.perf_counter() - read.started, passing=True
            )
        finally:
            self._filler.forget(embedding)
        self._tracker.done(result, embedding.bytes_of(len(embedding.chunks) - embedding.embedded))
        if time.monotonic() - self._published > _PUBLISH_SECONDS:
            self._publish()
        return result

    def _stored(self, embedding: Embedding) -> DocumentInfo:
        document, file = embedding.read.parsed.document, embedding.read.file
        rules = current_rules(document.media_type, self._settings, self._embedder.fingerprint)
        parts = (embedding.chunks, self._embedder.fingerprint, embedding.hashes, embedding.vectors)
        if embedding.read.recut:
            return self._store.recut_document(document.document_id, *parts, rules.chunked_by)
        original = file.path if self._settings.ingest.keep_originals else None
        return self._store.add_document(document, *parts, original, rules)

    def _publish(self) -> None:
        """Write the vector index's cache, now and then, so that the next start is quick."""
        if self._unpublished:
            self._store.publish()
        self._published, self._unpublished = time.monotonic(), False
