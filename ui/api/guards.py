"""Who may come in, and with how much: checked before any endpoint sees the request."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.settings import ServeSettings
from ui.api.errors import ForbiddenError, RequestTooLargeError, UnauthorizedError, error_response
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
        token: What `Authorization: Bearer` has to carry; None lets everybody in.
        only_local: Whether only names of this machine are answered to.
        most_bytes: How much one request may carry.
    """

    def __init__(self, application: ASGIApp, token: str | None, only_local: bool, most_bytes: int) -> None:
        self._application = application
        self._token = token
        self._only_local = only_local
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with the reason why not."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        try:
            self._check(scope["path"], Headers(scope=scope))
        except (ForbiddenError, RequestTooLargeError, UnauthorizedError) as error:
            await error_response(error)(scope, receive, send)
            return
        await self._application(scope, _Counted(receive, self._most_bytes), send)

    def _check(self, path: str, headers: Headers) -> None:
        host = headers.get("host", "")
        if self._only_local and _name(host) not in LOOPBACK:
            raise ForbiddenError(f"this server answers to 127.0.0.1 and localhost only, not to {host!r}")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            raise ForbiddenError(f"pages of {origin!r} may not use this library")
        if self._token is not None and path not in OPEN_PATHS:
            given = headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
                raise UnauthorizedError("send the token as `Authorization: Bearer TOKEN`")
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._most_bytes:
            raise _too_large(self._most_bytes)


class _Counted:
    """The body of a request as it arrives; too much of it is an error, however long it said to be."""

    def __init__(self, receive: Receive, most_bytes: int) -> None:
        self._receive = receive
        self._most_bytes = most_bytes
        self._received = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self._most_bytes:
                raise _too_large(self._most_bytes)
        return message


def _name(host: str) -> str:
    return (urlsplit(f"//{host}").hostname or "").lower()


def _too_large(most_bytes: int) -> RequestTooLargeError:
    return RequestTooLargeError(
        f"a request may carry {most_bytes / 1e6:.0f} MB: raise serve.max_upload_megabytes, "
        "or use `citewell ingest` where the files lie"
    )
