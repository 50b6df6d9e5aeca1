"""Uploads on their way into the library: one worker a process, so that pages stay usable and one writes."""

from __future__ import annotations

import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ingest import FileResult, LatestProgress, ProgressEvent, ingest_paths
from rag.errors import CitewellError
from rag.library import Library

__all__ = ["IngestJob", "IngestQueue"]

_LOG = logging.getLogger(__name__)
_JOBS_KEPT: Final = 20


@dataclass(eq=False)
class IngestJob:
    """Files that were brought in together, and what became of each.

    `sources` names each file as its document will be called. `folder` holds the saved uploads and
    goes when they are no longer needed; None for files that are not ours to delete. `passwords` are
    tried on protected files and forgotten when the job is done.
    """

    sources: Mapping[Path, str]
    folder: Path | None = None
    refused: tuple[FileResult, ...] = ()
    passwords: tuple[str, ...] = field(default=(), repr=False)
    results: list[FileResult] = field(default_factory=list)
    error: str | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    latest: LatestProgress = field(default_factory=LatestProgress)
    started: bool = False
    done: bool = False

    @property
    def progress(self) -> ProgressEvent:
        """How far it is."""
        return self.latest.event

    @property
    def outcomes(self) -> list[FileResult]:
        """The files that were refused, then those that were read, as they became known."""
        return [*self.refused, *self.results]

    def take(self, result: FileResult) -> None:
        """Note what became of a file; of one that is in the library the saved upload goes."""
        self.results.append(result)
        if self.folder is not None and result.status != "failed":
            for path, name in self.sources.items():
                if name == result.source:
                    path.unlink(missing_ok=True)

    @property
    def locked(self) -> bool:
        """Whether a file that can be tried again needs a password."""
        return any(result.locked and self._file_of(result) for result in self.results)

    @property
    def failed(self) -> dict[Path, str]:
        """The files that can be tried again."""
        found = [self._file_of(result) for result in self.results if result.status == "failed"]
        return {path: self.sources[path] for path in dict.fromkeys(found) if path is not None}

    def _file_of(self, result: FileResult) -> Path | None:
        """The file of a result, or the archive that it lies in, if it is still there."""
        for path, name in self.sources.items():
            if f"{result.source}/".startswith(f"{name}/") and path.is_file():
                return path
        return None


class IngestQueue:
    """Takes jobs one after the other; the last ones stay to be looked at."""

    def __init__(self, library: Library, ready: Callable[[], Library]) -> None:
        self._library = library
        self._ready = ready
        self._jobs: deque[IngestJob] = deque()
        self._lock = threading.Lock()
        self._working = False

    def submit(
        self,
        sources: Mapping[Path, str],
        folder: Path | None = None,
        refused: Sequence[FileResult] = (),
        passwords: Sequence[str] = (),
    ) -> IngestJob:
        """Put files in the queue, together with what is known of those that could not be saved."""
        job = IngestJob(dict(sources), folder, tuple(refused), tuple(passwords))
        with self._lock:
            self._jobs.append(job)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="ingesting", daemon=True).start()
        for old in self.jobs()[_JOBS_KEPT:]:
            self.forget(old)
        return job

    def retry(self, job: IngestJob, passwords: Sequence[str] = ()) -> None:
        """Take the failed files of a job once more, with passwords for those that are protected."""
        failed, folder = job.failed, job.folder
        job.folder = None  # it is the new job's now
        self.forget(job)
        self.submit(failed, folder, passwords=passwords)

    def jobs(self) -> list[IngestJob]:
        """The last jobs, newest first."""
        with self._lock:
            return list(reversed(self._jobs))

    def forget(self, job: IngestJob) -> None:
        """Take a finished job off the list, and its saved uploads off the disk."""
        with self._lock:
            if not job.done or job not in self._jobs:
                return
            self._jobs.remove(job)
        _clear(job)

    @property
    def busy(self) -> bool:
        """Whether a job is waiting or at work."""
        return any(not job.done for job in self.jobs())

    def _work(self) -> None:
        while True:
            with self._lock:
                job = next((job for job in self._jobs if not job.done), None)
                if job is None:
                    self._working = False
                    return
            self._carry_out(job)

    def _carry_out(self, job: IngestJob) -> None:
        job.started = True
        try:
            if job.sources:
                library = self._ready()
                for result in ingest_paths(
                    list(job.sources),
                    library.store,
                    library.embedder,
                    library.settings,
                    progress=job.latest,
                    stop=job.stop,
                    sources=job.sources,
                    passwords=job.passwords,
                ):
                    job.take(result)
        except CitewellError as error:
            job.error = str(error)
        except Exception as error:  # shown to who uploaded, told whole in the log
            _LOG.exception("an upload failed")
            job.error = f"{type(error).__name__}: {error}"
        job.passwords = ()
        if not job.failed:
            _clear(job)
        job.done = True


def _clear(job: IngestJob) -> None:
    """Delete the saved uploads: the library has its own copies."""
    if job.folder is not None:
        shutil.rmtree(job.folder, ignore_errors=True)
