"""docs/tracing.md: its commands send spans, its request is part of its caller's trace, its table is whole."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.collector import Collector, collecting
from tests.ui.mcp.conftest import http_server, over_http

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tracing.md").read_text("utf-8")
INGEST, SERVE, REQUEST = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
ADDRESS = "http://127.0.0.1:4318"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traced")
    (folder / "documents").mkdir()
    (folder / "documents" / "minutes.txt").write_text("Ines Okafor wrote the minutes of March.")
    return folder


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def ingested(folder: Path, collector: Collector) -> None:
    _, command = INGEST.splitlines()
    words = shlex.split(command.replace(ADDRESS, collector.address))
    subprocess.run([*program(words)], cwd=folder, env=environment(), check=True, capture_output=True)


def program(words: list[str]) -> list[str]:
    assert words[0] == "citewell"
    return [sys.executable, "-m", "ui", *words[1:]]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def variables(collector: Collector) -> dict[str, str]:
    told = re.findall(r"^export (\w+)=(\S+)$", SERVE, re.MULTILINE)
    assert len(told) == 3
    return {name: value.replace(ADDRESS, collector.address) for name, value in told}


def test_the_command_sends_its_spans_before_it_ends(ingested: None, collector: Collector) -> None:
    names = [span.name for span in collector.spans]
    assert names == ["ingest", "parse", "chunk", "embeddings packaged:all-MiniLM-L6-v2", "write"]


def test_a_request_is_part_of_its_callers_trace(ingested: None, folder: Path, collector: Collector) -> None:
    collector.raw.clear()
    command = program([*shlex.split(SERVE.splitlines()[-1]), "--port", "0"])
    serving = subprocess.Popen(
        command, cwd=folder, env=environment(**variables(collector)), stdout=subprocess.PIPE, text=True
    )
    try:
        assert serving.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+", serving.stdout.readline())
        assert address is not None
        words = shlex.split(REQUEST.replace("\\\n", " "))
        headers = dict(value.split(": ", 1) for flag, value in pairwise(words) if flag == "-H")
        url = words[1].replace("http://127.0.0.1:8502", address[0])
        for body in (json.loads(words[-1]), {**json.loads(words[-1]), "stream": True, "use_cache": False}):
            request = urllib.request.Request(url, json.dumps(body).encode(), headers)
            with urllib.request.urlopen(request, timeout=120) as response:
                assert b"Ines Okafor" in response.read()
        asked = [span for span in collector.wait(8) if span.name == "invoke_workflow ask"]
    finally:
        serving.terminate()
        serving.communicate(timeout=30)
    _, trace, caller, _ = headers["traceparent"].split("-")
    assert {(span.trace, span.parent) for span in asked} == {(trace, caller)}
    assert len(asked) == 2
    assert all(span.trace == trace for span in collector.spans)
    assert b"handbook" in collector.raw[0]
    names = {
        name
        for cell in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
        for name in re.findall(r"`(\w+)", cell)
    }
    assert {span.name.split()[0] for span in collector.spans} <= names
    told = {key for span in collector.spans for key in span.told}
    assert [key for key in sorted(told) if key not in PAGE and key != "gen_ai.workflow.name"] == []


def test_so_is_a_tool_that_an_assistant_calls_over_http(
    ingested: None, folder: Path, collector: Collector
) -> None:
    collector.raw.clear()
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    library = str(folder / "citewell-library")
    with (
        http_server("--library", library, CITEWELL_TRACING__ENDPOINT=collector.address) as address,
        over_http(address, headers={"traceparent": caller}) as assistant,
    ):
        assistant.tool("search", question="Who wrote the minutes?")
        (found,) = collector.wait(1)
    assert (found.trace, found.parent) == tuple(caller.split("-")[1:3])
