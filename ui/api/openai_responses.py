"""Responses in OpenAI's form: text in, text with annotations out, whole or as events; nothing is kept."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from rag.answering import AnswerEvent, Finished
from rag.errors import CitewellError
from rag.library import Library
from ui.api.bodies import AskBody
from ui.api.error_responses import openai_error_json
from ui.api.openai_bodies import InputMessage, ResponsesBody, ask_body, read_openai_body
from ui.api.openai_models import documents_asked
from ui.api.openai_telling import Told, tell
from ui.api.request_work import answer_whole, stream_answer

__all__ = ["ROUTES"]


async def respond(request: Request) -> Response:
    """`POST /v1/responses`: the answer as a response, or with `stream` as events."""
    body = await read_openai_body(request, ResponsesBody)
    library: Library = request.app.state.library
    documents = await run_in_threadpool(documents_asked, library, body.model, body.citewell)
    given = body.input
    messages = [InputMessage(role="user", content=given)] if isinstance(given, str) else given
    asked = ask_body(messages, documents, body.citewell.use_cache, "input")
    sent = [message.content for message in messages]
    response = _Response(library, body.model, sent, str(request.base_url).rstrip("/"))
    if body.stream:
        return StreamingResponse(response.events(asked), media_type="text/event-stream")
    return await answer_whole(request, asked, lambda finished: response.whole(response.told(finished)))


ROUTES = [Route("/v1/responses", respond, methods=["POST"])]


class _Response:
    """One response, by the names that all its events bear."""

    def __init__(self, library: Library, model: str, sent: list[str], address: str) -> None:
        self._library = library
        self._model = model
        self._sent = sent
        self._address = address
        self._name = uuid.uuid4().hex
        self._created = int(time.time())
        self._sequence = 0

    def told(self, finished: Finished) -> Told:
        """The answer as it is sent."""
        return tell(self._library, finished, self._sent, self._address)

    def whole(self, told: Told | None = None) -> dict[str, Any]:
        """The response as one object; without an answer it is in progress."""
        return {
            **{"id": f"resp_{self._name}", "object": "response", "created_at": self._created},
            **{"status": "in_progress" if told is None else "completed", "model": self._model},
            **{"error": None, "incomplete_details": None, "instructions": None, "metadata": {}},
            **{"parallel_tool_calls": False, "tool_choice": "none", "tools": []},
            "output": [] if told is None else [self._message(told)],
            "usage": None if told is None else _usage(told),
            **({} if told is None else told.extra),
        }

    async def events(self, asked: AskBody) -> AsyncIterator[str]:
        """The response as server-sent events; the text comes when all of it was checked."""
        yield self._event("response.created", response=self.whole())
        yield self._event("response.in_progress", response=self.whole())
        async for text in stream_answer(self._library, asked, self._events, self._failed):
            yield text

    def _events(self, event: AnswerEvent) -> Iterator[str]:
        if not isinstance(event, Finished):
            yield ": at work\n\n"
            return
        told = self.told(event)
        message = self._message(told)
        item = {"output_index": 0, "item_id": message["id"], "content_index": 0}
        yield self._event("response.output_item.added", output_index=0, item=self._message())
        yield self._event("response.content_part.added", **item, part=_part("", []))
        for piece in told.pieces:
            yield self._event("response.output_text.delta", **item, delta=piece, logprobs=[])
        for i, annotation in enumerate(_annotations(told)):
            yield self._event(
                "response.output_text.annotation.added", **item, annotation_index=i, annotation=annotation
            )
        yield self._event("response.output_text.done", **item, text=told.text, logprobs=[])
        yield self._event("response.content_part.done", **item, part=message["content"][0])
        yield self._event("response.output_item.done", output_index=0, item=message)
        yield self._event("response.completed", response=self.whole(told))

    def _message(self, told: Told | None = None) -> dict[str, Any]:
        content = [] if told is None else [_part(told.text, _annotations(told))]
        status = "in_progress" if told is None else "completed"
        head = {"type": "message", "id": f"msg_{self._name}", "role": "assistant", "status": status}
        return {**head, "content": content}

    def _failed(self, error: CitewellError) -> str:
        return self._event("error", **{**openai_error_json(error)["error"], "type": "error"})

    def _event(self, kind: str, **told: Any) -> str:
        event = {"type": kind, "sequence_number": self._sequence, **told}
        self._sequence += 1
        return f"event: {kind}\ndata: {json.dumps(event)}\n\n"


def _part(text: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}


def _annotations(told: Told) -> list[dict[str, Any]]:
    return [{"type": "url_citation", **citation} for citation in told.annotations]


def _usage(told: Told) -> dict[str, Any]:
    return {
        "input_tokens": told.tokens_in,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": told.tokens_out,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": told.tokens_in + told.tokens_out,
    }
