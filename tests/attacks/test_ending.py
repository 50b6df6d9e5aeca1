"""A server that is told to end does, whatever its threads are busy with, and so does work for nobody."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from tests.browser.endpoint import SlowEndpoint, slow_endpoint
from tests.waiting import wait_until
from ui.api.deadlines import stop_all, stop_when_gone, told_to_stop

ROOT = Path(__file__).resolve().parents[2]
ROOF = "How much did the boathouse roof repair cost?"
_BUSY = """
import socket, time
import uvicorn
from starlette.applications import Starlette
import pytest
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from ui.api.serving import Server

def sleep():
    print("busy", flush=True)
    time.sleep(600)

async def busy(request):
    await run_in_threadpool(sleep)

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
application = Starlette(routes=[Route("/", busy)])
Server(uvicorn.Config(application, log_level="error", timeout_graceful_shutdown=1)).run(sockets=[listening])
"""


@pytest.mark.enable_socket
def test_a_server_with_a_busy_thread_ends_when_it_is_told_to() -> None:
    server = subprocess.Popen([sys.executable, "-c", _BUSY], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        connection = http.client.HTTPConnection("127.0.0.1", int(server.stdout.readline()))
        connection.request("GET", "/")
        assert server.stdout.readline() == "busy\n"

        server.send_signal(signal.SIGTERM)

        assert server.wait(timeout=60) in (0, -signal.SIGTERM)
        connection.close()
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, SlowEndpoint]]:
    """The port of `citewell serve`, and its model, which writes a word a second."""
    folder = tmp_path_factory.mktemp("writing")
    notes, library = folder / "notes.txt", str(folder / "library")
    notes.write_text("The boathouse roof repair cost 18,750 crowns.", "utf-8")
    subprocess.run(
        [sys.executable, "-m", "ui", "ingest", "--library", library, str(notes)], check=True, cwd=ROOT
    )
    with slow_endpoint(["The"] * 60, 1.0) as model:
        variables = {"CITEWELL_GENERATOR__BASE_URL": model.base_url, "CITEWELL_GENERATOR__API_KEY": "none"}
        server = subprocess.Popen(
            [sys.executable, "-m", "ui", "serve", "--config", "server", "--library", library, "--port", "0"],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            port = re.search(r":(\d+)/v1", server.stdout.readline())
            assert port is not None
            yield int(port[1]), model
        finally:
            server.terminate()
            server.communicate()


@pytest.mark.server
@pytest.mark.enable_socket
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("ask", {"question": ROOF}),
        ("chat/completions", {"model": "citewell", "messages": [{"role": "user", "content": ROOF}]}),
        ("responses", {"model": "citewell", "input": ROOF}),
    ],
)
def test_a_model_no_longer_writes_for_a_caller_who_hung_up(
    writing: tuple[int, SlowEndpoint], path: str, asked: dict[str, Any], streamed: bool
) -> None:
    """Over real connections, to the API and from there to the model."""
    port, model = writing
    body = json.dumps({**asked, "stream": streamed})
    so_far = len(model.asked)
    assert len(model.hung_up) == so_far
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", f"/v1/{path}", body, {"Content-Type": "application/json"})
    wait_until(lambda: len(model.asked) > so_far)
    connection.close()
    wait_until(lambda: len(model.hung_up) > so_far)


async def _hung_up() -> dict[str, str]:
    return {"type": "http.disconnect"}


def test_work_stops_when_the_caller_has_hung_up() -> None:
    import anyio

    request = Request({"type": "http", "method": "POST", "headers": []}, _hung_up)

    async def answer() -> bool:
        async with stop_when_gone(request) as stop:
            return await run_in_threadpool(stop.wait, 60)

    assert anyio.run(answer)


def test_work_stops_when_the_server_ends() -> None:
    with told_to_stop() as stop:
        assert not stop.is_set()
        threading.Timer(0.0, stop_all).start()
        assert stop.wait(60)
