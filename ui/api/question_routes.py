"""Questions: passages, answers whole or as a stream of events, and how an answer came about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from rag.answering import AnswerEvent, Finished, PassagesFound, Searching, SentenceReady, TokenWritten
from rag.errors import CitewellError
from rag.library import Library
from rag.wire import answer_json, citation_json, example_json, passage_json, run_json
from ui.api.bodies import AskBody, FeedbackBody, SearchBody, number, read_body
from ui.api.error_responses import error_json
from ui.api.request_work import answer_whole, stream_answer

__all__ = ["ROUTES"]

_MOST_RUNS = 1_000


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
        return StreamingResponse(stream_answer(library, body, _told, _failed), media_type="text/event-stream")
    return await answer_whole(request, body, _whole)


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


def _whole(finished: Finished) -> dict[str, Any]:
    return {"id": finished.answer.run_id, **answer_json(finished.answer)}


def _told(event: AnswerEvent) -> Iterator[str]:
    yield _event(*_event_json(event))


def _failed(error: CitewellError) -> str:
    return _event("error", error_json(error))


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
