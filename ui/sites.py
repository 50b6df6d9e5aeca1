"""Whose pages may speak with a server of ours: told by the Host and the Origin that a browser sends."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from rag.errors import CitewellError, UsageError
from ui.listening import LOOPBACK

__all__ = ["ForbiddenError", "check_site"]


class ForbiddenError(CitewellError):
    """The request came by way of another site."""


def check_site(headers: Headers, listens_on: str, origins: Collection[str] = ()) -> None:
    """Refuse a request that a page of another site had a browser send.

    A web page that somebody has open can send requests to their own machine. Browsers name the page's
    site as `Origin`, and by DNS rebinding a page may call itself by another `Host`.

    Args:
        headers: The request's.
        listens_on: The server's address; where it is this machine alone, only its names are answered to.
        origins: Other sites that are let in.

    Raises:
        ForbiddenError: it did.
        UsageError: the Host or the Origin is no address at all.
    """
    host = headers.get("host", "")
    name = _name_and_place(f"//{host}", "Host")[0]
    if listens_on in LOOPBACK and name not in LOOPBACK:
        raise ForbiddenError(f"this server answers to 127.0.0.1 and localhost only, not to {host[:80]!r}")
    for origin in headers.getlist("origin"):
        if origin in origins:
            continue
        place = _name_and_place(origin, "Origin")[1]
        if not place or place != host.lower():
            raise ForbiddenError(f"pages of {origin[:80]!r} may not use this library")


def _name_and_place(address: str, header: str) -> tuple[str, str]:
    """The name of a machine, and the name with its port, of an address of nothing else.

    Raises:
        UsageError: it is none; `[::1]evil.example` and `evil@127.0.0.1` are not either.
    """
    try:
        parts = urlsplit(address)
        name, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f"the header {header} holds no address: {error}") from None
    whole = f"[{name}]" if ":" in name else name
    place = whole if port is None else f"{whole}:{port}"
    if parts.netloc.lower() != place:
        raise UsageError(f"the header {header} holds no address of a machine: {address[:80]!r}")
    return name, place
