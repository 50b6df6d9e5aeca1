"""Real servers in processes of their own, and the SDK's client, which tests speak with as with a function."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp_types import CallToolResult, TextContent

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "data" / "samples" / "documents"


class Caller:
    """The SDK's client, called from a test that is no coroutine; what a tool finds comes as a dict."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self.portal = portal
        self.client = client

    def __call__(self, name: str, *arguments: Any, **named: Any) -> Any:
        """One method of the client, such as `list_tools`."""
        return self.portal.call(partial(getattr(self.client, name), *arguments, **named))

    def result(self, tool: str, **arguments: Any) -> CallToolResult:
        return self("call_tool", tool, arguments)

    def tool(self, name: str, **arguments: Any) -> dict[str, Any]:
        result = self.result(name, **arguments)
        assert not result.is_error, result.content
        told: dict[str, Any] = result.structured_content
        return told

    def refusal(self, tool: str, **arguments: Any) -> str:
        result = self.result(tool, **arguments)
        assert result.is_error
        (content,) = result.content
        assert isinstance(content, TextContent)
        return content.text


@contextlib.contextmanager
def over_stdio(*arguments: str, mode: str = "auto", **environment: str) -> Iterator[Caller]:
    command = ["-m", "ui", "mcp", *arguments]
    server = StdioServerParameters(command=sys.executable, args=command, cwd=ROOT, env=environment)
    with start_blocking_portal() as portal:
        client = Client(server, mode=mode)
        with portal.wrap_async_context_manager(client):
            yield Caller(portal, client)


@contextlib.contextmanager
def http_server(*arguments: str, **environment: str) -> Iterator[str]:
    """The address of a server that listens for HTTP."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ui", "mcp", "--http", "--port", "0", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/mcp", process.stdout.readline())
        assert address is not None
        yield address[0]
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextlib.contextmanager
def over_http(
    address: str, mode: str = "auto", token: str = "", headers: dict[str, str] | None = None
) -> Iterator[Caller]:
    headers = {"Authorization": f"Bearer {token}"} if token else headers
    with start_blocking_portal() as portal:
        http = create_mcp_http_client(headers=headers)
        client = Client(streamable_http_client(address, http_client=http), mode=mode)
        with portal.wrap_async_context_manager(http), portal.wrap_async_context_manager(client):
            yield Caller(portal, client)


def ingest(library: Path, *paths: Path) -> None:
    command = [sys.executable, "-m", "ui", "ingest", *map(str, paths), "--library", str(library), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the sample documents."""
    library = tmp_path_factory.mktemp("mcp") / "library"
    ingest(library, SAMPLES)
    return library


@pytest.fixture(scope="session")
def address(samples: Path) -> Iterator[str]:
    with http_server("--library", str(samples)) as address:
        yield address


@pytest.fixture(scope="session", params=["stdio", "http"])
def assistant(request: pytest.FixtureRequest) -> Iterator[Caller]:
    """A client of the sample library: by stdio in the newest protocol, by HTTP in that with `initialize`."""
    if request.param == "stdio":
        with over_stdio("--library", str(request.getfixturevalue("samples"))) as caller:
            yield caller
    else:
        with over_http(request.getfixturevalue("address"), "legacy") as caller:
            yield caller
