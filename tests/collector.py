"""A collector of OpenTelemetry spans on this machine, which tests look into."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.waiting import wait_until


@dataclass(frozen=True)
class Got:
    """A span as it came over the wire; `parent` is "" where it has none."""

    name: str
    span_id: str
    parent: str
    trace: str
    start: int
    end: int
    kind: int
    failed: bool
    message: str
    told: dict[str, Any]


@dataclass
class Collector:
    """What was sent to an address."""

    address: str = ""
    raw: list[bytes] = field(default_factory=list)

    @property
    def spans(self) -> list[Got]:
        found = []
        for body in self.raw:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found += [_got(span) for span in scope.spans]
        return found

    def wait(self, count: int) -> list[Got]:
        """All spans, once there are so many."""
        wait_until(lambda: len(self.spans) >= count)
        return self.spans


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens while the block runs."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            collector.raw.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _got(span: Any) -> Got:
    told = {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}
    return Got(
        span.name,
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.trace_id.hex(),
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        span.kind,
        span.status.code == 2,
        span.status.message,
        told,
    )
