"""The ways to the server: what stands on its streams, who is let in, what is stopped, how it ends."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.shared.exceptions import MCPError

from tests.ui.mcp.conftest import ROOT, Caller, http_server, ingest, over_http, over_stdio
from tests.waiting import wait_until

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def started(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ui", "mcp", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


STRAY = """
import sys, threading, time

def talk():
    while "openvino" not in sys.modules:
        time.sleep(0.01)
    print("stray words", flush=True)

threading.Thread(target=talk, daemon=True).start()
"""


def test_nothing_but_the_protocol_stands_on_standard_output(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(STRAY)  # prints while the models are loaded for the question
    asked = {"name": "ask", "arguments": {"question": "What did the repair of the roof cost?"}}
    lines = [
        json.dumps(INITIALIZE),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        "this is no message",
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked}),
    ]
    process = started("--library", str(samples), PYTHONPATH=str(tmp_path), PYTHONWARNINGS="always")
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write("\n".join(lines) + "\n")
        process.stdin.flush()
        told: list[dict[str, Any]] = []
        while not any(message.get("id") == 2 for message in told):
            told.append(json.loads(process.stdout.readline()))
        assert all(message["jsonrpc"] == "2.0" for message in told)
        answer = next(message["result"] for message in told if message.get("id") == 2)
        assert "£186,400" in answer["structuredContent"]["answer"]
        rest, log = process.communicate(timeout=30)  # the end of standard input ends the server
        assert rest == ""
        assert "stray words" in log
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_old_and_new_clients_connect_both_ways(samples: Path, address: str, mode: str) -> None:
    for connected in (over_stdio("--library", str(samples), mode=mode), over_http(address, mode)):
        with connected as caller:
            assert caller.client.server_info.name == "citewell"
            assert caller.tool("list_documents")["total"] == 8


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("transport", [[], ["--http", "--port", "0"]])
def test_a_signal_ends_it(samples: Path, transport: list[str], ending: signal.Signals) -> None:
    process = started("--library", str(samples), *transport)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if transport:
            assert status(line.split()[3].replace("/mcp", "/health"), None) == 200
        process.send_signal(ending)
        assert process.wait(timeout=30) == 0
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def guarded(samples: Path) -> Iterator[str]:
    limits = ["--set", "serve.max_upload_megabytes=1"]
    with http_server("--library", str(samples), *limits, CITEWELL_SERVE__TOKEN="a secret") as address:
        yield address


def status(address: str, body: bytes | None = b"{}", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"} | named
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, named), timeout=60) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_token_is_asked_for(guarded: str) -> None:
    with over_http(guarded, token="a secret") as caller:
        assert caller.tool("list_documents")["total"] == 8
    for mode in ("auto", "legacy"):
        for token in ("", "wrong"):
            with pytest.raises(BaseExceptionGroup) as refused, over_http(guarded, mode, token):
                pass
            assert refused.group_contains(MCPError) or "401" in repr(refused.value)
    assert status(guarded, json.dumps(INITIALIZE).encode()) == 401
    assert status(guarded, json.dumps(INITIALIZE).encode(), Authorization="Bearer a secret") == 200
    assert status(guarded.replace("/mcp", "/health"), None) == 200


def test_other_hosts_sites_and_floods_are_refused(guarded: str) -> None:
    known = {"Authorization": "Bearer a secret"}
    assert status(guarded, Host="elsewhere.example", **known) == 403
    assert status(guarded, Origin="https://elsewhere.example", **known) == 403
    place = guarded.removeprefix("http://").removesuffix("/mcp")
    with contextlib.closing(http.client.HTTPConnection(place, timeout=60)) as connection:
        head = {"Content-Length": "1100000", "Content-Type": "application/json"}
        connection.request("POST", "/mcp", headers=known | head)  # refused before any of it is sent
        assert connection.getresponse().status == 413


class Endless(BaseHTTPRequestHandler):
    """An OpenAI-style model that writes until nobody reads any more."""

    began = threading.Event()
    left = threading.Event()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        delta = {"index": 0, "delta": {"role": "assistant", "content": "and "}, "finish_reason": None}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}
        try:
            while True:
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.began.set()
                self.left.wait(0.02)
        except OSError:
            self.left.set()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endless() -> Iterator[str]:
    Endless.began, Endless.left = threading.Event(), threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


@pytest.mark.parametrize("transport", ["stdio-auto", "stdio-legacy", "http"])
def test_a_cancelled_request_stops_the_work(samples: Path, endless: str, transport: str) -> None:
    writer = [
        "--config",
        "server",
        "--set",
        f"generator.base_url={endless}",
        "--set",
        "answering.cache=false",
    ]

    async def cancelled(caller: Caller) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(caller.client.call_tool, "ask", {"question": "Who opened the Roof Appeal?"})
            await anyio.to_thread.run_sync(Endless.began.wait, 120)
            tasks.cancel_scope.cancel()

    def stops(caller: Caller) -> None:
        Endless.began, Endless.left = threading.Event(), threading.Event()
        caller.portal.call(cancelled, caller)
        assert Endless.began.is_set()
        wait_until(Endless.left.is_set)
        assert caller.tool("list_documents")["total"] == 8  # and it goes on answering

    if transport != "http":
        mode = transport.removeprefix("stdio-")
        with over_stdio("--library", str(samples), *writer, mode=mode) as caller:
            stops(caller)
        return
    with http_server("--library", str(samples), *writer) as address:
        for mode in ("auto", "legacy"):
            with over_http(address, mode) as caller:
                stops(caller)


def test_a_library_that_is_written_meanwhile_is_read(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "first.txt").write_text("The harbour office opens at nine.\n")
    library = tmp_path / "library"
    ingest(library, notes)
    for number in range(40):
        (notes / f"note{number}.txt").write_text(f"Berth {number} is leased to the boat Marlin {number}.\n")
    with over_stdio("--library", str(library)) as caller:
        command = [sys.executable, "-m", "ui", "ingest", str(notes), "--library", str(library)]
        writing = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seen = set()
        while writing.poll() is None:
            seen.add(caller.tool("list_documents")["total"])
            assert "nine" in caller.tool("ask", question="When does the harbour office open?")["answer"]
        assert writing.returncode == 0
        assert min(seen) < 41
        assert caller.tool("list_documents")["total"] == 41
        found = caller.tool("ask", question="Which boat is berth 39 leased to?")
        assert "Marlin 39" in found["answer"]


def test_what_takes_too_long_is_ended_and_told(samples: Path) -> None:
    settings = ("--set", "serve.request_seconds=0.05", "--set", "answering.cache=false")
    with over_stdio("--library", str(samples), *settings) as caller:
        told = caller.refusal("ask", question="What did the repair of the roof cost?")
        assert told == "not done within 0.05 s (serve.request_seconds): ask for less at once"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--library", "nowhere"], "no library in 'nowhere'"),
        (["--port", "1"], "--host and --port go with --http"),
        (["--library", "nowhere", "--add-from", "not-there"], "not-there"),
    ],
)
def test_a_wrong_start_is_told(tmp_path: Path, arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "ui", "mcp", *arguments]
    path = {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | path, capture_output=True, text=True, check=False
    )
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert said in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_without_the_package_the_extra_is_named() -> None:
    code = "import sys; sys.modules['mcp'] = None; from ui.cli import main; main(['mcp'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip() == "citewell: `citewell mcp` needs a package: pip install 'citewell[mcp]'"
