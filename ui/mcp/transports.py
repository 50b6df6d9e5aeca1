"""The two ways to the server: standard input and output of this process, or streamable HTTP."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import anyio
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.routing import Route

from rag import tracing
from rag.errors import CitewellError
from rag.library import Library
from ui.api.deadlines import stop_all
from ui.api.error_responses import on_error
from ui.api.guards import Guard, TracedCaller
from ui.api.serving import health, listen
from ui.mcp.protocol_server import build_server

__all__ = ["PATH", "build_mcp_application", "serve_http", "serve_stdio"]

PATH = "/mcp"


def serve_stdio(library: Library, add_from: Path | None = None) -> None:
    """Answer on standard output, and print all else on standard error, until standard input ends."""

    async def answer() -> None:
        server = build_server(library, add_from)
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _end)
    anyio.run(answer)


def _end(*_: object) -> None:
    """End at once: a thread waits for the next line of standard input, and nothing ends that wait."""
    stop_all()
    tracing.flush()
    os._exit(0)


def build_mcp_application(library: Library, add_from: Path | None = None) -> Starlette:
    """The server at `/mcp`, guarded as `library.settings.serve` says: token, hosts, sites, sizes."""
    application = build_server(library, add_from).streamable_http_app(
        streamable_http_path=PATH,
        # the guard does this, and for every address
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        custom_starlette_routes=[Route("/health", health, methods=["GET"])],
    )
    if tracing.start(library.settings):
        application.add_middleware(TracedCaller)
    application.add_middleware(Guard, settings=library.settings.serve)
    application.add_exception_handler(CitewellError, on_error)
    return application


def serve_http(library: Library, add_from: Path | None = None) -> None:
    """Serve HTTP until it is stopped (Ctrl-C, SIGTERM).

    Raises:
        UsageError: no port is free near the one asked for, or the address is not this machine's.
    """
    listen(build_mcp_application(library, add_from), library.settings.serve, PATH)
