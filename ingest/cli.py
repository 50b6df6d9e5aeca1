"""`citewell ingest` and `python -m ingest`, `citewell watch`: files into the library."""

from __future__ import annotations

import getpass
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.options import (
    ConfigOption,
    JsonLinesOption,
    LibraryOption,
    SetOption,
    WorkersOption,
    read_settings,
)
from rag.errors import CitewellError
from rag.temporary import clear_left_behind

if TYPE_CHECKING:
    from rag.settings import Settings

__all__ = ["ingest", "main", "watch"]


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files, folders, globs, ZIP archives, mail folders (mbox, Maildir); with the network on "
            "pages and sitemaps (https://...) and buckets (s3://...), too.",
        ),
    ],
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    json: JsonLinesOption = False,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="Remove documents whose files under the given folders are gone, and messages, pages and "
            "objects that the given mail folders, sites and buckets no longer have.",
        ),
    ] = False,
    password: Annotated[
        list[str] | None,
        typer.Option(
            "--password",
            help="Opens protected PDF and Office files; - asks for it unseen. Kept nowhere. Repeatable.",
        ),
    ] = None,
    workers: WorkersOption = None,
) -> None:
    """Bring documents into the library: new and changed files only, each wholly or not at all."""
    settings = read_settings(library, config, assignments, ingest__workers=workers)
    passwords = [getpass.getpass() if one == "-" else one for one in password or ()]
    from ingest.progress import stops_on_interrupt
    from ingest.report import Report

    stop = threading.Event()
    with Report(as_json=json) as report, stops_on_interrupt(stop, report.note):
        try:
            _ingest(paths, settings, report, stop, prune, passwords)
        except KeyboardInterrupt:
            stop.set()
        report.summary(stopped=stop.is_set())
    if report.failed or stop.is_set():
        raise typer.Exit(1)


def watch(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder to follow.")],
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    json: JsonLinesOption = False,
    workers: WorkersOption = None,
) -> None:
    """Follow a folder until Ctrl-C: ingest what is in it and what changes, remove what is gone."""
    settings = read_settings(library, config, assignments, ingest__workers=workers)
    from ingest.progress import stops_on_interrupt
    from ingest.report import Report
    from ingest.watching import FolderFollower, changes_in
    from rag.store import Store

    def note(text: str) -> None:
        typer.echo(text, err=True)

    stop = threading.Event()
    with stops_on_interrupt(stop, note, signal.SIGTERM), Store.open(settings.library) as store:
        follower = FolderFollower(folder, store, settings, lambda: Report(as_json=json))
        changes = changes_in(folder, settings.library, stop)
        follower.catch_up(stop)
        note(f"following {folder}: Ctrl-C ends it")
        for has_changed in changes:
            if has_changed or follower.unfinished:
                follower.catch_up(stop)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command by itself; leaves with 0 done, 1 something failed, 2 wrong usage."""
    application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    application.command()(ingest)
    clear_left_behind()
    try:
        application(args=None if arguments is None else list(arguments), prog_name="python -m ingest")
    except CitewellError as error:
        sys.stderr.write(f"ingest: {error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _ingest(
    paths: Sequence[str],
    settings: Settings,
    report: Any,
    stop: threading.Event,
    prune: bool,
    passwords: Sequence[str],
) -> None:
    from ingest.pipeline import ingest_paths
    from ingest.pruning import prune_vanished
    from rag.store import Store, open_embedder

    with Store.open(settings.library) as store:
        embedder = open_embedder(store, settings)
        progress = report.progress
        gone: list[str] | None = [] if prune else None
        for result in ingest_paths(
            paths, store, embedder, settings, progress, stop, passwords=passwords, gone=gone
        ):
            report.result(result)
        if gone is not None and not stop.is_set():
            report.pruned(prune_vanished(paths, store, gone))
