"""What requests carry: their JSON, checked before anything is done with it."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from rag.errors import UsageError
from ui.api.errors import RequestTooLargeError

__all__ = ["AskBody", "FeedbackBody", "SearchBody", "Turn", "number", "read_body"]

_MOST_BYTES: Final = 8_000_000
_MOST_QUESTION: Final = 10_000
_MOST_TURNS: Final = 100
_DOCUMENTS: Final = Field(None, max_length=10_000)

_Name = Annotated[str, Field(max_length=1_000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class SearchBody(_Body):
    """A search: the question, how many passages, and the documents that it is limited to."""

    question: str = Field(min_length=1, max_length=_MOST_QUESTION)
    top_k: int | None = Field(None, ge=1, le=1_000)
    documents: list[_Name] | None = _DOCUMENTS


class Turn(_Body):
    """What was said before a follow-up question."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=_MOST_QUESTION)


class AskBody(_Body):
    """A question; `stream` asks for events as they happen, `use_cache` false for a new answer."""

    question: str = Field(min_length=1, max_length=_MOST_QUESTION)
    documents: list[_Name] | None = _DOCUMENTS
    history: list[Turn] = Field(default_factory=list, max_length=_MOST_TURNS)
    stream: bool = False
    use_cache: bool = True


class FeedbackBody(_Body):
    """What a person thinks of an answer: 1 or -1, and the answer that should have come."""

    rating: Literal[1, -1]
    wanted_answer: str = Field("", max_length=_MOST_QUESTION)


Body = TypeVar("Body", bound=_Body)


async def read_body(request: Request, kind: type[Body]) -> Body:
    """A request's JSON as `kind`.

    Raises:
        RequestTooLargeError: it is larger than a question can be.
        UsageError: it is no JSON of this form; the message names each field that is wrong.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UsageError("send JSON, with `Content-Type: application/json`")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise RequestTooLargeError(f"a question may carry {_MOST_BYTES / 1e6:.0f} MB with all around it")
    try:
        return kind.model_validate_json(bytes(body))
    except ValidationError as error:
        told = (f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
        raise UsageError("; ".join(told)) from None


def number(text: str, name: str, most: int = 10**15) -> int:
    """A whole number from 0 to `most` as an address or a header writes it; `name` says which.

    Raises:
        UsageError: it is none: other digits than 0 to 9 are not read, nor signs, nor more than needed.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
        raise UsageError(f"{name} is a whole number from 0 to {most}, not {text[:40]!r}")
    return int(text)
