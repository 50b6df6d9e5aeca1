"""Reads files side by side: each thread hashes a file and has its process parse it if it is new."""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from ingest.files import FoundFile
from ingest.handover import ParsedDocument
from ingest.results import FileResult
from ingest.rules import chunked_by, loaded_by
from ingest.workers import ParsingWorker, worker_count
from rag.errors import DocumentError, EncryptedDocumentError, NotFoundError
from rag.regular_files import open_regular
from rag.schema import DocumentInfo
from rag.settings import Settings
from rag.store import Store

__all__ = ["FilePool", "ReadFile"]

_WAITING_DOCUMENTS: Final = 2
_POLL_SECONDS: Final = 0.1
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was parsed, and whether its source is new to the library.

    With `recut` it was not parsed: its document is in the library and has only to be cut again.
    """

    file: FoundFile
    parsed: ParsedDocument
    status: Literal["added", "updated"]
    started: float
    recut: bool = False


Outcome = ReadFile | tuple[FoundFile, FileResult]


class FilePool:
    """Parses files in as many processes as the settings allow.

    At most two parsed documents a process wait to be taken: parsing pauses when embedding lags,
    so memory stays bounded.
    """

    def __init__(
        self,
        files: Sequence[FoundFile],
        store: Store,
        settings: Settings,
        fingerprint: str,
        passwords: Sequence[str] = (),
    ) -> None:
        self._passwords = passwords
        self._store = store
        self._settings = settings
        self._fingerprint = fingerprint
        self._files = iter(files)
        self._files_lock = threading.Lock()
        self._closed = threading.Event()
        count = worker_count(settings, len(files))
        self._ready: queue.Queue[Outcome | BaseException | None] = queue.Queue(count * _WAITING_DOCUMENTS)
        self._running = count
        self._workers = [ParsingWorker(settings, fingerprint) for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._read_files, args=(worker,), name=f"parsing-{i}", daemon=True)
            for i, worker in enumerate(self._workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def exhausted(self) -> bool:
        """Whether every outcome was taken."""
        return self._running == 0

    def take(self, wait: bool) -> Outcome | None:
        """The next file's outcome; None when none is ready (with `wait`: in a tenth of a second)."""
        while not self.exhausted:
            try:
                outcome = self._ready.get(wait, _POLL_SECONDS)
            except queue.Empty:
                return None
            if isinstance(outcome, BaseException):
                raise outcome
            if outcome is not None:
                return outcome
            self._running -= 1
        return None

    def close(self) -> None:
        """Stop all processes and threads at once."""
        self._closed.set()
        for worker in self._workers:
            worker.stop()
        for thread in self._threads:
            thread.join()

    def _read_files(self, worker: ParsingWorker) -> None:
        try:
            while not self._closed.is_set() and (file := self._next_file()) is not None:
                self._put(self._read(file, worker))
            self._put(None)
        except BaseException as error:  # told by the thread that takes the outcomes
            self._put(error)
        finally:
            worker.close()

    def _next_file(self) -> FoundFile | None:
        with self._files_lock:
            return next(self._files, None)

    def _put(self, outcome: Outcome | BaseException | None) -> None:
        while not self._closed.is_set():
            try:
                return self._ready.put(outcome, timeout=_POLL_SECONDS)
            except queue.Full:
                continue

    def _read(self, file: FoundFile, worker: ParsingWorker) -> Outcome:
        started = time.perf_counter()
        earlier = None if file.error else self._store.document_by_source(file.source)
        try:
            if file.error:
                raise (EncryptedDocumentError if file.locked else DocumentError)(file.error)
            if earlier is not None and self._is_read_already(file, earlier):
                rules = chunked_by(self._settings.chunking, self._fingerprint)
                if earlier.chunked_by == rules:
                    return file, FileResult.of(earlier, "unchanged", time.perf_counter() - started)
                return self._from_store(file, earlier, started)
            parsed = worker.parse(file.path, file.source, self._passwords)
        except (DocumentError, NotFoundError) as error:
            failure = FileResult.failure(file.source, str(error), time.perf_counter() - started)
            return file, replace(failure, locked=isinstance(error, EncryptedDocumentError))
        return ReadFile(file, parsed, "added" if earlier is None else "updated", started)

    def _from_store(self, file: FoundFile, earlier: DocumentInfo, started: float) -> ReadFile:
        """The document as it was read from the same bytes by the same rules."""
        document = self._store.document(earlier.document_id)
        parsed = ParsedDocument(document, None, time.perf_counter() - started)
        return ReadFile(file, parsed, "updated", started, recut=True)

    def _is_read_already(self, file: FoundFile, earlier: DocumentInfo) -> bool:
        """Whether reading the file now would give the document that is there."""
        if earlier.loaded_by != loaded_by(earlier.media_type, self._settings.ingest):
            return False
        if file.sha256:  # not fetched, since its source says that it is the same
            return file.sha256 == earlier.sha256
        if file.size > self._settings.ingest.max_file_megabytes * _MEGABYTE:
            return False
        if self._store.embedder != self._fingerprint:
            return False
        try:
            with open_regular(file.path) as content:
                return hashlib.file_digest(content, "sha256").hexdigest() == earlier.sha256
        except OSError as error:
            raise DocumentError(
                f"cannot read {file.source}: {error.strerror or type(error).__name__}. "
                "Check the path and its permissions."
            ) from error
