"""A time limit on a block of work that can be moved while the work goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

__all__ = ["Deadline"]


class Deadline:
    """Calls `expire` once, from a thread of its own, when the block has not ended in time."""

    def __init__(self, seconds: float, expire: Callable[[], object]) -> None:
        self._expire = expire
        self._changed = threading.Condition()
        self._at = time.monotonic() + seconds
        self._over = False
        self._passed = False
        self._thread = threading.Thread(target=self._watch, name="deadline", daemon=True)

    @property
    def passed(self) -> bool:
        """Whether time was up before the block ended."""
        return self._passed

    def allow(self, seconds: float) -> None:
        """Let at least so many seconds pass from now on."""
        with self._changed:
            self._at = max(self._at, time.monotonic() + seconds)

    def restart(self, seconds: float) -> None:
        """Let exactly so many seconds pass from now on."""
        with self._changed:
            self._at = time.monotonic() + seconds
            self._changed.notify()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._over and (left := self._at - time.monotonic()) > 0:
                self._changed.wait(left)
            if self._over:
                return
            self._passed = True
        self._expire()
