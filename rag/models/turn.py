"""Whose turn it is to compute with one set of weights, who is taken along, and when they are given back."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Final, Generic, Protocol, TypeVar

from rag.settings import GeneratorSettings

__all__ = ["LocalWeights", "Turn", "Waiting"]

_LOOK_SECONDS: Final = 0.05
"""Time between two looks at whether whoever waits is told to stop."""


class Turn:
    """A lock that calls `release_weights` once it has been free for `idle_seconds` (None: never).

    Whoever waits for the turn with weights in hand may go on with them: they are only forgotten here,
    and the memory goes when nobody holds them.
    """

    def __init__(self, idle_seconds: float | None, release_weights: Callable[[], None]) -> None:
        self._idle_seconds = idle_seconds
        self._release_weights = release_weights
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def acquire(self, timeout: float = -1) -> bool:
        """Wait for the turn, at most `timeout` seconds unless that is -1; whether it was got."""
        if not self._lock.acquire(timeout=timeout):
            return False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return True

    def acquire_unless(self, is_stopped: Callable[[], bool]) -> bool:
        """Wait for the turn until it is there or nobody wants it any more; whether it was got."""
        while not self.acquire(timeout=_LOOK_SECONDS):
            if is_stopped():
                return False
        if is_stopped():
            self.release()
            return False
        return True

    def release(self) -> None:
        """Give the turn to the next."""
        if self._idle_seconds is not None:
            self._timer = threading.Timer(self._idle_seconds, self._idle)
            self._timer.daemon = True
            self._timer.start()
        self._lock.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _idle(self) -> None:
        if self._lock.acquire(blocking=False):
            try:
                self._release_weights()
            finally:
                self._lock.release()


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


_L = TypeVar("_L")


class LocalWeights(ABC, Generic[_L]):
    """One model of this machine, loaded at the first use and shared by all who score or write with it.

    `turn` is held by whoever computes: two computations at once would only slow each other.
    """

    def __init__(self, settings: GeneratorSettings, *, offline: bool = True) -> None:
        """Take note of what to load; nothing is looked up or loaded yet."""
        self._settings = settings
        self._offline = offline
        self._loading = threading.Lock()
        self._loaded: _L | None = None
        idle = settings.idle_minutes
        self.turn = Turn(None if idle is None else idle * 60.0, self.unload)

    @property
    def name(self) -> str:
        """The model as people call it."""
        return self._settings.model.removeprefix("packaged:").rstrip("/").rsplit("/", 1)[-1]

    def load(self) -> _L:
        """What computes, loaded at the first call; other threads wait for it.

        Raises:
            ConfigurationError: the runtime is not installed.
            ModelNotFoundError: the weights are not on this machine.
            ModelError: they cannot be read, or do not fit into memory.
        """
        with self._loading:
            if self._loaded is None:
                self._loaded = self._read()
            return self._loaded

    def unload(self) -> None:
        """Give the memory back; the next call loads again."""
        with self._loading:
            self._loaded = None

    @abstractmethod
    def _read(self) -> _L:
        """Load the weights."""
