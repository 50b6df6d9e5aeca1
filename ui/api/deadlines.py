"""How long a caller may keep a connection busy: no head, body or reader is waited for without end."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import Final

import h11
from starlette.requests import Request
from starlette.types import Message, Receive
from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.api.error_responses import RequestTooLargeError, TooSlowError

__all__ = ["Arriving", "patient_protocol", "stop_all", "stop_when_gone", "told_to_stop", "too_large"]


class Arriving:
    """The body of a request as it arrives: too much of it, too slow or too long on its way is an error.

    Args:
        receive: Where the body comes from.
        most_bytes: How much may come, however much the head said.
        idle_seconds: How long the caller may be silent.
        seconds: How long the whole body may take.
    """

    def __init__(self, receive: Receive, most_bytes: int, idle_seconds: float, seconds: float) -> None:
        self._receive = receive
        self._most_bytes = most_bytes
        self._idle_seconds = idle_seconds
        self._ends = asyncio.get_running_loop().time() + seconds
        self._received = 0
        self._whole = False

    async def __call__(self) -> Message:
        """The next piece; once the body is whole, whatever comes, however long it takes."""
        if self._whole:
            return await self._receive()
        left = self._ends - asyncio.get_running_loop().time()
        try:
            message = await asyncio.wait_for(self._receive(), min(left, self._idle_seconds))
        except TimeoutError:
            raise TooSlowError(
                "the request did not arrive in time (serve.idle_seconds, serve.request_seconds): try again"
            ) from None
        self._received += len(message.get("body", b""))
        if self._received > self._most_bytes:
            raise too_large(self._most_bytes)
        self._whole = not message.get("more_body", False)
        return message


def too_large(most_bytes: int) -> RequestTooLargeError:
    """The error for a request of more than `most_bytes`."""
    return RequestTooLargeError(
        f"a request may carry {most_bytes / 1e6:.0f} MB: raise serve.max_upload_megabytes, "
        "or use `citewell ingest` where the files lie"
    )


def patient_protocol(idle_seconds: float) -> type[H11Protocol]:
    """HTTP as uvicorn speaks it, but a connection ends when nothing complete comes, or nobody reads.

    uvicorn ends a connection that is silent between two requests. This also ends one whose head does not
    become whole, and one whose caller does not take the answer, after `idle_seconds` each.
    """

    class PatientProtocol(_PatientProtocol):
        patience = idle_seconds

    return PatientProtocol


class _PatientProtocol(H11Protocol):
    patience: float = 30.0
    _head: asyncio.TimerHandle | None = None
    _reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        _cancel(self._head)  # whoever speaks from now on has deadlines of its own
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        self._await_head()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reader = self.loop.call_later(self.patience, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _cancel(self._reader)

    def connection_lost(self, exc: Exception | None) -> None:
        _cancel(self._head)
        _cancel(self._reader)
        super().connection_lost(exc)

    def _await_head(self) -> None:
        _cancel(self._head)
        self._head = self.loop.call_later(self.patience, self._end_without_request)

    def _end_without_request(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


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
