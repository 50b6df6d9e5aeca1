from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import traceback
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from rag.errors import ConfigurationError, EndpointError
from rag.models import build_generator
from rag.models.endpoint_errors import environment_key, hide_key
from rag.settings import Settings, load_settings
from tests.waiting import wait_until

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SECRET = "sk-very-secret-key"


def endpoint(base_url: str | None, model: str = "m", **values: object) -> BaseChatModel:
    generator = {"provider": "openai", "model": model, "base_url": base_url, "retries": 0, **values}
    built = build_generator(Settings.model_validate({"generator": generator}))
    assert built is not None
    return built


@pytest.fixture(autouse=True)
def no_key_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tiny_chat_model: Path) -> Iterator[str]:
    """The OpenAI-style server of transformers with the tiny model."""
    pytest.importorskip("fastapi", reason="`transformers serve` needs fastapi")
    port = free_port()
    program = Path(sys.executable).with_name("transformers")
    process = subprocess.Popen(
        [program, "serve", tiny_chat_model, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    def answers() -> bool:
        assert process.poll() is None, "the server did not start"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except OSError:
            return False

    wait_until(answers, tries=1_000, pause=0.2)


@pytest.mark.server
@pytest.mark.slow
def test_a_real_server_writes_what_the_local_model_writes(server: str, tiny_chat_model: Path) -> None:
    local = build_generator(
        Settings.model_validate({"generator": {"model": str(tiny_chat_model), "device": "cpu"}})
    )
    assert local is not None
    question = "when did the museum open ?"
    remote = endpoint(server, str(tiny_chat_model), max_new_tokens=20)
    expected = local.invoke(question, max_new_tokens=20).text
    assert remote.invoke(question).text.strip() == expected.strip()
    chunks = list(remote.stream(question))
    assert "".join(chunk.text for chunk in chunks).strip() == expected.strip()
    assert len([chunk for chunk in chunks if chunk.text]) > 1
    assert sum(chunk.usage_metadata["output_tokens"] for chunk in chunks if chunk.usage_metadata) > 1

    stop = threading.Event()
    stop.set()
    cut = remote.invoke(question, stop_event=stop)
    assert len(cut.text) < len(expected)


@pytest.mark.server
@pytest.mark.slow
def test_what_a_real_server_refuses_is_said_in_its_words(server: str, tiny_chat_model: Path) -> None:
    with pytest.raises(EndpointError, match=r"HTTP 400.*other-model"):
        endpoint(server, "other-model").invoke("who ?")
    with pytest.raises(EndpointError, match=r"HTTP 404.*base_url"):
        endpoint(server.removesuffix("/v1") + "/wrong", str(tiny_chat_model)).invoke("who ?")


class Odd(BaseHTTPRequestHandler):
    """Answers as the first word of its path says: in part, never, or with a web page."""

    def do_POST(self) -> None:
        kind = self.path.split("/")[1]
        if kind == "page":
            self._send("text/html", "<html>hello</html>")
        elif kind == "cut":
            self._send("text/event-stream", self._piece("The library opens"))
        else:
            time.sleep(20)

    def _piece(self, text: str) -> str:
        choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
        chunk = {
            "id": "x",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
        }
        return f"data: {json.dumps(chunk)}\n\n"

    def _send(self, kind: str, body: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def odd() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Odd) as http:
        http.daemon_threads = True
        http.block_on_close = False
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


def test_an_answer_that_breaks_off_is_not_taken_for_whole(odd: str) -> None:
    stream = endpoint(f"{odd}/cut/v1").stream("who ?")
    assert next(stream).text == "The library opens"
    with pytest.raises(EndpointError, match="broke off before its end"):
        list(stream)


@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_a_page_is_no_answer(odd: str, way: str) -> None:
    model = endpoint(f"{odd}/page/v1")
    with pytest.raises(EndpointError, match=r"something else than a chat completion|broke off"):
        model.invoke("who ?") if way == "invoke" else list(model.stream("who ?"))


def test_a_stop_need_not_wait_for_the_server(odd: str) -> None:
    told = threading.Event()
    threading.Timer(0.3, told.set).start()
    assert "".join(c.text for c in endpoint(f"{odd}/never/v1").stream("who ?", stop_event=told)) == ""


def test_a_provider_may_stand_before_the_model() -> None:
    def named(**generator: object) -> tuple[str, str]:
        read = Settings.model_validate({"generator": generator}).generator
        return read.provider, read.model

    assert named(provider="local", model="openai:gpt-4o") == ("openai", "gpt-4o")
    assert named(model="ollama:llama3.2:1b") == ("ollama", "llama3.2:1b")
    assert named(provider="openai", model="qwen2.5:7b") == ("openai", "qwen2.5:7b")
    assert named(model="packaged:SmolLM2-135M-Instruct") == ("local", "packaged:SmolLM2-135M-Instruct")
    assert named(model="C:/models/one") == ("local", "C:/models/one")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("127.0.0.1:8000/v1", "begins with http"),
        (f"http://user:{SECRET}@127.0.0.1/v1", "holds no key"),
        (f"http://127.0.0.1/v1?api_key={SECRET}", "holds no key"),
    ],
)
def test_an_address_is_one_and_holds_no_key(address: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        endpoint(address)
    assert SECRET not in str(caught.value)
    with pytest.raises(ConfigurationError, match=says) as told:
        load_settings(overrides={"generator": {"base_url": address}}, environment={})
    assert SECRET not in str(told.value)


def test_a_key_with_a_line_break_serves_and_no_other_character(
    refusing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given in ({"api_key": SECRET + "\n"}, {}):
        monkeypatch.setenv("OPENAI_API_KEY", SECRET + "\n")
        with pytest.raises(EndpointError, match=r"HTTP 500.*Bearer \(hidden\)"):
            endpoint(f"{refusing}/500/v1", **given).invoke("who ?")
    with pytest.raises(ConfigurationError, match="copy it again") as caught:
        endpoint(f"{refusing}/500/v1", api_key="sk-ключ")
    assert "ключ" not in str(caught.value)


def test_secrets_of_other_variables_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", SECRET)
    settings = Settings.model_validate({"generator": {"provider": "mistralai"}}).generator
    assert SECRET not in hide_key(f"no: {SECRET}", settings)
    assert environment_key("mistralai") == "MISTRAL_API_KEY"


class Refusing(BaseHTTPRequestHandler):
    """Answers any question with the status in its path (`/401/…`); `/0/…` never answers."""

    def do_POST(self) -> None:
        status = int(self.path.split("/")[1])
        if status == 0:
            time.sleep(3)
            return
        body = json.dumps({"error": {"message": f"no: {self.headers['Authorization']}"}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "refused the key .*CITEWELL_GENERATOR__API_KEY or OPENAI_API_KEY"),
        (403, "refused the key"),
        (404, "knows no model 'm'"),
        (429, "wait"),
        (500, r"failed \(HTTP 500\): .*\(hidden\)"),
        (0, "did not answer within 0.5 s"),
    ],
)
@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_errors_are_plain_and_never_show_the_key(refusing: str, status: int, says: str, way: str) -> None:
    model = endpoint(f"{refusing}/{status}/v1", api_key=SECRET, timeout_seconds=0.5)
    with pytest.raises(EndpointError, match=says) as caught:
        model.invoke("who ?") if way == "invoke" else list(model.stream("who ?"))
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_key_from_the_environment_is_hidden_as_well(refusing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with pytest.raises(EndpointError, match=r"\(hidden\)") as caught:
        endpoint(f"{refusing}/500/v1").invoke("who ?")
    assert SECRET not in str(caught.value)


def test_no_server_is_no_connection() -> None:
    with pytest.raises(EndpointError, match=r"no connection to the openai endpoint http://127\.0\.0\.1"):
        endpoint(f"http://127.0.0.1:{free_port()}/v1").invoke("who ?")


def test_the_key_is_in_no_text_form_of_the_model() -> None:
    model = endpoint("http://127.0.0.1:9/v1", api_key=SECRET)
    assert SECRET not in f"{model!r} {model} {model._identifying_params} {model.model_dump()}"


def test_a_missing_key_says_where_to_give_it() -> None:
    with pytest.raises(ConfigurationError, match="CITEWELL_GENERATOR__API_KEY or OPENAI_API_KEY"):
        endpoint(None)


def test_an_unknown_provider_and_a_missing_package_are_configuration_errors() -> None:
    with pytest.raises(ConfigurationError, match=r"no provider 'nosuch' .*llama_cpp.*anthropic"):
        endpoint(None, provider="nosuch")
    with pytest.raises(ConfigurationError, match="pip install"):
        endpoint(None, provider="cohere", api_key=SECRET)


def test_provider_none_is_no_generator() -> None:
    assert build_generator(Settings.model_validate({"generator": {"provider": "none"}})) is None
