"""A site on this machine, for what is fetched: pages by path, with what was asked of it."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Page", "Site", "serving", "sitemap"]


@dataclass
class Page:
    """What a path gives; with `etag` only 304 to who has it. With `drips` it never ends."""

    body: bytes = b""
    kind: str = "text/html"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    drips: bool = False


@dataclass
class Site:
    address: str
    port: int
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def html(self, path: str, text: str, **more: str) -> str:
        """Put a page in place; returns its address."""
        body = f"<!doctype html><html><body><p>{text}</p></body></html>".encode()
        self.pages[path] = Page(body, **more)
        return self.address + path

    def wanted(self) -> list[str]:
        """What was asked for since the last time, but for robots.txt."""
        asked, self.asked = self.asked, []
        return [path for path in asked if path != "/robots.txt"]


def sitemap(*addresses: str, index: bool = False) -> Page:
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    entries = "".join(f"<{inner}><loc>\n{address}</loc></{inner}>" for address in addresses)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return Page(
        f'<?xml version="1.0"?><{outer} xmlns="{space}">{entries}</{outer}>'.encode(), "application/xml"
    )


@contextlib.contextmanager
def serving(host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.sent.append(dict(self.headers))
            page = site.pages.get(self.path, Page(b"no such page", status=404))
            fresh = page.etag and self.headers.get("If-None-Match") == page.etag
            self.send_response(304 if fresh else page.status)
            if page.kind:
                self.send_header("Content-Type", page.kind)
            if page.etag:
                self.send_header("ETag", page.etag)
            body = b"" if fresh else page.body
            self.send_header("Content-Length", str(10**6 if page.drips else len(body)))
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            while page.drips and not site.closing.is_set():
                with contextlib.suppress(OSError):
                    self.wfile.write(b".")
                time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((host, 0), Handler) as server:
        server.daemon_threads = True
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        site = Site(f"http://{host}:{server.server_port}", server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.closing.set()
            server.shutdown()
            thread.join()
