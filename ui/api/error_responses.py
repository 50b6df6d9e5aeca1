"""Errors as JSON with the status that says whose fault it is."""

from __future__ import annotations

import logging
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from rag.errors import (
    CitewellError,
    ConfigurationError,
    DocumentError,
    DocumentTooLargeError,
    LibraryLockedError,
    LibraryReadOnlyError,
    ModelError,
    NotFoundError,
    UnsupportedDocumentError,
    UsageError,
)
from ui.sites import ForbiddenError

__all__ = [
    "InvalidFieldError",
    "ModelNameError",
    "RequestTooLargeError",
    "TooSlowError",
    "TookTooLongError",
    "UnauthorizedError",
    "error_json",
    "error_response",
    "on_error",
    "on_http_error",
    "openai_error_json",
]

_LOG = logging.getLogger(__name__)


class InvalidFieldError(UsageError):
    """A field of a request in OpenAI's form is wrong; `param` names it, `code` says how where OpenAI does."""

    def __init__(self, message: str, param: str, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code


class ModelNameError(NotFoundError):
    """No model of this name does what is asked."""

    param = "model"
    code = "model_not_found"


class UnauthorizedError(CitewellError):
    """The caller did not send the token."""

    code = "invalid_api_key"


class RequestTooLargeError(CitewellError):
    """A request carries more than the settings allow."""


class TooSlowError(CitewellError):
    """A request did not arrive in time."""


class TookTooLongError(CitewellError):
    """A question was not answered in time."""


_STATUS: Final[tuple[tuple[type[CitewellError], int], ...]] = (
    (UnauthorizedError, 401),
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (TooSlowError, 408),
    (RequestTooLargeError, 413),
    (DocumentTooLargeError, 413),
    (UnsupportedDocumentError, 415),
    (DocumentError, 422),
    (UsageError, 422),
    (ConfigurationError, 422),
    (LibraryReadOnlyError, 403),
    (LibraryLockedError, 503),
    (ModelError, 503),
    (TookTooLongError, 504),
)
_HEADERS: Final = {401: {"WWW-Authenticate": "Bearer"}, 408: {"Connection": "close"}}
_LISTED_AT: Final = {"citewell list": "GET /v1/documents", "citewell runs list": "GET /v1/runs"}
_NO_RETRY: Final = {"x-should-retry": "false"}
"""OpenAI's clients ask again after an error of the server; what took too long would only take it again."""
_OPENAI_PATHS: Final = frozenset({"/v1/models", "/v1/chat/completions", "/v1/embeddings", "/v1/responses"})
_MOST_MESSAGE: Final = 2_000
"""Characters of an error that are told: a message names the value seen, which may be megabytes."""


def error_response(error: CitewellError, path: str) -> JSONResponse:
    """An error in the form of the address, with a status.

    That is 401 to 422 where the caller can do something, else 500 and up.
    """
    status = _status(error)
    if not _is_openai(path):
        return JSONResponse(error_json(error), status, _HEADERS.get(status))
    headers = {**(_HEADERS.get(status) or {}), **(_NO_RETRY if isinstance(error, TookTooLongError) else {})}
    return JSONResponse(openai_error_json(error), 400 if status == 422 else status, headers)


def _status(error: CitewellError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def openai_error_json(error: CitewellError) -> dict[str, Any]:
    """`{"error": {"message", "type", "param", "code"}}`, as OpenAI's clients read it."""
    told = error_json(error)["error"]["message"]
    return _openai_body(told, _status(error), getattr(error, "param", None), getattr(error, "code", None))


def _openai_body(
    message: str, status: int, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return {"error": {"message": _short(message), "type": kind, "param": param, "code": code}}


def _is_openai(path: str) -> bool:
    """Whether an address is one of OpenAI's API."""
    return path in _OPENAI_PATHS or path.startswith("/v1/models/")


def error_json(error: CitewellError) -> dict[str, dict[str, str]]:
    """`{"error": {"type", "message"}}`; what there is is told by an address, not by a command."""
    message = str(error)
    if isinstance(error, NotFoundError) and error.listed_by:
        message = f"{error.message}: `{_LISTED_AT.get(error.listed_by, error.listed_by)}` shows what there is"
    return _body(type(error).__name__, message)


async def on_error(request: Request, error: Exception) -> JSONResponse:
    """What an endpoint raised, told to its caller."""
    if isinstance(error, CitewellError):
        return error_response(error, request.scope["path"])
    _LOG.error("a request failed", exc_info=error)
    message = "the request failed; the server's log says why"
    if _is_openai(request.scope["path"]):
        return JSONResponse(_openai_body(message, 500), 500)
    return JSONResponse(_body("InternalError", message), 500)


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """No such address, no such method."""
    assert isinstance(error, HTTPException)
    asked = f"{request.method} {request.url.path}"
    kind, message = {
        404: ("NotFoundError", f"there is nothing at `{asked}`: `GET /v1/documents` is an address there is"),
        405: ("MethodNotAllowedError", f"`{asked}` is not possible: this address takes another method"),
    }.get(error.status_code, ("HTTPError", error.detail))
    if _is_openai(request.scope["path"]):
        return JSONResponse(_openai_body(message, error.status_code), error.status_code, error.headers)
    return JSONResponse(_body(kind, message), error.status_code, error.headers)


def _body(kind: str, message: str) -> dict[str, dict[str, str]]:
    return {"error": {"type": kind, "message": _short(message)}}


def _short(message: str) -> str:
    return message if len(message) <= _MOST_MESSAGE else message[:_MOST_MESSAGE] + " …"
