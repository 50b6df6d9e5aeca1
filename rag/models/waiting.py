"""Requests that wait for one set of weights: whoever gets the turn takes along those that fit together."""

from __future__ import annotations

import threading
from typing import Generic, Protocol, TypeVar

__all__ = ["Waiting"]


class _Request(Protocol):
    def fits(self, other: object) -> bool:
        """Whether both can be computed at once."""
        ...


_R = TypeVar("_R", bound=_Request)


class Waiting(Generic[_R]):
    """Requests in the order in which they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[_R] = []

    def enter(self, request: _R) -> None:
        """Wait for a turn, or to be taken along."""
        with self._lock:
            self._requests.append(request)

    def leave(self, request: _R) -> None:
        """Wait no longer."""
        with self._lock:
            self._requests = [other for other in self._requests if other is not request]

    def take(self, request: _R, most: int) -> list[_R]:
        """The request and the first of the others that fit to it, at most `most` together.

        They wait no longer. Empty when the request does not wait any more: someone took it along.
        """
        with self._lock:
            if not any(other is request for other in self._requests):
                return []
            others = [other for other in self._requests if other is not request and request.fits(other)]
            taken = [request, *others[: most - 1]]
            self._requests = [other for other in self._requests if not any(other is one for one in taken)]
            return taken
