"""Asking a server with a deadline for all of it, and a bound on what is read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Final, TypeVar

import httpx

__all__ = ["PLAIN", "read_plain", "within"]

T = TypeVar("T")
PLAIN: Final = {"Accept-Encoding": "identity"}


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` gives in a thread of its own, which is left where it takes longer.

    A timeout of httpx is for each step: a name that is not found, or a head that comes byte by byte, lasts.

    Raises:
        ReadTimeout: it took longer.
    """
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(call())
        except BaseException as error:  # raised where it is waited for
            done.set_exception(error)

    threading.Thread(target=run, name="citewell-asking-a-server", daemon=True).start()
    if not wait([done], seconds).done:
        raise httpx.ReadTimeout("the answer did not end in time")
    return done.result()


def read_plain(response: httpx.Response, most_bytes: int) -> bytes:
    """The body of an answer to a request with the headers `PLAIN`, if it is not packed: so it cannot swell.

    Raises:
        ValueError: it is packed all the same, or too long.
    """
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    if packed not in ("", "identity"):
        raise ValueError(f"the answer is packed ({packed[:20]!r}), which was not asked for")
    received = bytearray()
    for piece in response.iter_raw():
        received += piece
        if len(received) > most_bytes:
            raise ValueError(f"the answer is longer than {most_bytes >> 20} MiB")
    return bytes(received)
