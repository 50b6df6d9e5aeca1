"""How a loader says that a long file is getting on, so that it is not stopped as one that hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum

__all__ = ["Beat", "heartbeat", "listening", "reading_by_ocr"]


class Beat(Enum):
    """What begins at a heartbeat; the values are bytes of a frame (`handover`)."""

    PAGE = b""
    """A page, sheet, chapter, message, or what comes after a page that was read by OCR."""
    OCR = b"O"
    """A page that is read by OCR, which takes long and has a count of its own."""


Listener = Callable[[Beat], None]
_listener: ContextVar[Listener | None] = ContextVar("heartbeat", default=None)


def heartbeat(beat: Beat = Beat.PAGE) -> None:
    """Say that a page (sheet, member of an archive) is done and the next one begins.

    A file has `ingest.file_seconds` as a whole; from its first heartbeat on it may also take
    `ingest.page_seconds` until the next one, so that a scan of a thousand pages is read as long as
    each page is; how long in all is bounded by `ReadingTime`. Cheap; does nothing where no one listens, as
    in a program that loads a file itself. Call it from the thread that loads.
    """
    listener = _listener.get()
    if listener is not None:
        listener(beat)


@contextmanager
def reading_by_ocr() -> Iterator[None]:
    """A block that reads one page by OCR, whose time does not count toward that of its file."""
    heartbeat(Beat.OCR)
    try:
        yield
    finally:
        heartbeat()


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have `listener` called at each heartbeat of the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
