"""Real servers in a thread of the test: a Starlette application, or JSON by path."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.waiting import wait_until

__all__ = ["answering", "citewell_serve", "dripping", "serving"]

_ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def citewell_serve(library: Path, **variables: str) -> Iterator[str]:
    """The address of a process of `citewell serve`."""
    command = [sys.executable, "-m", "ui", "serve", "--library", str(library), "--port", "0"]
    with subprocess.Popen(
        command, cwd=_ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found is not None
            yield found[0]
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """The address of a server of an application, on a free port of this machine."""
    # its own logging would end the handlers that others have, and with them the streams that pytest captures
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, log_level="critical", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(20)


@contextmanager
def answering(told: Mapping[str, Any]) -> Iterator[tuple[str, list[Request]]]:
    """A server that answers each path with its JSON (or what a function of the body makes), and who asked."""
    asked: list[Request] = []

    async def answer(request: Request) -> Response:
        asked.append(request)
        found = told.get(request.url.path)
        if callable(found) and not isinstance(found, Response):
            found = found(await request.json())
        if isinstance(found, Response):
            return found
        return JSONResponse(found, status_code=404 if found is None else 200)

    with serving(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])) as address:
        yield address, asked


@contextmanager
def dripping() -> Iterator[str]:
    """The address of a server whose head never ends: a byte comes before any single wait is over."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not over.wait(0.05):
                connection.sendall(b"a")

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()
