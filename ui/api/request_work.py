"""The work of a request, by the one way that all take: it ends with its time, its caller, or the server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, TypeVar

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rag.answering import AnswerEvent, Finished
from rag.errors import CitewellError
from rag.library import Library
from rag.schema import Message
from ui.api.bodies import AskBody
from ui.api.deadlines import stop_when_gone, told_to_stop
from ui.api.error_responses import TookTooLongError

__all__ = ["answer_whole", "gone", "stream_answer", "within_time"]

_GONE = 499
"""What nginx logs for a caller who hung up; nobody receives it."""

T = TypeVar("T")


def gone() -> Response:
    """The response where nobody is there to read one."""
    return Response(status_code=_GONE)


async def within_time(request: Request, work: Callable[[threading.Event], T]) -> T:
    """What `work` returns, in a thread; the event it is given is set when its caller hangs up.

    Raises:
        TookTooLongError: it takes longer than `serve.request_seconds`; the event is set then, too.
    """
    library: Library = request.app.state.library
    async with stop_when_gone(request) as stop:
        working = asyncio.ensure_future(run_in_threadpool(work, stop))
        working.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # nobody may wait
        await asyncio.wait({working}, timeout=library.settings.serve.request_seconds)
    if not working.done():
        raise _took_too_long(library)
    return working.result()


async def answer_whole(
    request: Request, body: AskBody, told: Callable[[Finished], dict[str, Any]]
) -> Response:
    """The answer as `told` writes it.

    Raises:
        TookTooLongError: as `within_time`.
    """
    library: Library = request.app.state.library
    finished = await within_time(request, lambda stop: _finished(library, body, stop))
    return gone() if finished is None else JSONResponse(await run_in_threadpool(told, finished))


def _finished(library: Library, body: AskBody, stop: threading.Event) -> Finished | None:
    """The answer with its record; None where it was stopped before there was one."""
    for event in _asked(library, body, stop):
        if isinstance(event, Finished):
            return event
        if stop.is_set():
            break
    return None


async def stream_answer(
    library: Library,
    body: AskBody,
    told: Callable[[AnswerEvent], Iterable[str]],
    failed: Callable[[CitewellError], str],
) -> AsyncIterator[str]:
    """The events of an answer as `told` writes them, and what goes wrong as `failed` does.

    A caller who goes away, and the deadline, stop the work.
    """
    late = threading.Event()

    def end() -> None:
        late.set()
        stop.set()

    def texts() -> Iterator[str]:
        try:
            for event in _asked(library, body, stop):
                if late.is_set():
                    raise _took_too_long(library)
                if stop.is_set():
                    return
                yield from told(event)
        except CitewellError as error:
            yield failed(error)

    with told_to_stop() as stop:
        deadline = threading.Timer(library.settings.serve.request_seconds, end)
        deadline.daemon = True
        deadline.start()
        try:
            async for text in iterate_in_threadpool(texts()):
                yield text
        finally:
            deadline.cancel()


def _asked(library: Library, body: AskBody, stop: threading.Event) -> Iterator[AnswerEvent]:
    history = [Message(turn.role, turn.content) for turn in body.history]
    return library.ask_stream(body.question, body.documents, history, stop, use_cache=body.use_cache)


def _took_too_long(library: Library) -> TookTooLongError:
    seconds = library.settings.serve.request_seconds
    return TookTooLongError(f"no answer within {seconds:g} s (serve.request_seconds): ask for less at once")
