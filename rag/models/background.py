"""A stream that is made in a thread, so that whoever takes it can leave while the next piece is awaited."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator
from typing import Final, Generic, TypeVar

__all__ = ["from_thread"]

_T = TypeVar("_T")
_LOOK_SECONDS: Final = 0.05
"""Time between two looks at whether to stop."""
_GRACE_SECONDS: Final = 0.5
"""Time that the thread has for its last pieces once it is told to stop."""


class _Failure(Generic[_T]):
    def __init__(self, error: BaseException) -> None:
        self.error = error


def from_thread(
    make: Callable[[Callable[[_T], None], Callable[[], bool]], None],
    stop_event: threading.Event,
    name: str,
) -> Generator[_T]:
    """What `make(put, is_stopped)` puts, as it comes; whatever it raises is raised here.

    Setting `stop_event` ends the stream within half a second, and so does closing it, also while nothing
    comes: the thread is then left to end by itself, at the latest when its next piece comes.
    """
    arrived: queue.SimpleQueue[_T | _Failure[_T] | None] = queue.SimpleQueue()
    closed = threading.Event()

    def is_stopped() -> bool:
        return closed.is_set() or stop_event.is_set()

    def run() -> None:
        try:
            make(arrived.put, is_stopped)
        except BaseException as error:
            arrived.put(_Failure(error))
        finally:
            arrived.put(None)

    worker = threading.Thread(target=run, name=name, daemon=True)
    worker.start()
    try:
        while (piece := _next(arrived, stop_event)) is not None:
            if isinstance(piece, _Failure):
                raise piece.error
            yield piece
    finally:
        closed.set()
        worker.join(_GRACE_SECONDS)


def _next(
    arrived: queue.SimpleQueue[_T | _Failure[_T] | None], stop_event: threading.Event
) -> _T | _Failure[_T] | None:
    """The next piece; None at the end, and where none comes for a while after the stop."""
    patience = time.monotonic() + _GRACE_SECONDS
    while True:
        try:
            return arrived.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            if not stop_event.is_set():
                patience = time.monotonic() + _GRACE_SECONDS
            elif time.monotonic() > patience:
                return None
