import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rag.library import Library
from rag.settings import load_settings
from tests.ui.app.sample import html
from ui.app.session_options import OWN, QUOTES, WRITTEN, AskingOptions, offered_presets
from ui.app.shared import Shared

ROOF = "How much did the boathouse roof repair cost?"


def _settings(**overrides):
    return load_settings(overrides=overrides, environment={})


def test_nothing_chosen_is_the_settings_as_they_are():
    own = _settings()
    assert AskingOptions().settings(own) == own


def test_figures_stand_over_the_preset_and_touch_nothing_else():
    own = _settings(ui={"password": "x"}, library="here")
    options = AskingOptions(WRITTEN, top_k=3, abstain_below=0.0, temperature=0.7, seed=5)
    changed = options.settings(own)
    assert changed.generator.writes
    assert (changed.generator.temperature, changed.generator.seed) == (0.7, 5)
    assert (changed.retrieval.top_k, changed.answering.abstain_below) == (3, 0.0)
    assert (changed.library, changed.ui, changed.embedder) == (own.library, own.ui, own.embedder)
    assert changed.generator.top_p == own.generator.top_p


def test_a_session_cannot_send_what_the_settings_keep_here():
    assert offered_presets(_settings()) == [OWN, WRITTEN]
    remote = {"provider": "openai", "base_url": "http://127.0.0.1:8000/v1", "writes": True}
    assert set(offered_presets(_settings(generator=remote))) == {OWN, QUOTES, "default", "server"}
    assert WRITTEN not in offered_presets(_settings(generator={"provider": "none"}))


def test_a_preset_is_offered_only_where_its_model_lies_on_this_machine(tmp_path, monkeypatch):
    small = load_settings("cpu-writer", environment={}).generator.model
    monkeypatch.chdir(tmp_path)
    assert "cpu-writer" not in offered_presets(_settings())
    (tmp_path / small).write_bytes(b"GGUF")
    assert "cpu-writer" in offered_presets(_settings())


def test_other_ways_of_asking_share_the_store_and_the_models(library_path):
    own = Library.open(library_path)
    shared = Shared(own)
    other = shared.asked_under(AskingOptions(top_k=2).settings(own.settings))
    assert other.store is own.store
    assert other.embedder is own.embedder
    assert shared.asked_under(AskingOptions(top_k=2).settings(own.settings)) is other
    assert shared.asked_under(own.settings) is own
    for count in range(3, 10):
        shared.asked_under(AskingOptions(top_k=count).settings(own.settings))
    assert len(shared._others) == 4
    own.close()


SENTENCE = "The boathouse roof repair cost 18,750 crowns."


class _Server(BaseHTTPRequestHandler):
    """Lists one model, as vLLM does, and writes one sentence."""

    def do_GET(self):
        entry = {"id": "small-writer", "object": "model", "max_model_len": 4096}
        self._tell({"object": "list", "data": [entry]}, 200 if self.path == "/v1/models" else 404)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        choice = {"index": 0, "delta": {"role": "assistant", "content": SENTENCE}, "finish_reason": "stop"}
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "m",
            "choices": [choice],
        }
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode())

    def _tell(self, body, status):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


@pytest.mark.enable_socket
def test_a_model_found_on_this_machine_writes_for_the_session(app, library_path, monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ports = {"vLLM": server.server_port}
        monkeypatch.setattr("rag.models.found_models.USUAL_PORTS", ports)
        app.run().button(key="find-models").click().run()
        chosen = f"vLLM http://127.0.0.1:{server.server_port}/v1 small-writer"
        assert "small-writer (vLLM)" in app.selectbox(key="option-preset").options
        app.selectbox(key="option-preset").set_value(chosen).run()
        assert any(str(server.server_port) in caption.value for caption in app.caption)
        app.chat_input[0].set_value(ROOF).run()
        server.shutdown()
    assert not app.exception
    assert SENTENCE in html(app)
    with Library.open(library_path) as library:
        (run,) = library.runs()
    assert (run.settings["generator"]["model"], run.answer["model"]) == ("small-writer", "small-writer")
    app.button(key="options-reset").click().run()
    assert app.selectbox(key="option-preset").value == OWN


@pytest.mark.parametrize("again", ["reload", "reset"])
def test_options_hold_for_the_session_and_can_be_taken_back(app, library_path, again):
    app.run().number_input(key="option-top_k").set_value(1).run()
    app.chat_input[0].set_value(ROOF).run()
    with Library.open(library_path) as library:
        (run,) = library.runs()
        assert run.settings["retrieval"]["top_k"] == 1
        other = type(app).from_file(app._script_path, default_timeout=60) if again == "reload" else app
        if again == "reset":
            app.button(key="options-reset").click().run()
        other.run().chat_input[0].set_value("How is the cabinet painted?").run()
        assert library.runs()[0].settings["retrieval"]["top_k"] == library.settings.retrieval.top_k
    assert not other.exception
    assert "vermilion" in html(other)
