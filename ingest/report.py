"""What the command says while it works: one line per file, a bar with rate and time left, a summary."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from ingest.progress import ProgressEvent
from ingest.results import FileResult
from rag.schema import DocumentInfo, without_controls
from rag.text import how_many

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

__all__ = ["Report"]

_STATUSES: Final = ("added", "updated", "unchanged", "failed")
_SHOWN_FAILURES: Final = 20
_ON_A_SCREEN: Final = 20
"""With no more files than these, what is told of each is still to be seen when all are done."""


class Report:
    """Results go to standard output, the bar and notes to standard error.

    As JSON, standard output holds one object per file, on a line each, and nothing else.
    """

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._results: list[FileResult] = []
        self._removed = 0
        self._event = ProgressEvent("found")
        self._bar: Bar | None = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
            self._task = self._bar.add_task("", total=1.0, rates="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_bar()

    @property
    def failed(self) -> int:
        """How many files failed."""
        return sum(result.status == "failed" for result in self._results)

    def progress(self, event: ProgressEvent) -> None:
        """Move the bar."""
        self._event = event
        if self._bar is not None:
            self._bar.update(
                self._task,
                completed=event.fraction,
                description=f"{event.files_done} of {how_many(event.files, 'file')}",
                rates=f"{event.pages_per_second:.1f} pages/s  {event.chunks_per_second:.0f} chunks/s  "
                f"{_time_left(event.seconds_left)}",
            )

    def result(self, result: FileResult) -> None:
        """Tell one file's outcome."""
        self._results.append(result)
        if self._as_json:
            self._line(json.dumps(result.to_json(), ensure_ascii=False))
            return
        self._line(_result_line(result))
        for warning in result.warnings:
            self._line(f"           note: {warning}")

    def pruned(self, removed: Sequence[DocumentInfo]) -> None:
        """Tell which documents were removed because what they were read from is gone."""
        self._removed = len(removed)
        for info in removed:
            line = f"removed    {info.source}: it is gone"
            self.note(line) if self._as_json else self._line(line)

    def note(self, text: str) -> None:
        """Tell something on standard error."""
        text = without_controls(text, "\ufffd")
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def summary(self, stopped: bool) -> None:
        """Tell what was done, how fast, where the time went, and what failed."""
        self._stop_bar()
        say = self.note if self._as_json else self._line
        counts = Counter(result.status for result in self._results)
        parts = [f"{counts[status]} {status}" for status in _STATUSES if counts[status]]
        parts += [f"{self._removed} removed"] if self._removed else []
        event = self._event
        done = f"{how_many(len(self._results), 'file')}: {', '.join(parts) or 'nothing to do'}"
        size = f"{how_many(event.pages, 'page')}, {how_many(event.chunks, 'chunk')}"
        rate = f"{event.seconds:.1f} s ({event.pages_per_second:.1f} pages/s)"
        say(f"{done}; {size} in {rate}{_shares(event)}")
        failures = [result for result in self._results if result.status == "failed"]
        if self._as_json or len(self._results) <= _ON_A_SCREEN:
            failures = []
        for result in failures[:_SHOWN_FAILURES]:
            say(f"  failed: {result.error}")
        if len(failures) > _SHOWN_FAILURES:
            say(f"  and {len(failures) - _SHOWN_FAILURES} more, told above")
        if stopped:
            left = how_many(event.files - len(self._results), "file")
            self.note(f"stopped, with {left} left; what is told above is kept. Run it again to go on.")

    def _line(self, text: str) -> None:
        """A line of standard output that does not tear the bar when both are one terminal."""
        text = without_controls(text, "\ufffd")  # a file's name may hold a newline
        if self._bar is not None and sys.stdout.isatty():
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def _stop_bar(self) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()


def _result_line(result: FileResult) -> str:
    if result.status == "failed":
        told = result.error or ""
        return f"failed     {told if result.source in told else f'{result.source}: {told}'}"
    size = f"{how_many(result.pages, 'page')}, {how_many(result.chunks, 'chunk')}"
    seconds = "" if result.status == "unchanged" else f", {result.seconds:.1f} s"
    return f"{result.status:<10} {result.source}  ({size}{seconds})"


def _shares(event: ProgressEvent) -> str:
    total = sum(event.stages.values())
    if total <= 0 or not event.pages:
        return ""
    shares = ", ".join(f"{stage} {seconds / total:.0%}" for stage, seconds in event.stages.items())
    return f"; of the work {shares}"


def _time_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s left" if minutes else f"{rest} s left"


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TextColumn("{task.fields[rates]}"),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
