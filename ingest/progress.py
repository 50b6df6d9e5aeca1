"""How far an ingest is: one event for each thing that happened, with all counts so far; Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from ingest.time_left import TimeLeft

if TYPE_CHECKING:
    from ingest.file_pool import ReadFile
    from ingest.files import FoundFile
    from ingest.results import FileResult

__all__ = ["LatestProgress", "Progress", "ProgressEvent", "ProgressTracker", "Stage", "stops_on_interrupt"]

Kind = Literal["found", "parsed", "embedded", "done", "finished"]
Stage = Literal["parse", "chunk", "embed", "write"]


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """What happened, to which source, and where the whole run stands.

    `found` comes at the start, and again when a source has given more; `finished` once at the end; between
    them `parsed`, `embedded` and `done` come for each file. `pages` are those stored in this run,
    `bytes_embedded` those of the files done and of the parts embedded of others. `stages` holds seconds of
    work by stage; parsing and cutting run side by side with the rest, so the sum may be above `seconds`.
    `seconds_left` is None before there is anything to go by (see `TimeLeft`).
    """

    kind: Kind
    source: str = ""
    files: int = 0
    files_done: int = 0
    failed: int = 0
    bytes: int = 0
    bytes_embedded: float = 0.0
    pages: int = 0
    chunks: int = 0
    chunks_embedded: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    stages: dict[Stage, float] = field(default_factory=dict)

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1, by bytes; by files where all are empty."""
        if self.bytes:
            return min(self.bytes_embedded / self.bytes, 1.0)
        return self.files_done / self.files if self.files else 1.0

    @property
    def pages_per_second(self) -> float:
        """Pages stored a second."""
        return self.pages / self.seconds if self.seconds else 0.0

    @property
    def chunks_per_second(self) -> float:
        """Chunks embedded a second."""
        return self.chunks_embedded / self.seconds if self.seconds else 0.0


Progress = Callable[[ProgressEvent], None]
"""Gets each event, in the thread that takes the results of `ingest_paths`."""


class LatestProgress:
    """A `Progress` for a reader in another thread, such as a web page that looks now and then.

    Example:
        >>> progress = LatestProgress()
        >>> progress(ProgressEvent("found", files=3))
        >>> progress.event.files
        3
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._event = ProgressEvent("found")

    def __call__(self, event: ProgressEvent) -> None:
        """Keep the event in place of the one before."""
        with self._lock:
            self._event = event

    @property
    def event(self) -> ProgressEvent:
        """The last event."""
        with self._lock:
            return self._event


class ProgressTracker:
    """Counts for one run and tells `progress`; used by one thread."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._started = time.perf_counter()
        self._event = ProgressEvent("found", stages={"parse": 0.0, "chunk": 0.0, "embed": 0.0, "write": 0.0})
        self._left = TimeLeft({})

    def found(self, files: int, size: int) -> None:
        """So many more files of the run are known."""
        self._tell("found", files=self._event.files + files, bytes=self._event.bytes + size)

    def expects(self, files: Sequence[FoundFile]) -> None:
        """These files come now; those of an earlier call that did not get their result come again."""
        sizes: Counter[str] = Counter()
        for file in files:
            sizes[_kind(file)] += file.size
        self._left = TimeLeft(sizes)

    def parsed(self, read: ReadFile, chunks: int, texts: int, chunk_seconds: float) -> None:
        """A file was parsed and cut into chunks, of which so many texts have to be embedded."""
        self._add_seconds("parse", read.parsed.parse_seconds)
        self._add_seconds("chunk", chunk_seconds)
        self._left.cut(_kind(read.file), read.file.size, texts)
        self._tell("parsed", read.file.source, chunks=self._event.chunks + chunks)

    def passed(self, file: FoundFile, result: FileResult) -> None:
        """A file has its result without being cut: it is unchanged, or cannot be read."""
        self._left.passed(_kind(file), file.size)
        self.done(result, file.size)

    def embedded(self, chunks: int, size: float) -> None:
        """Chunks that stand for `size` bytes of their files have vectors now."""
        done = self._event.chunks_embedded + chunks
        self._left.embedded(chunks, time.perf_counter())
        self._tell("embedded", chunks_embedded=done, bytes_embedded=self._event.bytes_embedded + size)

    def done(self, result: FileResult, size_left: float) -> None:
        """A file has its result; `size_left` of its bytes were not counted as embedded."""
        stored = result.status in ("added", "updated")
        self._tell(
            "done",
            result.source,
            files_done=self._event.files_done + 1,
            failed=self._event.failed + (result.status == "failed"),
            pages=self._event.pages + (result.pages if stored else 0),
            bytes_embedded=self._event.bytes_embedded + size_left,
        )

    def finished(self) -> None:
        """Nothing more comes."""
        self._tell("finished")

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Count the time of a block of work."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._add_seconds(name, time.perf_counter() - started)

    def _add_seconds(self, stage: Stage, seconds: float) -> None:
        stages = {**self._event.stages, stage: self._event.stages[stage] + seconds}
        self._event = replace(self._event, stages=stages)

    def _tell(self, kind: Kind, source: str = "", **changes: Any) -> None:
        now = time.perf_counter()
        left = 0.0 if kind == "finished" else self._left.seconds(now)
        self._event = replace(
            self._event, kind=kind, source=source, seconds=now - self._started, seconds_left=left, **changes
        )
        if self._progress is not None:
            self._progress(self._event)


def _kind(file: FoundFile) -> str:
    return PurePath(file.source).suffix.lower()


@contextmanager
def stops_on_interrupt(
    stop: threading.Event, note: Callable[[str], object], *others: signal.Signals
) -> Iterator[None]:
    """The first Ctrl-C sets `stop`, the next one raises `KeyboardInterrupt` as ever.

    So do `others`, such as SIGTERM, of which the second ends the process.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_interrupt(number: int, frame: Any) -> None:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        stop.set()
        note("stopping: what is done is kept (Ctrl-C again to stop at once)")

    before = {number: signal.signal(number, on_interrupt) for number in (signal.SIGINT, *others)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
