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

__all__ = [
    "ForbiddenError",
    "RequestTooLargeError",
    "UnauthorizedError",
    "error_response",
    "on_error",
    "on_http_error",
]

_LOG = logging.getLogger(__name__)


class UnauthorizedError(CitewellError):
    """The caller did not send the token."""


class ForbiddenError(CitewellError):
    """The request came by way of another site."""


class RequestTooLargeError(CitewellError):
    """A request carries more than the settings allow."""


_STATUS: Final[tuple[tuple[type[CitewellError], int], ...]] = (
    (UnauthorizedError, 401),
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (RequestTooLargeError, 413),
    (DocumentTooLargeError, 413),
    (UnsupportedDocumentError, 415),
    (DocumentError, 422),
    (UsageError, 422),
    (ConfigurationError, 422),
    (LibraryReadOnlyError, 403),
    (LibraryLockedError, 503),
    (ModelError, 503),
)


def error_response(error: CitewellError) -> JSONResponse:
    """`{"error": {"type", "message"}}`; 401 to 422 where the caller can do something, else 500 and up."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return _response(status, type(error).__name__, str(error), headers)


async def on_error(_: Request, error: Exception) -> JSONResponse:
    """What an endpoint raised, told to its caller."""
    if isinstance(error, CitewellError):
        return error_response(error)
    _LOG.error("a request failed", exc_info=error)
    return _response(500, "InternalError", "the request failed; the server's log says why")


async def on_http_error(_: Request, error: Exception) -> JSONResponse:
    """No such address, no such method."""
    assert isinstance(error, HTTPException)
    return _response(error.status_code, "HTTPError", error.detail, error.headers)


def _response(status: int, kind: str, message: str, headers: object = None) -> JSONResponse:
    content = {"error": {"type": kind, "message": message}}
    return JSONResponse(content, status, dict(headers) if isinstance(headers, dict) else None)
