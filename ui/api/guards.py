"""Who may come in, and with how much: checked before any endpoint sees the request."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import CitewellError, UsageError
from rag.settings import ServeSettings
from ui.api.bodies import number
from ui.api.deadlines import Arriving, too_large
from ui.api.errors import ForbiddenError, UnauthorizedError, error_response
from ui.listening import LOOPBACK

__all__ = ["Guard", "most_bytes"]

OPEN_PATHS: Final = frozenset({"/health"})
"""What needs no token: a balancer asks whether the server is up, and learns nothing else."""


def most_bytes(settings: ServeSettings) -> int:
    """How much one request may carry."""
    return settings.max_upload_megabytes * 1_000_000


class Guard:
    """Refuses what does not belong here: callers without the token, pages of other sites, floods.

    A web page that somebody has open can send requests to their own machine. Browsers name the page's
    site as `Origin`, and by DNS rebinding a page may call itself by another `Host`; both are refused.

    Args:
        application: What is guarded.
        settings: The token that callers need, if any; the address, which tells whether only names of this
            machine are answered to; how much a request may carry, and how long it may take to arrive.
    """

    def __init__(self, application: ASGIApp, settings: ServeSettings) -> None:
        self._application = application
        self._settings = settings
        self._token = settings.token.get_secret_value() if settings.token is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with the reason why not."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        try:
            self._check(scope["path"], Headers(scope=scope))
        except CitewellError as error:
            await error_response(error)(scope, receive, send)
            return
        limits = self._settings
        arriving = Arriving(receive, most_bytes(limits), limits.idle_seconds, limits.request_seconds)
        await self._application(scope, arriving, send)

    def _check(self, path: str, headers: Headers) -> None:
        host = headers.get("host", "")
        place = _split(f"//{host}", "Host")
        if self._settings.host in LOOPBACK and (place.hostname or "") not in LOOPBACK:
            raise ForbiddenError(f"this server answers to 127.0.0.1 and localhost only, not to {host!r}")
        origin = headers.get("origin")
        if origin is not None and _split(origin, "Origin").netloc != host:
            raise ForbiddenError(f"pages of {origin!r} may not use this library")
        if self._token is not None and path not in OPEN_PATHS:
            given = headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
                raise UnauthorizedError("send the token as `Authorization: Bearer TOKEN`")
        if number(headers.get("content-length", "0"), "Content-Length") > most_bytes(self._settings):
            raise too_large(most_bytes(self._settings))


def _split(address: str, header: str) -> SplitResult:
    """The parts of an address of nothing but a name and a port.

    Raises:
        UsageError: it is none; `[::1]evil.example` and `evil@127.0.0.1` are not either.
    """
    try:
        parts = urlsplit(address)
        name, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f"the header {header} holds no address: {error}") from None
    whole = f"[{name}]" if ":" in name else name
    if parts.netloc.lower() != (whole if port is None else f"{whole}:{port}"):
        raise UsageError(f"the header {header} holds no address of a machine: {address[:80]!r}")
    return parts
