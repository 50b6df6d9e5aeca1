"""A server that is told to end does, whatever its threads are busy with, and so does work for nobody."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import threading

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ui.api.stopping import stop_all, stop_when_gone, told_to_stop

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
