"""The door of one process: which sessions were let in, and how often a wrong password was tried at it."""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Final

__all__ = ["Door", "Tried", "door"]

_LOG = logging.getLogger(__name__)
_MOST_SESSIONS: Final = 100_000


class Tried(Enum):
    """What became of a password: right, wrong, or not looked at."""

    RIGHT = "right"
    WRONG = "wrong"
    CLOSED = "closed"


class Door:
    """Safe for several threads; one for all sessions, since a guesser can open as many as they like.

    Args:
        tries: How many wrong passwords are looked at in a stretch of time, over all sessions.
        seconds: How long that stretch is. Who was let in before stays in.
        clock: Seconds that only grow.
    """

    def __init__(
        self, tries: int = 10, seconds: float = 300.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: deque[float] = deque(maxlen=tries)
        self._inside: OrderedDict[str, None] = OrderedDict()

    def try_password(self, given: str, password: str, address: str | None = None) -> Tried:
        """Compare a password in constant time; a wrong one is logged with the address it came from."""
        with self._lock:
            if self._closed_for() > 0:
                return Tried.CLOSED
            if hmac.compare_digest(given.encode("utf-8", "surrogatepass"), password.encode()):
                return Tried.RIGHT
            self._wrong.append(self._clock())
            _LOG.warning("wrong password for the web app, from %s", address or "this machine")
            if (closed := self._closed_for()) > 0:
                _LOG.warning("%d wrong passwords: the next is heard in %.0f s", len(self._wrong), closed)
            return Tried.WRONG

    def closed_for(self) -> float:
        """Seconds until a password is heard again; 0 now."""
        with self._lock:
            return self._closed_for()

    def let_in(self, session_id: str) -> None:
        """Note that a session may use the app."""
        with self._lock:
            self._inside[session_id] = None
            self._inside.move_to_end(session_id)
            while len(self._inside) > _MOST_SESSIONS:
                self._inside.popitem(last=False)

    def shut_out(self, session_id: str) -> None:
        """Note that a session may not, or no longer."""
        with self._lock:
            self._inside.pop(session_id, None)

    def is_inside(self, session_id: str) -> bool:
        """Whether a session was let in."""
        with self._lock:
            return session_id in self._inside

    def _closed_for(self) -> float:
        if len(self._wrong) < (self._wrong.maxlen or 0):
            return 0.0
        return max(0.0, self._wrong[0] + self._seconds - self._clock())


@cache
def door() -> Door:
    """The door of this process: the app's pages and the guard of its server share it."""
    return Door()
