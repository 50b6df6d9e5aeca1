"""Sessions of those who have not signed in: how many there may be in all, and for how long one may be still.

Streamlit opens a session for whoever connects, before anybody signed in, and keeps it for two minutes after
they went.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ui.app.door import Door
from ui.app.texts import LANGUAGES, language_of

__all__ = ["SentAway", "Strangers", "sent_away_page"]

_FAREWELL_SECONDS: Final = 5.0


class SentAway(Enum):
    """Why a stranger's session was ended, or not opened; the value names the page that tells it."""

    FULL = "full"
    STILL = "still"


@dataclass(eq=False)
class _Visit:
    """A connection. `session_id` is the one it asks to go on with, until it was told its own."""

    address: str
    session_id: str
    is_told: bool = False
    over: asyncio.Future[SentAway] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Strangers:
    """Lets connections through, and ends those of strangers that are too many or too still.

    Where all places are taken, a newcomer gets the oldest place of an address that holds more of them than
    the newcomer's own; so one address cannot keep the others out. Used on one event loop.

    Args:
        door: Who has signed in; they are not counted.
        most: How many strangers there may be at a time.
        seconds: How long one may send nothing.
        forget: Called when one has gone: lets go of what Streamlit keeps of those who did not sign in.
    """

    def __init__(
        self, door: Door, most: int, seconds: float, forget: Callable[[], None] = lambda: None
    ) -> None:
        self._door = door
        self._most = most
        self._seconds = seconds
        self._forget = forget
        self._visits: dict[_Visit, None] = {}  # in the order in which they came

    def count(self) -> int:
        """How many there are now."""
        return sum(map(self._is_stranger, self._visits))

    async def attend(self, application: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a WebSocket on to the application, or tell it that there is no place."""
        offered = [part.strip() for part in Headers(scope=scope).get("sec-websocket-protocol", "").split(",")]
        asked = offered[2] if len(offered) > 2 else ""
        visit = _Visit((scope.get("client") or ("",))[0], asked)
        if not self._takes(visit):
            await receive()
            await send({"type": "websocket.accept", "subprotocol": offered[0] or None})
            await _send_away(send, SentAway.FULL)
            return
        self._visits[visit] = None
        try:
            await application(scope, self._attended(visit, receive, send), self._listened(visit, send))
        finally:
            self._visits.pop(visit, None)
            self._forget()

    def _is_stranger(self, visit: _Visit) -> bool:
        return not self._door.is_inside(visit.session_id)

    def _takes(self, visit: _Visit) -> bool:
        """Whether there is a place, or one was made."""
        strangers = [one for one in self._visits if self._is_stranger(one)]
        if not self._is_stranger(visit) or len(strangers) < self._most:
            return True
        places = Counter(one.address for one in [*strangers, visit])
        fullest, held = places.most_common(1)[0]
        if held == places[visit.address]:
            return False
        self._end(next(one for one in strangers if one.address == fullest), SentAway.FULL)
        return True

    def _end(self, visit: _Visit, reason: SentAway) -> None:
        self._visits.pop(visit, None)
        if not visit.over.done():
            visit.over.set_result(reason)

    def _attended(self, visit: _Visit, receive: Receive, send: Send) -> Receive:
        """The connection's messages, until it is ended: for Streamlit it hangs up then."""

        async def receive_attended() -> Message:
            coming = asyncio.ensure_future(receive())
            either: tuple[asyncio.Future[Any], ...] = (coming, visit.over)
            try:
                while not visit.over.done():
                    patience = self._seconds if self._is_stranger(visit) else None
                    await asyncio.wait(either, timeout=patience, return_when="FIRST_COMPLETED")
                    if coming.done() and not visit.over.done():
                        return coming.result()
                    if self._is_stranger(visit):
                        self._end(visit, SentAway.STILL)
            finally:
                coming.cancel()
            await _send_away(send, visit.over.result())
            return {"type": "websocket.disconnect", "code": 1001}

        return receive_attended

    def _listened(self, visit: _Visit, send: Send) -> Send:
        """What is sent, with an ear to which session this is; nothing once it is ended."""

        async def send_listened(message: Message) -> None:
            if visit.over.done():
                return
            if not visit.is_told and message.get("bytes") and (told := _told_session(message["bytes"])):
                visit.session_id, visit.is_told = told, True
            await send(message)

        return send_listened


def _told_session(data: bytes) -> str:
    message = ForwardMsg()
    with contextlib.suppress(DecodeError):
        message.ParseFromString(data)
    return str(message.new_session.initialize.session_id)


async def _send_away(send: Send, reason: SentAway) -> None:
    """Lead the browser to the page that says why, so that it does not connect again by itself."""
    lead = ForwardMsg()
    lead.auth_redirect.url = f"door/{reason.value}"  # every page of the app stands beside it
    with contextlib.suppress(TimeoutError, OSError, RuntimeError):  # gone, or takes nothing
        async with asyncio.timeout(_FAREWELL_SECONDS):
            await send({"type": "websocket.send", "bytes": lead.SerializeToString()})
            await send({"type": "websocket.close", "code": 1001})


def sent_away_page(path: str, headers: Headers) -> Response | None:
    """The page that tells a visitor why they were sent away, with a way back; None for other addresses."""
    reason = next((one for one in SentAway if path.endswith(f"/door/{one.value}")), None)
    if reason is None:
        return None
    language = language_of(headers.get("accept-language", "").split(",")[0])
    t = LANGUAGES[language]
    said = t.door_full if reason is SentAway.FULL else t.door_still
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>Citewell</title>'
        '<meta name="viewport" content="width=device-width">'
        "<style>body{font:1.1rem/1.6 sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style>"
        f'</head><body><h1>Citewell</h1><p>{html.escape(said)}</p><p><a href="../">'
        f"{html.escape(t.door_again)}</a></p></body></html>",
        503 if reason is SentAway.FULL else 200,
        {"Cache-Control": "no-store", **({"Retry-After": "60"} if reason is SentAway.FULL else {})},
    )
