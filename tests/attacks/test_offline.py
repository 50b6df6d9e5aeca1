"""Offline nothing leaves: with every variable set that would have a library report, a sink hears nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag.models.devices import no_proxy_to_this_machine, no_telemetry, no_tracers
from tests.browser.endpoint import slow_endpoint

ROOT = Path(__file__).resolve().parents[2]
SECRET = "xylograph"
"""A word of question and document that must not be heard anywhere."""

PROGRAM = f"""
import sys
from pathlib import Path
from langchain_core.language_models import FakeListChatModel
from ingest import ingest_paths
from rag import Library
from rag.settings import load_settings

settings = load_settings(
    overrides={{"library": sys.argv[1], "offline": sys.argv[2] == "offline", "ingest": {{"workers": 1}}}}
)
note = Path(sys.argv[1] + ".txt")
note.write_text("The {SECRET} of the harbour was cut in 1892 by Ines Okafor.\\n")
question = "Who cut the {SECRET} of the harbour?"
writer = FakeListChatModel(responses=["Ines Okafor cut the {SECRET} of the harbour in 1892."])
with Library.open(settings=settings, generator=writer) as library:
    list(ingest_paths([note], library.store, library.embedder, library.settings))
    answer = library.ask(question)
    assert "Okafor" in answer.text, answer
    assert library.as_runnable().invoke(question)["answer"]
    assert library.as_retriever().invoke(question)
    chain = library.as_retriever() | (lambda documents: len(documents))
    assert chain.invoke(question)
    assert [*library.ask_stream(question, history=())]
    assert library.run(answer.run_id).prompt
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


LOCAL_MODEL = f"""
import sys
from pathlib import Path
from ingest import ingest_paths
from rag import Library
from rag.settings import load_settings

generator = {{"provider": "openai", "model": "slow", "base_url": sys.argv[2], "retries": 0}}
settings = load_settings(
    "server", overrides={{"library": sys.argv[1], "generator": generator, "ingest": {{"workers": 1}}}}
)
note = Path(sys.argv[1] + ".txt")
note.write_text("The {SECRET} of the harbour was cut in 1892 by Ines Okafor.\\n")
with Library.open(settings=settings) as library:
    list(ingest_paths([note], library.store, library.embedder, library.settings))
    library.ask("Who cut the {SECRET} of the harbour?")
"""


class Sink(BaseHTTPRequestHandler):
    """Takes whatever it is sent, and remembers it."""

    heard: list[str]

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._hear
        raise AttributeError(name)

    def _hear(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.heard.append(f"{self.command} {self.path} {body!r}")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def sink(socket_enabled: None) -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and what was sent there."""
    heard: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Heard", (Sink,), {"heard": heard})) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
        server.shutdown()


def asked_for(address: str) -> dict[str, str]:
    """An environment in which every tracer and reporter is told to send to an address, as are all proxies."""
    told = {
        key: value for key, value in os.environ.items() if not key.startswith(("HF_", "LANG", "TRANSFORM"))
    }
    for prefix in ("LANGSMITH", "LANGCHAIN"):
        told |= {f"{prefix}_{name}": "true" for name in ("TRACING", "TRACING_V2", "OTEL_ENABLED")}
        told |= {f"{prefix}_ENDPOINT": address, f"{prefix}_API_KEY": "lsv2_key", f"{prefix}_PROJECT": "p"}
    told |= {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "HF_ENDPOINT": address, "HF_HUB_DISABLE_TELEMETRY": "0"}
    told |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), address)
    return {**told, "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(ROOT), "HF_HUB_DISABLE_TELEMETRY": "0"}


def run(mode: str, folder: Path, address: str) -> None:
    environment = asked_for(address)
    if mode == "online":  # LangSmith alone is asked for: the exporter of OpenTelemetry is not installed
        environment = {name: value for name, value in environment.items() if "OTEL" not in name}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder / "library"), mode],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )
    assert done.returncode == 0, done.stderr


def test_offline_nothing_is_sent_though_all_is_asked_for(sink: tuple[str, list[str]], tmp_path: Path) -> None:
    address, heard = sink
    run("offline", tmp_path, address)
    assert heard == []


@pytest.mark.slow
def test_the_sink_would_hear_a_tracer(sink: tuple[str, list[str]], tmp_path: Path) -> None:
    """Where `offline` is false the environment is followed: so the test above can fail."""
    address, heard = sink
    run("online", tmp_path, address)
    assert any("/runs" in line for line in heard)


@pytest.mark.server
def test_no_face_sends_a_packet_that_wants_to_leave(tmp_path: Path) -> None:
    apart = ["unshare", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], check=False).returncode:
        pytest.skip("a network apart cannot be made here (unshare of util-linux, as root)")
    done = subprocess.run(
        [*apart, sys.executable, "-m", "tests.attacks.leaving", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"heard": [], "without a way": 0}


@pytest.mark.slow
def test_no_proxy_reads_what_a_model_on_this_machine_is_asked(
    sink: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, heard = sink
    environment = {**asked_for(address), "OPENAI_PROXY": address, "no_proxy": "example.com"}
    del environment["NO_PROXY"]
    with slow_endpoint(["Ines", "Okafor", "cut", "it."], 0.0) as model:
        command = [sys.executable, "-c", LOCAL_MODEL, str(tmp_path / "library"), model.base_url]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=250
        )
        assert done.returncode == 0, done.stderr
        assert model.asked
    assert heard == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, {"no_proxy": "127.0.0.1,::1,localhost"}),
        ({"NO_PROXY": "a.example"}, {"NO_PROXY": "a.example,127.0.0.1,::1,localhost"}),
        ({"no_proxy": "localhost,"}, {"no_proxy": "localhost,127.0.0.1,::1"}),
    ],
)
def test_other_hosts_without_a_proxy_stay(given: dict[str, str], kept: dict[str, str]) -> None:
    environment = dict(given)
    for _ in range(2):
        no_proxy_to_this_machine(environment)
    assert environment == kept


@pytest.mark.parametrize(
    "name",
    [
        "LANGSMITH_TRACING",
        "LANGSMITH_TRACING_V2",
        "LANGCHAIN_TRACING",
        "LANGCHAIN_TRACING_V2",
        "LANGCHAIN_HANDLER",
        "LANGCHAIN_WANDB_TRACING",
        "LANGCHAIN_COMET_TRACING",
        "LANGSMITH_OTEL_ENABLED",
    ],
)
def test_every_switch_of_a_tracer_is_taken_out_and_told(name: str, caplog: pytest.LogCaptureFixture) -> None:
    environment = {name: "true", "LANGCHAIN_PROJECT": "mine", "HF_HUB_DISABLE_TELEMETRY": "0"}
    no_tracers(environment)
    no_telemetry(environment)
    assert name not in environment
    assert environment["LANGCHAIN_PROJECT"] == "mine"
    assert environment["HF_HUB_DISABLE_TELEMETRY"] == environment["DO_NOT_TRACK"] == "1"
    assert name in caplog.text


def test_a_tracer_that_was_looked_up_before_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    from langsmith.utils import get_env_var, tracing_is_enabled

    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    get_env_var.cache_clear()
    assert tracing_is_enabled()
    no_tracers()
    assert not tracing_is_enabled()
