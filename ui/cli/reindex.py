"""`citewell reindex`: another embedder, other chunking settings, or the indexes rebuilt."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from rag.text import how_many
from ui.cli.command_options import (
    ConfigOption,
    JsonOption,
    LibraryOption,
    SetOption,
    open_library,
    read_settings,
)
from ui.cli.output import print_json, print_line, write_error

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from ingest.reindexing import ReindexProgress

__all__ = ["reindex"]

_STAGES = {
    "cutting": "cutting",
    "embedding": "embedding",
    "swapping": "swapping",
    "clearing": "clearing old vectors",
    "rebuilding": "writing indexes",
}


def reindex(
    embedder: Annotated[
        str | None,
        typer.Option(
            "--embedder",
            metavar="NAME",
            help="The new embedder: packaged:NAME, a folder or a hub name (default: the library's own).",
        ),
    ] = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change the embedder or apply changed chunking settings, from stored text; else rebuild indexes.

    Searches go on meanwhile with what is there, and the new index takes its place at the end.
    """
    from ingest.progress import stops_on_interrupt
    from ingest.reindexing import reindex_library

    stop = threading.Event()
    last = None
    with open_library(read_settings(library, config, assignments)) as opened, _Bar() as bar:
        before = opened.store.embedder
        with stops_on_interrupt(stop, bar.note):
            for last in reindex_library(opened.store, opened.settings, embedder, stop):
                bar.show(last)
        after = opened.store.embedder
    assert last is not None
    if last.stage == "stopped":
        kept = (
            f"; the vectors of {last.done:,} of {how_many(last.total, 'text')} are kept" if last.done else ""
        )
        write_error(f"stopped: the library is searched as before{kept}. Run the same command again to go on.")
    if as_json:
        print_json(_as_json(last, before, after))
    elif last.stage == "finished":
        print_line(_summary(last, before, after))
    if last.stage != "finished":
        raise typer.Exit(1)


class _Bar:
    """How far it is, on standard error: a bar on a terminal, else one line per stage."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task: Any = None
        self._stage = ""

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=30),
                TaskProgressColumn(),
                TextColumn("{task.fields[rate]}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("", total=None, rate="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()

    def show(self, event: ReindexProgress) -> None:
        """Tell one event."""
        if event.stage not in _STAGES:
            return
        if self._bar is not None:
            self._bar.update(
                self._task,
                description=_STAGES[event.stage],
                completed=event.done,
                total=event.total or None,
                rate=_rate(event),
            )
        elif event.stage != self._stage:
            if event.resumed and not self._stage:
                write_error("going on with a reindex that was not finished")
            write_error(_STAGES[event.stage])
        self._stage = event.stage

    def note(self, text: str) -> None:
        """Tell something beside the bar."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            write_error(text)


def _rate(event: ReindexProgress) -> str:
    if event.stage != "embedding" or not event.rate:
        return ""
    left = event.seconds_left or 0.0
    minutes, seconds = divmod(round(left), 60)
    return f"{event.rate:.0f} chunks/s  " + (
        f"{minutes} min {seconds:02d} s left" if minutes else f"{seconds} s left"
    )


def _summary(event: ReindexProgress, before: str | None, after: str | None) -> str:
    size = f"{how_many(event.documents, 'document')}, {how_many(event.chunks, 'chunk')}"
    embedded = how_many(event.embedded, "text")
    time = f"{embedded} embedded, {event.kept:,} had their vectors; {event.seconds:.1f} s"
    if before != after:
        recut = f"{how_many(event.recut, 'document')} cut again"
        return f"the library is searched by {event.embedder} now: {size}, {recut}; {time}"
    if event.recut:
        return f"{how_many(event.recut, 'document')} cut again: {size}; {time}"
    return f"nothing had changed; the indexes were rebuilt: {size}; {event.seconds:.1f} s"


def _as_json(event: ReindexProgress, before: str | None, after: str | None) -> dict[str, Any]:
    done = event.stage == "finished"
    return {
        "finished": done,
        "resumed": event.resumed,
        "embedder": after,
        "former_embedder": before,
        "documents": event.documents,
        "chunks": event.chunks,
        "documents_recut": event.recut,
        "texts_embedded": event.embedded,
        "texts_kept": event.kept,
        "rebuilt": _rebuilt(event, before, after) if done else [],
        "seconds": round(event.seconds, 3),
    }


def _rebuilt(event: ReindexProgress, before: str | None, after: str | None) -> list[str]:
    """Which derived things were rebuilt."""
    if before == after and not event.recut:
        return ["lexical index", "signatures", "vector index"]
    parts = ["chunks", "lexical index"] if event.recut else []
    return [*parts, "vectors", "vector index"]
