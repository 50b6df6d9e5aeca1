"""Who may come in, and with how much: checked before any endpoint sees the request."""

from __future__ import annotations

import hmac
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import CitewellError
from rag.settings import ServeSettings
from rag.tracing import caller_of
from ui.api.bodies import number
from ui.api.deadlines import Arriving, too_large
from ui.api.error_responses import UnauthorizedError, error_response
from ui.sites import check_site

__all__ = ["Guard", "TracedCaller", "most_bytes"]

OPEN_PATHS: Final = frozenset({"/health"})
"""What needs no token: a balancer asks whether the server is up, and learns nothing else."""


def most_bytes(settings: ServeSettings) -> int:
    """How much one request may carry."""
    return settings.max_upload_megabytes * 1_000_000


class Guard:
    """Refuses what does not belong here: callers without the token, pages of other sites, floods.

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
            await error_response(error, scope["path"])(scope, receive, send)
            return
        limits = self._settings
        arriving = Arriving(receive, most_bytes(limits), limits.idle_seconds, limits.request_seconds)
        await self._application(scope, arriving, send)

    def _check(self, path: str, headers: Headers) -> None:
        check_site(headers, self._settings.host)
        if self._token is not None and path not in OPEN_PATHS:
            given = headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
                wrong = "this is not the server's token: " if given else ""
                raise UnauthorizedError(f"{wrong}send the token as `Authorization: Bearer TOKEN`")
        if number(headers.get("content-length", "0"), "Content-Length") > most_bytes(self._settings):
            raise too_large(most_bytes(self._settings))


class TracedCaller:
    """Makes the spans of a request part of its caller's trace, as its header `traceparent` says."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        with caller_of(Headers(scope=scope) if scope["type"] == "http" else {}):
            await self._application(scope, receive, send)
