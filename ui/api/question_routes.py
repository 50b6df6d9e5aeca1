"""Questions: passages, answers whole or as a stream of events, and how an answer came about."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from rag.answering import AnswerEvent, Finished, PassagesFound, Searching, SentenceReady, TokenWritten
from rag.errors import CitewellError
from rag.library import Library
from rag.schema import Answer, Message
from rag.wire import answer_json, citation_json, example_json, passage_json, run_json
from ui.api.bodies import AskBody, FeedbackBody, SearchBody, number, read_body
from ui.api.deadlines import stop_when_gone, told_to_stop
from ui.api.error_responses import TookTooLongError, error_json

__all__ = ["ROUTES"]

_MOST_RUNS = 1_000
_GONE = 499
"""What nginx logs for a caller who hung up; nobody receives it."""


async def search(request: Request) -> Response:
    """`POST /v1/search`: the best passages, best first."""
    body = await read_body(request, SearchBody)
    library: Library = request.app.state.library
    passages = await run_in_threadpool(library.search, body.question, body.top_k, body.documents)
    return JSONResponse({"question": body.question, "passages": [passage_json(p) for p in passages]})


async def ask(request: Request) -> Response:
    """`POST /v1/ask`: the answer, or with `stream` server-sent events whose last one holds it."""
    body = await read_body(request, AskBody)
    library: Library = request.app.state.library
    if body.stream:
        # a wrong document is told by the status, not within a stream that has begun
        await run_in_threadpool(library.document_ids, body.documents)
        return StreamingResponse(_events(library, body), media_type="text/event-stream")
    async with stop_when_gone(request) as stop:
        working = asyncio.ensure_future(run_in_threadpool(_answer, library, body, stop))
        working.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # nobody may wait
        await asyncio.wait({working}, timeout=library.settings.serve.request_seconds)
    if not working.done():
        raise _took_too_long(library)
    answer = working.result()
    if answer is None:  # nobody is there to read it
        return Response(status_code=_GONE)
    return JSONResponse({"id": answer.run_id, **answer_json(answer)})


async def list_runs(request: Request) -> Response:
    """`GET /v1/runs?limit=N`: the latest run records, newest first."""
    limit = number(request.query_params.get("limit", "50"), "limit", _MOST_RUNS)
    library: Library = request.app.state.library
    runs = await run_in_threadpool(library.runs, limit)
    return JSONResponse({"runs": [run_json(run) for run in runs]})


async def show_run(request: Request) -> Response:
    """`GET /v1/runs/ID`: all that made one answer."""
    library: Library = request.app.state.library
    run = await run_in_threadpool(library.run, request.path_params["run_id"])
    return JSONResponse(run_json(run))


async def rate(request: Request) -> Response:
    """`POST /v1/runs/ID/feedback`: keep what a person thinks of the answer."""
    body = await read_body(request, FeedbackBody)
    library: Library = request.app.state.library
    example = await run_in_threadpool(
        library.rate, request.path_params["run_id"], body.rating, body.wanted_answer
    )
    return JSONResponse({"example": None if example is None else example_json(example)})


ROUTES = [
    Route("/v1/search", search, methods=["POST"]),
    Route("/v1/ask", ask, methods=["POST"]),
    Route("/v1/runs", list_runs, methods=["GET"]),
    Route("/v1/runs/{run_id}", show_run, methods=["GET"]),
    Route("/v1/runs/{run_id}/feedback", rate, methods=["POST"]),
]


async def _events(library: Library, body: AskBody) -> AsyncIterator[str]:
    """The events of an answer as text; a caller who goes away, and the deadline, stop the work."""
    late = threading.Event()

    def end() -> None:
        late.set()
        stop.set()

    with told_to_stop() as stop:
        deadline = threading.Timer(library.settings.serve.request_seconds, end)
        deadline.daemon = True
        deadline.start()
        try:
            async for text in iterate_in_threadpool(_texts(library, body, stop, late)):
                yield text
        finally:
            deadline.cancel()


def _answer(library: Library, body: AskBody, stop: threading.Event) -> Answer | None:
    """The answer; None where it was stopped before there was one."""
    for event in _asked(library, body, stop):
        if isinstance(event, Finished):
            return event.answer
        if stop.is_set():
            break
    return None


def _texts(library: Library, body: AskBody, stop: threading.Event, late: threading.Event) -> Iterator[str]:
    try:
        for event in _asked(library, body, stop):
            if late.is_set():
                raise _took_too_long(library)
            if stop.is_set():
                return
            yield _event(*_event_json(event))
    except CitewellError as error:
        yield _event("error", error_json(error))


def _asked(library: Library, body: AskBody, stop: threading.Event) -> Iterator[AnswerEvent]:
    history = [Message(turn.role, turn.content) for turn in body.history]
    return library.ask_stream(body.question, body.documents, history, stop, use_cache=body.use_cache)


def _took_too_long(library: Library) -> TookTooLongError:
    seconds = library.settings.serve.request_seconds
    return TookTooLongError(f"no answer within {seconds:g} s (serve.request_seconds): ask for less at once")


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _event_json(event: AnswerEvent) -> tuple[str, dict[str, Any]]:
    match event:
        case Searching():
            return "searching", {"question": event.question}
        case PassagesFound():
            return "passages", {"passages": [passage_json(passage) for passage in event.passages]}
        case TokenWritten():
            return "token", {"text": event.text}
        case SentenceReady():
            sentence = event.sentence
            return "sentence", {
                "text": sentence.text,
                "support": sentence.support.value,
                "citations": [citation_json(citation) for citation in event.citations],
            }
        case Finished():
            return "answer", {"id": event.answer.run_id, **answer_json(event.answer)}
