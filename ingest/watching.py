"""A folder that the library follows: what changes in it is ingested, what vanishes is removed.

The system only says that something has changed; what, is seen by looking at all of the folder again, so that
no change is missed because it was told too early, twice or not at all.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from ingest.files import find_files
from ingest.pipeline import ingest_paths
from ingest.pruning import prune_vanished
from ingest.report import Report
from rag.errors import ConfigurationError, StoreError
from rag.settings import Settings
from rag.store import Store, open_embedder

__all__ = ["FolderFollower", "changes_in"]

_State = tuple[int, ...]
_LOOK_AGAIN_MILLISECONDS: Final = 1_000
"""So long after a look that left something to be done."""


class FolderFollower:
    """Brings the library to where a folder stands, again and again; `report` makes that of one round."""

    def __init__(self, folder: Path, store: Store, settings: Settings, report: Callable[[], Report]) -> None:
        self._folder = folder.resolve()
        self._device = self._folder.stat().st_dev
        self._store = store
        self._settings = settings
        self._report = report
        self._done: dict[Path, _State] = {}
        self._seen: dict[Path, _State] | None = None
        self.unfinished = True
        """Whether something is left that may go otherwise soon."""

    def catch_up(self, stop: threading.Event) -> None:
        """Ingest what is new or changed and remove what is gone; what goes wrong is told.

        A file that was not as it is at the look before may still be written, and waits for the next look.
        What the library could not take is tried again then. A folder that is not there, is empty at the
        start or lies on another disk than then removes nothing: a drive may not be mounted.
        """
        if not self._folder.is_dir() or self._folder.stat().st_dev != self._device:
            return
        found = find_files([self._folder], follow_links=self._settings.ingest.follow_links)
        states = {file.path: _state(file.path) for file in found}
        before, self._seen = self._seen, states
        changed = {path for path, state in states.items() if self._done.get(path) != state}
        taken = {path for path in changed if before is None or before.get(path) == states[path]}
        altered = taken & self._done.keys() | self._done.keys() - states.keys()
        prunes = bool(altered or (before is None and states))
        self.unfinished = before is None or taken != changed
        if not (taken or altered or before is None):
            return
        with self._report() as report:
            try:
                failed = self._round(taken, prunes, report, stop)
            except (StoreError, OSError) as error:  # another process writes, or the disk is full or fails
                report.note(f"tried again soon: {error}")
                self._seen, self.unfinished = before, True
                return
            report.summary(stopped=stop.is_set())
        again = {file.path for file in found if any(_is_of(source, file.source) for source in failed)}
        self.unfinished |= bool(failed)
        left = {path: self._done.get(path, ()) for path in changed - taken | again}
        self._done = {**states, **left}

    def _round(self, taken: set[Path], prunes: bool, report: Report, stop: threading.Event) -> set[str]:
        """Ingest and prune; the sources of what the library could not take."""
        gone: list[str] = []
        failed: set[str] = set()
        if taken:
            embedder = open_embedder(self._store, self._settings)
            arguments = (self._store, embedder, self._settings, report.progress, stop)
            for result in ingest_paths([self._folder], *arguments, only=taken, gone=gone):
                report.result(result)
                if result.passing:
                    failed.add(result.source)
        if prunes and not stop.is_set():
            report.pruned(prune_vanished([self._folder], self._store, gone))
        return failed


def changes_in(folder: Path, library: Path, stop: threading.Event) -> Iterator[bool]:
    """Tells when something in the folder has changed, after a short calm (true); and now and then (false).

    Ends when `stop` is set. The library's own files, should they lie in the folder, count for nothing.

    Raises:
        ConfigurationError: the package is not installed, or, as it is used, the system refuses to watch.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        raise ConfigurationError(
            "`citewell watch` needs a package: pip install 'citewell[sources]'"
        ) from error
    own = f"{library.resolve()}{os.sep}"
    changes = watch(
        folder.resolve(),
        watch_filter=lambda _, path: not path.startswith(own),
        stop_event=stop,
        rust_timeout=_LOOK_AGAIN_MILLISECONDS,
        yield_on_timeout=True,
        raise_interrupt=False,
        debounce=2_000,
        step=200,
    )

    def told() -> Iterator[bool]:
        try:
            yield from map(bool, changes)
        except (OSError, RuntimeError) as error:
            raise ConfigurationError(
                f"{folder} cannot be watched ({error}): let the system watch more files "
                "(fs.inotify.max_user_watches), or set WATCHFILES_FORCE_POLLING=1"
            ) from error

    return told()


def _is_of(source: str, file: str) -> bool:
    return source == file or source.startswith(f"{file}/")


def _state(path: Path) -> _State:
    """What differs when a file, or a Maildir folder, has other content."""
    try:
        places = [path / "cur", path / "new"] if path.is_dir() else [path]
        return tuple(number for s in map(os.stat, places) for number in (s.st_mtime_ns, s.st_size, s.st_ino))
    except OSError:  # gone since it was found
        return ()
