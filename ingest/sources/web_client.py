"""One GET at a time, within limits: of size, time, redirects, pauses, and what robots.txt allows."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import httpcore
from protego import Protego

from ingest.sources import LONGEST_ADDRESS
from ingest.sources.connecting import CheckedBackend
from rag.errors import DocumentError, DocumentTooLargeError
from rag.settings import SourceSettings
from rag.temporary import TemporaryFolder

__all__ = ["USER_AGENT", "Reply", "WebClient", "clean_address", "unzipped"]

USER_AGENT: Final = "Citewell"
"""The name that a robots.txt calls this program by."""
_PORTS: Final = (80, 443)
_FIRST_FREE_PORT: Final = 1024
_LONGEST_PAUSE: Final = 60.0
_ROBOTS_BYTES: Final = 500_000
"""RFC 9309, 2.5: at least 500 kibibytes are to be read."""
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names are in small letters."""

    status: int
    headers: Mapping[str, str]


def clean_address(address: str) -> str:
    """An address in the one spelling that names its document: no fragment, no default port, in ASCII.

    Raises:
        DocumentError: it is no address of the web, or holds a user, or a port that other services have.
    """
    if len(address) > LONGEST_ADDRESS:  # before it is parsed: that takes its square in time
        raise DocumentError("not an address of the web: it is too long")
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = parts.port
    except ValueError as error:  # UnicodeError, too
        raise DocumentError(f"not an address of the web: {error}") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise DocumentError("not an address of the web: http:// or https://, a host, no user and no password")
    if not all(c.isalnum() or c in "-._:%" for c in host):
        raise DocumentError("not an address of the web: its host holds what no host does")
    standard = 443 if parts.scheme == "https" else 80
    if port is not None and port not in _PORTS and port < _FIRST_FREE_PORT:
        raise DocumentError(f"port {port} belongs to another service than the web: it is not asked")
    host = f"[{host}]" if ":" in host else host
    place = host if port in (None, standard) else f"{host}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return f"{parts.scheme}://{place}{path}{query}"


