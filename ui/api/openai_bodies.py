"""What requests in OpenAI's form carry, and the question with its history that they come to.

Fields that Citewell has no use for (`temperature`, `max_tokens`, `tools` and more) are left aside, as clients
send them unasked. Refused is what would change the form of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from starlette.requests import Request

from rag.limits import LONGEST_TURN
from rag.prompting import without_marks
from ui.api.bodies import AskBody, Documents, read_valid, what_is_wrong
from ui.api.error_responses import InvalidFieldError

__all__ = [
    "ChatBody",
    "CitewellField",
    "EmbeddingsBody",
    "InputMessage",
    "ResponsesBody",
    "ask_body",
    "read_openai_body",
]

_TEXT_PARTS: Final = frozenset({"text", "input_text", "output_text"})
_MOST_TEXTS: Final = 2_048
"""Texts that one request may have embedded, as at OpenAI."""
_LONGEST_NAME: Final = 4_096
_TOKEN_NUMBERS: Final = (
    "numbers of tokens are those of another model: send text "
    "(in LangChain: OpenAIEmbeddings(check_embedding_ctx_length=False))"
)


def _as_text(content: Any) -> Any:
    """Content as one text, whether it came as a string, as parts of type text, or not at all."""
    if content is None:
        return ""
    if not isinstance(content, list):
        return content
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in _TEXT_PARTS or not isinstance(part.get("text"), str):
            raise ValueError(
                f"only parts of type text, with a text, are read, not of type {str(kind)[:40]!r}"
            )
    return "\n".join(part["text"] for part in content)


class _OpenAIBody(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, protected_namespaces=())


class CitewellField(_OpenAIBody):
    """What OpenAI's form has no place for: what a question is limited to, and whether it is asked anew."""

    model_config = ConfigDict(extra="forbid", strict=True)

    documents: Documents | None = None
    collections: Documents | None = None
    use_cache: bool = True


class InputMessage(_OpenAIBody):
    """One message of a conversation; only those of users and assistants are read."""

    type: Literal["message"] = "message"
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, BeforeValidator(_as_text)] = ""


class _Asked(_OpenAIBody):
    model: str = Field(max_length=_LONGEST_NAME)
    stream: bool | None = None
    tool_choice: Any = None
    citewell: CitewellField = CitewellField()

    @field_validator("tool_choice")
    @classmethod
    def _calls_no_tool(cls, choice: Any) -> Any:
        if choice not in (None, "none", "auto"):
            raise ValueError("tools are never called: send `none`, `auto` or nothing")
        return choice


class _StreamOptions(_OpenAIBody):
    include_usage: bool | None = None


def _is_text(form: Any) -> Any:
    """Refuse a form of answer other than text."""
    if form is not None and (not isinstance(form, dict) or form.get("type", "text") != "text"):
        raise ValueError("an answer is text: ask for no other format")
    return form


class ChatBody(_Asked):
    """`POST /v1/chat/completions`."""

    messages: list[InputMessage] = Field(min_length=1)
    stream_options: _StreamOptions | None = None
    n: Literal[1] | None = None
    logprobs: Literal[False] | None = None
    response_format: Annotated[Any, BeforeValidator(_is_text)] = None


class _TextOptions(_OpenAIBody):
    format: Annotated[Any, BeforeValidator(_is_text)] = None


class ResponsesBody(_Asked):
    """`POST /v1/responses`; nothing is kept between requests, so that each brings its whole conversation."""

    input: str | Annotated[list[InputMessage], Field(min_length=1)]
    text: _TextOptions | None = None
    background: Literal[False] | None = None
    previous_response_id: Any = None
    conversation: Any = None

    @field_validator("previous_response_id", "conversation")
    @classmethod
    def _is_whole(cls, kept: Any) -> Any:
        if kept is not None:
            raise ValueError("nothing is kept between requests: send the earlier messages in `input`")
        return kept


class EmbeddingsBody(_OpenAIBody):
    """`POST /v1/embeddings`; `input_type` and `truncate` are named as other servers of embeddings do."""

    model: str = Field(max_length=_LONGEST_NAME)
    input: list[Annotated[str, Field(min_length=1, max_length=LONGEST_TURN)]] = Field(
        min_length=1, max_length=_MOST_TEXTS
    )
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None
    input_type: Literal["passage", "query"] = "passage"
    truncate: bool = False

    @field_validator("input", mode="before")
    @classmethod
    def _as_list(cls, given: Any) -> Any:
        if isinstance(given, list) and given and isinstance(given[0], int | list):
            raise ValueError(_TOKEN_NUMBERS)
        return [given] if isinstance(given, str) else given


Body = TypeVar("Body", bound=_OpenAIBody)


async def read_openai_body(request: Request, kind: type[Body]) -> Body:
    """A request's JSON as `kind`.

    Raises:
        InvalidFieldError: a field is wrong; the message names the first that are.
        RequestTooLargeError: it is larger than a question can be.
        UsageError: it calls itself something else than JSON, or holds too many values.
    """
    try:
        return await read_valid(request, kind)
    except ValidationError as error:
        place = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
        raise InvalidFieldError(what_is_wrong(error), str(place[0])[:100] if place else "body") from None


def ask_body(
    messages: Sequence[InputMessage], documents: Sequence[str] | None, use_cache: bool, param: str
) -> AskBody:
    """The last message of a user as the question, and those before it as its history.

    Raises:
        InvalidFieldError: no user asks, or something is longer than a question or its history may be.
    """
    asked = max((i for i, message in enumerate(messages) if message.role == "user"), default=None)
    if asked is None:
        raise InvalidFieldError(f"{param}: there is no message of role user to answer", param)
    history = [
        {"role": message.role, "content": _without_own_marks(message)}
        for message in messages[:asked]
        if message.role in ("user", "assistant") and message.content.strip()
    ]
    question = messages[asked].content
    told = {"question": question, "history": history, "documents": documents, "use_cache": use_cache}
    try:
        return AskBody.model_validate(told)
    except ValidationError as error:
        raise InvalidFieldError(what_is_wrong(error), param) from None


def _without_own_marks(message: InputMessage) -> str:
    return without_marks(message.content) if message.role == "assistant" else message.content
