"""Errors as JSON with the status that says whose fault it is."""

from __future__ import annotations

import logging
from typing import Final

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
    "RequestTooLargeError",
    "TooSlowError",
    "TookTooLongError",
    "UnauthorizedError",
    "error_json",
    "error_response",
    "on_error",
    "on_http_error",
]

_LOG = logging.getLogger(__name__)


class UnauthorizedError(CitewellError):
    """The caller did not send the token."""


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
_MOST_MESSAGE: Final = 2_000
"""Characters of an error that are told: a message names the value seen, which may be megabytes."""


def error_response(error: CitewellError) -> JSONResponse:
    """`error_json` with a status: 401 to 422 where the caller can do something, else 500 and up."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return JSONResponse(error_json(error), status, _HEADERS.get(status))


def error_json(error: CitewellError) -> dict[str, dict[str, str]]:
    """`{"error": {"type", "message"}}`; what there is is told by an address, not by a command."""
    message = str(error)
    if isinstance(error, NotFoundError) and error.listed_by:
        message = f"{error.message}: `{_LISTED_AT[error.listed_by]}` shows what there is"
    return _body(type(error).__name__, message)


async def on_error(_: Request, error: Exception) -> JSONResponse:
    """What an endpoint raised, told to its caller."""
    if isinstance(error, CitewellError):
        return error_response(error)
    _LOG.error("a request failed", exc_info=error)
    return JSONResponse(_body("InternalError", "the request failed; the server's log says why"), 500)


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """No such address, no such method."""
    assert isinstance(error, HTTPException)
    asked = f"{request.method} {request.url.path}"
    kind, message = {
        404: ("NotFoundError", f"there is nothing at `{asked}`: `GET /v1/documents` is an address there is"),
        405: ("MethodNotAllowedError", f"`{asked}` is not possible: this address takes another method"),
    }.get(error.status_code, ("HTTPError", error.detail))
    return JSONResponse(_body(kind, message), error.status_code, error.headers)


def _body(kind: str, message: str) -> dict[str, dict[str, str]]:
    if len(message) > _MOST_MESSAGE:
        message = message[:_MOST_MESSAGE] + " …"
    return {"error": {"type": kind, "message": message}}
