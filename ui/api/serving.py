"""Listen on an address, and answer requests until somebody stops it."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from types import FrameType
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import rag
from rag.errors import CitewellError
from rag.library import Library
from rag.settings import ServeSettings
from ui.api import (
    document_routes,
    grid_routes,
    openai_chat,
    openai_models,
    openai_responses,
    question_routes,
)
from ui.api.deadlines import patient_protocol, stop_all
from ui.api.error_responses import on_error, on_http_error
from ui.api.guards import Guard
from ui.listening import address, ended_like_ctrl_c, log_to_standard_error, told_port, warn_of_strangers

__all__ = ["Server", "build_application", "health", "listen", "serve"]


async def health(_: Request) -> Response:
    """`GET /health`: whether the server is up."""
    return JSONResponse({"ok": True, "version": rag.__version__})


def build_application(library: Library) -> Starlette:
    """Everything under `/v1`, guarded as `library.settings.serve` says; the library stays the caller's."""
    guard = Middleware(Guard, settings=library.settings.serve)
    application = Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            *question_routes.ROUTES,
            *document_routes.ROUTES,
            *grid_routes.ROUTES,
            *openai_models.ROUTES,
            *openai_chat.ROUTES,
            *openai_responses.ROUTES,
        ],
        middleware=[guard],
        exception_handlers={CitewellError: on_error, HTTPException: on_http_error, Exception: on_error},
    )
    application.state.library = library
    return application


_LAST_SECONDS: Final = 1
"""How long answers under way may still take once the server is told to end."""
_END_SECONDS: Final = 1.8
"""When the process ends though a thread is still busy; a library stands any end."""


class Server(uvicorn.Server):
    """Ends in time: work under way is told to stop, and is not waited for."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Tell all work to stop, and end soon in any case."""
        stop_all()
        last = threading.Timer(_END_SECONDS, os._exit, (0,))
        last.daemon = True
        last.start()
        super().handle_exit(sig, frame)


def serve(library: Library) -> None:
    """Serve the HTTP API of an open library until it is stopped (Ctrl-C, SIGTERM).

    Raises:
        UsageError: no port is free near the one asked for, or the address is not this machine's.
    """
    listen(build_application(library), library.settings.serve, "/v1")


def listen(application: Starlette, settings: ServeSettings, path: str) -> None:
    """Serve a guarded application, telling that it answers at `path`, until it is stopped.

    Raises:
        UsageError: no port is free near the one asked for, or the address is not this machine's.
    """
    port = told_port(settings.host, settings.port)
    warn_of_strangers(
        settings.host, settings.token is not None, "set CITEWELL_SERVE__TOKEN to ask for a token"
    )
    log_to_standard_error()
    config = uvicorn.Config(
        application,
        http=patient_protocol(settings.idle_seconds),
        limit_concurrency=settings.connections,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.create_server((settings.host, port), family=family) as listening:
        print(f"Citewell answers at {address(settings.host, port)}{path}  (Ctrl-C stops it)", flush=True)
        with contextlib.suppress(KeyboardInterrupt), ended_like_ctrl_c():
            Server(config).run(sockets=[listening])