class WebClient:
    """Asks sites, one request after the other; used by one thread."""

    def __init__(self, settings: SourceSettings, stop: threading.Event) -> None:
        self._settings = settings
        self._stop = stop
        self._backend = CheckedBackend(settings.private_hosts)
        self._pool = httpcore.ConnectionPool(
            max_connections=4, keepalive_expiry=30.0, network_backend=self._backend
        )
        self._robots: dict[str, Protego | str] = {}
        self._next: dict[str, float] = {}

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def get(self, address: str, target: Path, most: int, headers: Mapping[str, str] | None = None) -> Reply:
        """Save what an address gives, after redirects, if the sites' robots.txt let it be asked.

        Args:
            address: As `clean_address` gives it.
            target: Where the body of a reply with status 200 is saved.
            most: The largest body in bytes.
            headers: Sent beside those of every request.

        Raises:
            DocumentTooLargeError: it is larger.
            DocumentError: it cannot be had, or may not be asked for.
        """
        return self._followed(address, target, most, headers or {}, asks=True)

    def _followed(
        self, address: str, target: Path, most: int, headers: Mapping[str, str], asks: bool
    ) -> Reply:
        given = address
        for _ in range(self._settings.redirects + 1):
            if asks:
                self._ask_leave(address)
            reply = self._request(address, target, most, headers)
            if reply.status not in _REDIRECTS or "location" not in reply.headers:
                return reply
            address = self._redirected(address, reply.headers["location"])
            host = urlsplit(address).hostname or ""
            if host != urlsplit(given).hostname and self._backend.is_private(host):
                raise DocumentError(f"{given} is redirected to {host}, a private host: give its own address")
        raise DocumentError(
            f"{given} is redirected more than {self._settings.redirects} times (sources.redirects)"
        )

    def _redirected(self, address: str, location: str) -> str:
        try:
            target = clean_address(urljoin(address, location[: LONGEST_ADDRESS + 1]))
        except (DocumentError, ValueError) as error:
            raise DocumentError(f"{address} is redirected to what is not followed: {error}") from None
        if address.startswith("https:") and target.startswith("http:"):
            raise DocumentError(f"{address} is redirected to {target}, which is not encrypted: not followed")
        return target

    def _request(self, address: str, target: Path, most: int, headers: Mapping[str, str]) -> Reply:
        self._wait(address)
        self._backend.until = time.monotonic() + self._settings.request_seconds
        sent = {
            "Host": urlsplit(address).netloc,
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            **headers,
        }
        try:
            with self._pool.stream("GET", _parsed(address), headers=_encoded(sent)) as got:
                reply = Reply(got.status, _told(got.headers))
                if reply.status == 200:
                    self._save(address, got.iter_stream(), reply.headers, target, most)
            return reply
        except DocumentTooLargeError:
            raise
        except DocumentError as error:
            raise DocumentError(f"{address} is not fetched: {error}") from error
        except httpcore.TimeoutException as error:
            raise DocumentError(
                f"{address} took longer than {self._settings.request_seconds:g} s "
                "(sources.request_seconds): try again later"
            ) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise DocumentError(
                f"{address} cannot be fetched ({error or type(error).__name__}): try again"
            ) from error

    def _save(
        self, address: str, body: Iterator[bytes], headers: Mapping[str, str], target: Path, most: int
    ) -> None:
        coding = headers.get("content-encoding", "identity").lower()
        if coding not in ("identity", "gzip", "x-gzip", ""):
            raise DocumentError(f"it comes packed by {coding[:20]}, which was not asked for")
        pieces = unzipped(body) if "gzip" in coding else body
        with target.open("wb") as file:
            size = 0
            for piece in pieces:
                self._backend.left()
                size += len(piece)
                if size > most:
                    raise DocumentTooLargeError(
                        f"{address} is larger than {most / 1e6:g} MB: it is left out. For a document, raise "
                        "the setting ingest.max_file_megabytes"
                    )
                file.write(piece)

    def _wait(self, address: str) -> None:
        """Let the pause since the last request to the site pass."""
        site = urlsplit(address).netloc
        self._stop.wait(max(0.0, self._next.get(site, 0.0) - time.monotonic()))
        if self._stop.is_set():
            raise DocumentError("stopped")
        rules = self._robots.get(_site(address))
        wanted = rules.crawl_delay(USER_AGENT) if isinstance(rules, Protego) else None
        pause = max(self._settings.delay_seconds, min(wanted or 0.0, _LONGEST_PAUSE))
        self._next[site] = time.monotonic() + pause

    def _ask_leave(self, address: str) -> None:
        site = _site(address)
        if site not in self._robots:
            self._robots[site] = self._read_robots(site)
        rules = self._robots[site]
        if isinstance(rules, str):
            raise DocumentError(f"{address} is not fetched: {rules}")
        if not rules.can_fetch(address, USER_AGENT):
            raise DocumentError(f"{address} is not fetched: robots.txt of the site asks {USER_AGENT} not to")

    def _read_robots(self, site: str) -> Protego | str:
        """The rules of a site, or why there are none to go by (RFC 9309, 2.3.1: then nothing is fetched)."""
        with TemporaryFolder() as folder:
            saved = folder / "robots.txt"
            try:
                reply = self._followed(f"{site}/robots.txt", saved, _ROBOTS_BYTES, {}, asks=False)
                if reply.status >= 500 or reply.status == 429:
                    return f"its robots.txt cannot be read (HTTP {reply.status}): try again later"
            except DocumentTooLargeError:  # what was saved of it counts
                pass
            except DocumentError as error:
                inner = error.__cause__  # that its address is refused says enough
                return str(inner) if isinstance(inner, DocumentError) else f"its robots.txt fails ({error})"
            text = saved.read_bytes() if saved.exists() else b""
        return Protego.parse(text.decode("utf-8", "replace"))


def unzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Gzip unpacked, a megabyte at a time at most, however much a few bytes unpack to.

    Raises:
        DocumentError: it is damaged.
    """
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for piece in pieces:
            while piece and not unpacker.eof:
                yield unpacker.decompress(piece, _PIECE)
                piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise DocumentError(f"what it holds is packed by gzip and damaged ({error})") from error
    if not unpacker.eof:
        raise DocumentError("what it holds is packed by gzip and damaged: it ends too early")


def _parsed(address: str) -> httpcore.URL:
    """The very parts that were checked."""
    parts = urlsplit(address)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return httpcore.URL(
        scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target.encode("ascii")
    )


def _site(address: str) -> str:
    return "://".join(urlsplit(address)[:2])


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """As `_told` reads them: what a server calls its versions need not be ASCII."""
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _told(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
