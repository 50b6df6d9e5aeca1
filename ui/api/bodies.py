"""What requests carry: their JSON, checked before anything is done with it."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from rag.errors import UsageError
from rag.limits import (
    LONGEST_QUESTION,
    LONGEST_TURN,
    MOST_COLUMNS,
    MOST_DOCUMENTS,
    MOST_HISTORY,
    MOST_TURNS,
    check_values,
)
from ui.api.error_responses import RequestTooLargeError

__all__ = [
    "AskBody",
    "Documents",
    "FeedbackBody",
    "GridBody",
    "SearchBody",
    "Turn",
    "number",
    "read_body",
    "read_valid",
    "what_is_wrong",
]

_MOST_BYTES: Final = 8_000_000
_LONGEST_NAME: Final = 4_096
_LONGEST_ANSWER: Final = 20_000
_MOST_TOLD: Final = 20
"""Fields that are told to be wrong."""

Documents = Annotated[list[Annotated[str, Field(max_length=_LONGEST_NAME)]], Field(max_length=MOST_DOCUMENTS)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class SearchBody(_Body):
    """A search: the question, how many passages, and the documents that it is limited to."""

    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    top_k: int | None = Field(None, ge=1, le=1_000)
    documents: Documents | None = Field(None, min_length=1)


class Turn(_Body):
    """What was said before a follow-up question."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=LONGEST_TURN)


class AskBody(_Body):
    """A question; `stream` asks for events as they happen, `use_cache` false for a new answer."""

    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    documents: Documents | None = Field(None, min_length=1)
    history: list[Turn] = Field(default_factory=list, max_length=MOST_TURNS)
    stream: bool = False
    use_cache: bool = True

    @field_validator("history")
    @classmethod
    def _is_short(cls, turns: list[Turn]) -> list[Turn]:
        size = sum(len(turn.content) for turn in turns)
        if size > MOST_HISTORY:
            raise ValueError(f"all turns together may have {MOST_HISTORY:,} characters, not {size:,}")
        return turns


class GridColumn(_Body):
    """A column of a grid, as a line of a file of questions has it."""

    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    column: str = Field("", max_length=_LONGEST_NAME)
    type: str = ""
    choices: list[Annotated[str, Field(max_length=_LONGEST_NAME)]] = Field(default_factory=list)


class GridBody(_Body):
    """The columns of a grid, each a question or one with its name and type."""

    columns: list[str | GridColumn] = Field(min_length=1, max_length=MOST_COLUMNS)
    documents: Documents | None = Field(None, min_length=1)
    use_cache: bool = True


class FeedbackBody(_Body):
    """What a person thinks of an answer: 1 or -1, and the answer that should have come."""

    rating: Literal[1, -1]
    wanted_answer: str = Field("", max_length=_LONGEST_ANSWER)


Body = TypeVar("Body", bound=_Body)
Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, kind: type[Body]) -> Body:
    """A request's JSON as `kind`.

    Raises:
        RequestTooLargeError: it is larger than a question can be.
        UsageError: it is no JSON of this form; the message names the first fields that are wrong.
    """
    try:
        return await read_valid(request, kind)
    except ValidationError as error:
        raise UsageError(what_is_wrong(error)) from None


async def read_valid(request: Request, kind: type[Model]) -> Model:
    """A request's JSON as `kind`, checked beside other requests and not before them.

    Raises:
        RequestTooLargeError: it is larger than a question can be.
        UsageError: it calls itself something else than JSON, or holds too many values.
        ValidationError: it is no JSON of this form.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UsageError("send JSON, with `Content-Type: application/json`")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise RequestTooLargeError(f"a question may carry {_MOST_BYTES / 1e6:.0f} MB with all around it")
    return await run_in_threadpool(_validated, bytes(body), kind)


def _validated(body: bytes, kind: type[Model]) -> Model:
    with suppress(ValueError):  # what is no JSON is told by the model
        check_values(from_json(body))
    return kind.model_validate_json(body)


def what_is_wrong(error: ValidationError, whole: str = "body") -> str:
    """The first fields that are wrong, and how; `whole` stands for all of them together."""
    told = error.errors(include_url=False, include_context=False, include_input=False)
    wrong = [
        f"{'.'.join(map(str, e['loc'])) or whole}: {e['msg'].removeprefix('Value error, ')}"
        for e in told[:_MOST_TOLD]
    ]
    return "; ".join([*wrong, *([f"and {len(told) - _MOST_TOLD:,} more"] if len(told) > _MOST_TOLD else [])])


def number(text: str, name: str, most: int = 10**15) -> int:
    """A whole number from 0 to `most` as an address or a header writes it; `name` says which.

    Raises:
        UsageError: it is none: other digits than 0 to 9 are not read, nor signs, nor more than needed.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
        raise UsageError(f"{name} is a whole number from 0 to {most}, not {text[:40]!r}")
    return int(text)
