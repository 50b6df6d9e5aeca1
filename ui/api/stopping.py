"""Work that nobody waits for any more ends: the caller has hung up, or the server is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import Final

from starlette.requests import Request

__all__ = ["stop_all", "stop_when_gone", "told_to_stop"]

_LOOK_SECONDS: Final = 0.2


class _Stop(threading.Event):
    """An event that a weak set can hold."""


_UNDER_WAY: Final[weakref.WeakSet[_Stop]] = weakref.WeakSet()


@contextlib.contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """An event for the work of a request; it is set when the request or the server ends."""
    stop = _Stop()
    _UNDER_WAY.add(stop)
    try:
        yield stop
    finally:
        stop.set()


@contextlib.asynccontextmanager
async def stop_when_gone(request: Request) -> AsyncIterator[threading.Event]:
    """The same for a request whose body was read; it is set as well when the caller hangs up."""

    async def watch(stop: threading.Event) -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(_LOOK_SECONDS)
        stop.set()

    with told_to_stop() as stop:
        watching = asyncio.create_task(watch(stop))
        try:
            yield stop
        finally:
            watching.cancel()


def stop_all() -> None:
    """Tell all work under way to stop."""
    for stop in list(_UNDER_WAY):
        stop.set()
