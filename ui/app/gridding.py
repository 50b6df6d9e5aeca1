"""Grids in the background: cells are filled and kept in the library while people look at them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from rag.errors import CitewellError, UsageError
from rag.grid import Grid

__all__ = ["GridFilling"]

_LOG = logging.getLogger(__name__)
_LEAST_SECONDS = 3.0
"""No time left is told from less."""


class GridFilling:
    """The one grid of a library that is under way, since it asks the models that people wait for.

    `done` of `total` cells are filled; `failed` has what went wrong by the source of its document, and
    `error` what ended all of it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._first: tuple[float, int] | None = None
        self.running = False
        self.done = self.total = 0
        self.failed: dict[str, str] = {}
        self.error: str | None = None

    @property
    def stopping(self) -> bool:
        """Whether it ends as soon as the cells under way do."""
        return self._stop.is_set()

    @property
    def seconds_left(self) -> float | None:
        """At the rate so far; None where there is nothing to go by yet."""
        if self._first is None or (since := time.monotonic() - self._first[0]) < _LEAST_SECONDS:
            return None
        done = self.done - self._first[1]
        return since / done * (self.total - self.done) if done else None

    def start(self, make: Callable[[], Grid]) -> None:
        """Fill a grid in a thread; it is made there, since models may load.

        Raises:
            UsageError: another one is under way.
        """
        with self._lock:
            if self.running:
                raise UsageError("a grid is being filled: wait for its end, or stop it")
            self.running, self.done, self.total = True, 0, 0
            self.failed, self.error, self._first = {}, None, None
            self._stop.clear()
        threading.Thread(target=self._run, args=(make,), name="gridding", daemon=True).start()

    def stop(self) -> None:
        """End it; all cells that are filled are kept."""
        self._stop.set()

    def _run(self, make: Callable[[], Grid]) -> None:
        try:
            for row in make().fill(self._stop, self._progress):
                if row.error:
                    self.failed[row.document.source] = row.error
        except CitewellError as error:
            self.error = str(error)
        except Exception as error:  # shown to who asked for it, told whole in the log
            _LOG.exception("a grid failed")
            self.error = f"{type(error).__name__}: {error}"
        finally:
            self.running = False

    def _progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self._first is None:
            self._first = time.monotonic(), done
