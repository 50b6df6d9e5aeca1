"""The HTTP API as one ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import rag
from rag.errors import CitewellError
from rag.library import Library
from ui.api import asking, documents
from ui.api.errors import on_error, on_http_error
from ui.api.guards import Guard

__all__ = ["build_application"]


async def health(_: Request) -> Response:
    """`GET /health`: whether the server is up."""
    return JSONResponse({"ok": True, "version": rag.__version__})


def build_application(library: Library) -> Starlette:
    """Everything under `/v1`, guarded as `library.settings.serve` says; the library stays the caller's."""
    guard = Middleware(Guard, settings=library.settings.serve)
    application = Starlette(
        routes=[Route("/health", health, methods=["GET"]), *asking.ROUTES, *documents.ROUTES],
        middleware=[guard],
        exception_handlers={CitewellError: on_error, HTTPException: on_http_error, Exception: on_error},
    )
    application.state.library = library
    return application
