"""Where the servers of both faces listen: a free port, its address, and an end that leaves nothing behind.

What they tell on standard error is bounded, so that no request can fill a disk with it.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Final

from rag.errors import UsageError
from rag.models.devices import LOOPBACK

__all__ = [
    "LOOPBACK",
    "ShortFormatter",
    "address",
    "ended_like_ctrl_c",
    "free_port",
    "log_to_standard_error",
    "told_port",
    "warn_of_strangers",
]

_PORTS_TRIED: Final = 20


def free_port(host: str, port: int) -> int:
    """The first free port from `port` on; any free one for 0.

    Raises:
        UsageError: none of the next twenty is free, or the address cannot be listened on.
    """
    candidates = [0] if port == 0 else range(port, min(port + _PORTS_TRIED, 65_536))
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host!r}: {error.strerror}; give an address of this machine"
        ) from None
    for candidate in candidates:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((place[0], candidate))
            except PermissionError:
                raise UsageError(f"port {candidate} needs more rights: choose one above 1023") from None
            except OSError as error:
                reason = error
                continue
            return int(probe.getsockname()[1])
    raise UsageError(
        f"cannot listen on {host}, ports {port} to {candidates[-1]}: {reason.strerror}; choose another"
    )


def told_port(host: str, port: int) -> int:
    """`free_port`; where that is another than the one asked for, it is told on standard error."""
    taken = free_port(host, port)
    if port not in (0, taken):
        print(f"Port {port} is in use; taking {taken}.", file=sys.stderr)
    return taken


def warn_of_strangers(host: str, guarded: bool, remedy: str) -> None:
    """Tell on standard error that an address is open to the network, and what would guard it."""
    if host not in LOOPBACK and not guarded:
        print(f"Everybody who can reach this machine can use this library; {remedy}.", file=sys.stderr)


@contextlib.contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """A request to end this process (SIGTERM) ends the app with it, instead of leaving it behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds what listens on `host`."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


_FORM: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_MOST: Final = 16_384


class ShortFormatter(logging.Formatter):
    """Formats a record, traceback included, in at most `most` characters: its beginning and its end.

    A message may hold a value of a request, and the errors under it may hold it again.
    """

    def __init__(self, form: str = _FORM, most: int = _MOST) -> None:
        super().__init__(form)
        self._most = most

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        text = super().format(record)
        if len(text) <= self._most:
            return text
        half = self._most // 2
        return f"{text[:half]} … [{len(text) - 2 * half} characters left out] … {text[-half:]}"


def log_to_standard_error() -> None:
    """Have warnings and errors of the whole process told there, each in a bounded number of characters."""
    # complains of a damaged form piece by piece, which its sender is told once
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    handler = logging.StreamHandler()
    handler.setFormatter(ShortFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
