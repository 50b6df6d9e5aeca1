"""An OpenAI-style endpoint that writes one sentence, a word at a time, as slowly as a test wants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

__all__ = ["SlowEndpoint", "slow_endpoint"]


class SlowEndpoint(NamedTuple):
    """The address for `base_url`; an entry for each question that came, and each reader who hung up."""

    base_url: str
    asked: list[bool]
    hung_up: list[bool]


@contextmanager
def slow_endpoint(words: list[str], seconds: float) -> Iterator[SlowEndpoint]:
    """Serve until the block ends."""
    asked: list[bool] = []
    hung_up: list[bool] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(True)
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                for word in words:
                    self._tell({"role": "assistant", "content": f"{word} "})
                    time.sleep(seconds)
                self._tell({}, "stop")
                self.wfile.write(b"data: [DONE]\n\n")
            except OSError:
                hung_up.append(True)

        def _tell(self, delta: dict[str, str], finish: str | None = None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            event = {
                "id": "1",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": "slow",
                "choices": [choice],
            }
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield SlowEndpoint(f"http://127.0.0.1:{server.server_address[1]}/v1", asked, hung_up)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
