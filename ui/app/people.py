"""Who a browser belongs to, so that conversations are a person's own where several people use one library."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Final

import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from rag.settings import UiSettings
from ui.app.session import session
from ui.listening import LOOPBACK

if TYPE_CHECKING:
    from rag.library import Library
    from rag.schema import RunRecord

__all__ = ["new_cookie", "own_runs", "person", "tells_people_apart"]

_COOKIE: Final = "citewell_person"
_SECRET: Final = re.compile(r"[0-9a-f]{32}")
_SECONDS: Final = 400 * 24 * 3600
"""What browsers keep a cookie for at most (RFC 6265bis)."""


def tells_people_apart(settings: UiSettings) -> bool:
    """Whether others than this machine's one user may come: they sign in, know a password, or are near."""
    return settings.oidc or settings.password is not None or settings.host not in LOOPBACK


def person(settings: UiSettings) -> str:
    """A name for whoever looks at the page, the same at every visit; "" where people are not told apart.

    It is made of what the provider calls them, else of a secret that their browser keeps. Without either it
    lasts as long as the session.
    """
    if not tells_people_apart(settings):
        return ""
    who = session().visitor
    if st.user.get("is_logged_in"):
        who = f"{st.user.get('iss')} {st.user.get('sub') or st.user.get('email')}"
    elif _SECRET.fullmatch(kept := _kept()):
        who = kept
    return hashlib.sha256(who.encode()).hexdigest()[:32]


def own_runs(library: Library, limit: int) -> list[RunRecord]:
    """The latest answers that this person got, newest first; all where people are not told apart."""
    who = person(library.settings.ui)
    return library.store.runs_of(who, limit) if who else library.runs(limit)


def _kept() -> str:
    """What this browser keeps; "" where it keeps nothing."""
    return st.context.cookies.get(_COOKIE, "")


def new_cookie(headers: Headers, *, is_secure: bool) -> str | None:
    """The `Set-Cookie` of a page for a browser that has no secret yet; None for one that has."""
    if _SECRET.fullmatch(cookie_parser(headers.get("cookie", "")).get(_COOKIE, "")):
        return None
    secure = "; Secure" if is_secure else ""
    # Lax: who follows a link from elsewhere is still who they were
    return f"{_COOKIE}={secrets.token_hex(16)}; Max-Age={_SECONDS}; Path=/; HttpOnly; SameSite=Lax{secure}"
