"""Uploads on their way into the library: one worker a process, so that pages stay usable and one writes."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ingest import FileResult, ingest_paths
from rag.errors import CitewellError
from rag.library import Library

__all__ = ["IngestJob", "IngestQueue"]

_LOG = logging.getLogger(__name__)
_JOBS_KEPT: Final = 20


@dataclass
class IngestJob:
    """Files that were uploaded together, and what became of each."""

    paths: tuple[Path, ...]
    refused: tuple[FileResult, ...] = ()
    results: list[FileResult] = field(default_factory=list)
    error: str | None = None
    started: float | None = None
    ended: float | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.bytes = {str(path): path.stat().st_size for path in self.paths}

    @property
    def done(self) -> bool:
        """Whether every file has its result, or the job ended without."""
        return self.ended is not None

    @property
    def outcomes(self) -> list[FileResult]:
        """The files that were refused, then those that were read, in order."""
        return [*self.refused, *self.results]

    @property
    def fraction(self) -> float:
        """How much of the bytes is done, 0 to 1."""
        total = sum(self.bytes.values())
        done = sum(self.bytes.get(result.source, 0) for result in list(self.results))
        return 1.0 if self.done or not total else min(done / total, 1.0)

    @property
    def seconds(self) -> float:
        """How long it has been running, or ran."""
        return 0.0 if self.started is None else (self.ended or time.monotonic()) - self.started

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the bytes done so far; None before the first file is done."""
        fraction = self.fraction
        return None if not fraction or self.done else self.seconds * (1 - fraction) / fraction


class IngestQueue:
    """Takes jobs one after the other; the last ones stay to be looked at."""

    def __init__(self, library: Library, ready: Callable[[], Library]) -> None:
        self._library = library
        self._ready = ready
        self._jobs: deque[IngestJob] = deque(maxlen=_JOBS_KEPT)
        self._lock = threading.Lock()
        self._working = False

    def submit(self, paths: Sequence[Path], refused: Sequence[FileResult] = ()) -> IngestJob:
        """Put saved files in the queue, together with what is known of those that could not be saved."""
        job = IngestJob(tuple(paths), tuple(refused))
        with self._lock:
            self._jobs.append(job)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="ingesting", daemon=True).start()
        return job

    def jobs(self) -> list[IngestJob]:
        """The last jobs, newest first."""
        with self._lock:
            return list(reversed(self._jobs))

    def forget(self, job: IngestJob) -> None:
        """Take a finished job off the list."""
        with self._lock:
            if job.done and job in self._jobs:
                self._jobs.remove(job)

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
        job.started = time.monotonic()
        try:
            if job.paths:
                library = self._ready()
                for result in ingest_paths(
                    job.paths, library.store, library.embedder, library.settings, stop=job.stop
                ):
                    job.results.append(result)
        except CitewellError as error:
            job.error = str(error)
        except Exception as error:  # shown to who uploaded, told whole in the log
            _LOG.exception("an upload failed")
            job.error = f"{type(error).__name__}: {error}"
        job.ended = time.monotonic()
