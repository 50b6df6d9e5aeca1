"""How a loader says that a long file is getting on, so that it is not stopped as one that hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["heartbeat", "listening"]

_listener: ContextVar[Callable[[], None] | None] = ContextVar("heartbeat", default=None)


def heartbeat() -> None:
    """Say that a page (sheet, member of an archive) is done and the next one begins.

    A file has `ingest.file_seconds` as a whole; from its first heartbeat on it may also take
    `ingest.page_seconds` until the next one, so that a scan of a thousand pages is read as long as
    each page is. Cheap; does nothing where no one listens, as in a program that loads a file
    itself. Call it from the thread that loads.
    """
    listener = _listener.get()
    if listener is not None:
        listener()


@contextmanager
def listening(listener: Callable[[], None]) -> Iterator[None]:
    """Have `listener` called at each heartbeat of the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
