"""Hosted models, by exchanges in the form that their providers document: the text, the tokens, the key."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from rag.library import Library
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TEXT = "The mill by the weir was built in 1884. The miller sold flour to the bakers of the town."
WORDS = ("The mill by the weir ", "was built in 1884.")
KEY = "secret-of-a-test"


def usage(written: int) -> dict[str, int]:
    return {"prompt_tokens": 300, "completion_tokens": written, "total_tokens": 300 + written}


def chunk(model: str, text: str, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    told = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}
    return {**told, **more}


def ended(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    events[-1]["choices"][0]["finish_reason"] = "stop"
    return events


# Gemini tells tokens with the last chunk; Perplexity all so far with each, beside the pages that it read.
PAGES = {"citations": ["https://example.org/1"], "search_results": [{"title": "A page", "url": "x"}]}
EXCHANGES = {
    "/v1beta/openai/chat/completions": ended(
        [chunk("gemini-2.0-flash", WORDS[0]), chunk("gemini-2.0-flash", WORDS[1], usage=usage(12))]
    ),
    "/chat/completions": ended(
        [chunk("sonar", word, usage=usage(6 * n), **PAGES) for n, word in enumerate(WORDS, 1)]
    ),
}


class Provider(BaseHTTPRequestHandler):
    keys: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.keys.append(self.headers["Authorization"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for event in EXCHANGES[self.path]:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "model"), [("/v1beta/openai/", "gemini-2.0-flash"), ("", "sonar")], ids=["gemini", "perplexity"]
)
def test_a_hosted_model_writes_and_its_tokens_are_counted_once(
    store: Store, embedder: HashingEmbedder, provider: str, path: str, model: str
) -> None:
    add_to_store(store, document(TEXT, "mill.txt"), embedder)
    generator = {"base_url": provider + path, "model": model, "api_key": SecretStr(KEY)}
    overrides = {"generator": generator, "answering": {"abstain_below": 0.0}}
    library = Library(store, load_settings("server", overrides, environment={}), embedder)
    answer = library.ask("When was the mill by the weir built?")
    assert [(s.text, s.citations) for s in answer.sentences] == [("".join(WORDS), (1,))]
    assert answer.model == model
    run = library.run(answer.run_id)
    assert run.tokens == {"input": 300, "output": 12}
    assert KEY not in json.dumps(run.settings)
    assert Provider.keys[-1] == f"Bearer {KEY}"
