"""Ctrl-C as a request: the first one stops in good order, the next one at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["stops_on_interrupt"]


@contextmanager
def stops_on_interrupt(stop: threading.Event, note: Callable[[str], object]) -> Iterator[None]:
    """The first Ctrl-C sets `stop`, the next one raises `KeyboardInterrupt` as ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_interrupt(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop.set()
        note("stopping: what is done is kept (Ctrl-C again to stop at once)")

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
