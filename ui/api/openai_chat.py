"""Chat completions in OpenAI's form: a question with its history, and the answer whole or in chunks."""

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
from ui.api.openai_bodies import ChatBody, ask_body, read_openai_body
from ui.api.openai_models import documents_asked
from ui.api.openai_telling import Told, tell
from ui.api.request_work import answer_whole, stream_answer

__all__ = ["ROUTES"]


async def complete(request: Request) -> Response:
    """`POST /v1/chat/completions`: the answer as a message, or with `stream` in chunks."""
    body = await read_openai_body(request, ChatBody)
    library: Library = request.app.state.library
    documents = await run_in_threadpool(documents_asked, library, body.model, body.citewell)
    asked = ask_body(body.messages, documents, body.citewell.use_cache, "messages")
    completion = _Completion(library, body, str(request.base_url).rstrip("/"))
    if body.stream:
        return StreamingResponse(completion.chunks(asked), media_type="text/event-stream")
    return await answer_whole(request, asked, lambda finished: completion.whole(completion.told(finished)))


ROUTES = [Route("/v1/chat/completions", complete, methods=["POST"])]


class _Completion:
    """One completion, by the name and the time that all its parts bear."""

    def __init__(self, library: Library, body: ChatBody, address: str) -> None:
        self._library = library
        self._body = body
        self._address = address
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": body.model}
        options = body.stream_options
        self._tells_usage = options is not None and bool(options.include_usage)

    def told(self, finished: Finished) -> Told:
        """The answer as it is sent."""
        sent = [message.content for message in self._body.messages]
        return tell(self._library, finished, sent, self._address)

    def whole(self, told: Told) -> dict[str, Any]:
        """The completion as one object."""
        message = {
            "role": "assistant",
            "content": told.text,
            "refusal": None,
            "annotations": _annotations(told),
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        head = {**self._head, "object": "chat.completion", "choices": [choice]}
        return {**head, "usage": _usage(told), **told.extra}

    async def chunks(self, asked: AskBody) -> AsyncIterator[str]:
        """The completion as server-sent events.

        The text comes when all of it was checked, a sentence a chunk. Until then comments keep the
        connection open.
        """
        yield self._chunk({"role": "assistant", "content": ""})
        async for text in stream_answer(self._library, asked, self._events, _failed):
            yield text

    def _events(self, event: AnswerEvent) -> Iterator[str]:
        if not isinstance(event, Finished):
            yield ": at work\n\n"
            return
        told = self.told(event)
        for piece in told.pieces:
            yield self._chunk({"content": piece})
        yield self._chunk({"annotations": _annotations(told)}, **told.extra)
        yield self._chunk({}, "stop")
        if self._tells_usage:
            yield _data(
                {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": _usage(told)}
            )
        yield "data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None, **extra: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage = {"usage": None} if self._tells_usage else {}
        head = {**self._head, "object": "chat.completion.chunk", "choices": [choice]}
        return _data({**head, **usage, **extra})


def _annotations(told: Told) -> list[dict[str, Any]]:
    return [{"type": "url_citation", "url_citation": citation} for citation in told.annotations]


def _usage(told: Told) -> dict[str, int]:
    total = told.tokens_in + told.tokens_out
    return {"prompt_tokens": told.tokens_in, "completion_tokens": told.tokens_out, "total_tokens": total}


def _failed(error: CitewellError) -> str:
    return _data(openai_error_json(error))


def _data(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"
