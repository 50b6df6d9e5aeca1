"""What stands before Streamlit: no foreign page, no upload before the password, no frame, no script."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from rag.errors import CitewellError
from rag.settings import UiSettings
from ui.app.door import Door
from ui.app.messages import only_asked_by_pages
from ui.app.people import new_cookie, tells_people_apart
from ui.app.strangers import Strangers, sent_away_page
from ui.app.texts import language_of
from ui.sites import check_site
from ui.uploads import names_are_text

__all__ = ["AppGuard", "content_policy"]

_ENGLISH: Final = b'<html lang="en">'
_UPLOADS: Final = "/_stcore/upload_file/"
_INLINE: Final = re.compile(rb"<script>([^<]*)</script>")
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class AppGuard:
    """Goes before all that Streamlit serves.

    Streamlit takes uploads of every session that is open, and a session opens before anybody signed in;
    it is framed and steered (`postMessage`) by pages of other sites; it asks a service of the outside
    for this machine's address when a page of another site connects; and any session may clear what all
    share (`messages`). Sessions before anybody signed in are bounded (`strangers`).

    Args:
        application: Streamlit's application.
        settings: Whether somebody has to sign in; how many uploads may wait in memory, all together.
        door: Who has.
        waiting: Bytes of the uploads that Streamlit holds now.
        policy: The Content-Security-Policy of every answer.
        origins: Pages of other sites that may use the app all the same.
        patience: Seconds for which the next piece of an upload is waited for.
        forget: Lets go of what Streamlit keeps of sessions that went without having signed in.
    """

    def __init__(
        self,
        application: ASGIApp,
        settings: UiSettings,
        door: Door,
        waiting: Callable[[], int],
        policy: str,
        origins: Callable[[], Collection[str]] = tuple,
        patience: float = 30.0,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self._application = application
        self._settings = settings
        self._door = door
        self._waiting = waiting
        self._headers = {**_HEADERS, "Content-Security-Policy": policy}
        self._origins = origins
        self._patience = patience
        self._arriving = 0
        self._is_locked = settings.password is not None or settings.oidc
        self._tells_people_apart = tells_people_apart(settings)
        self._strangers = Strangers(door, settings.max_strangers, settings.stranger_seconds, forget)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with bounds, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        send = self._guarded(scope, send)
        try:
            check_site(Headers(scope=scope), self._settings.host, self._origins())
        except CitewellError as error:
            refusal = PlainTextResponse(str(error), 403) if scope["type"] == "http" else WebSocketClose(1008)
            await refusal(scope, receive, send)
        else:
            await self._passed(scope, receive, send)

    async def _passed(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            asked = only_asked_by_pages(receive)
            if self._is_locked:
                await self._strangers.attend(self._application, scope, asked, send)
            else:
                await self._application(scope, asked, send)
            return
        if self._is_locked and (page := sent_away_page(scope["path"], Headers(scope=scope))):
            await page(scope, receive, send)
            return
        _, upload, place = scope["path"].partition(_UPLOADS)
        if not upload or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._application(scope, receive, send)
        elif reason := self._not_taken(place.partition("/")[0], Headers(scope=scope)):
            await PlainTextResponse(reason, 403)(scope, receive, send)
        else:
            await self._taken(scope, receive, send)

    def _guarded(self, scope: Scope, send: Send) -> Send:
        is_page = False

        async def send_guarded(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                is_page = headers.get("content-type", "").startswith("text/html")
                if is_page and self._tells_people_apart:
                    cookie = new_cookie(Headers(scope=scope), is_secure=scope["scheme"] == "https")
                    if cookie is not None:
                        headers.append("Set-Cookie", cookie)
            elif is_page and message["type"] == "http.response.body":
                spoken = b'<html lang="%s">' % _language(scope).encode()  # as long as what it replaces
                message["body"] = message.get("body", b"").replace(_ENGLISH, spoken, 1)
            await send(message)

        return send_guarded

    def _not_taken(self, session_id: str, headers: Headers) -> str:
        if self._is_locked and not self._door.is_inside(session_id):
            return "sign in first"
        kind = headers.get("content-type", "multipart/form-data")
        if not kind.startswith("multipart/form-data") or not names_are_text(kind):
            return "an upload comes as a multipart form, with no charset or UTF-8"
        return ""

    async def _taken(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An upload; all of them together, arriving or waiting to be read, stay within the bound."""
        most = self._settings.max_waiting_megabytes * 1_000_000
        received, is_whole = 0, False

        async def counted() -> Message:
            nonlocal received, is_whole
            try:
                message = await asyncio.wait_for(receive(), None if is_whole else self._patience)
            except TimeoutError:
                raise HTTPException(408, "the upload did not arrive in time: try again") from None
            is_whole = not message.get("more_body", False)
            size = len(message.get("body", b""))
            received += size
            self._arriving += size
            if self._waiting() + self._arriving > most:
                raise HTTPException(
                    413, "too many uploads at once (ui.max_waiting_megabytes): try again soon"
                )
            return message

        try:
            await self._application(scope, counted, send)
        finally:
            self._arriving -= received


def _language(scope: Scope) -> str:
    """The language that a page will speak: the one that its address or else its browser asks for."""
    request = Request(scope)
    asked = request.query_params.get("lang") or request.headers.get("accept-language", "")
    return language_of(asked.partition(",")[0].partition(";")[0].strip())


def content_policy(page: Path) -> str:
    """The policy for a page of Streamlit: its own scripts, styles and connections, and no frame around it.

    Scripts that stand in the page itself are let through by their digest (CSP Level 3, section 2.3.1), so
    that nothing that a document brings can add one. Styles are written by Streamlit as the app is drawn.
    """
    digests = (hashlib.sha256(script).digest() for script in _INLINE.findall(page.read_bytes()))
    inline = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'wasm-unsafe-eval' {inline}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
