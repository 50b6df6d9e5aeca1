"""Whose turn it is to compute with one set of weights, and giving them back after a while without work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final

__all__ = ["Turn"]

_LOOK_SECONDS: Final = 0.05
"""Time between two looks at whether whoever waits is told to stop."""


class Turn:
    """A lock that calls `release_weights` once it has been free for `idle_seconds` (None: never).

    Whoever waits for the turn with weights in hand may go on with them: they are only forgotten here,
    and the memory goes when nobody holds them.
    """

    def __init__(self, idle_seconds: float | None, release_weights: Callable[[], None]) -> None:
        self._idle_seconds = idle_seconds
        self._release_weights = release_weights
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def acquire(self, timeout: float = -1) -> bool:
        """Wait for the turn, at most `timeout` seconds unless that is -1; whether it was got."""
        if not self._lock.acquire(timeout=timeout):
            return False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return True

    def acquire_unless(self, is_stopped: Callable[[], bool]) -> bool:
        """Wait for the turn until it is there or nobody wants it any more; whether it was got."""
        while not self.acquire(timeout=_LOOK_SECONDS):
            if is_stopped():
                return False
        if is_stopped():
            self.release()
            return False
        return True

    def release(self) -> None:
        """Give the turn to the next."""
        if self._idle_seconds is not None:
            self._timer = threading.Timer(self._idle_seconds, self._idle)
            self._timer.daemon = True
            self._timer.start()
        self._lock.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _idle(self) -> None:
        if self._lock.acquire(blocking=False):
            try:
                self._release_weights()
            finally:
                self._lock.release()
