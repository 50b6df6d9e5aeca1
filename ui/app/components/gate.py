"""The door: where the settings ask for a password or for signing in, nothing is shown before."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Mapping
from typing import Any, Final

import streamlit as st
from pydantic import SecretStr
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitAuthError
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rag.settings import Settings
from ui.app.components.frame import LOGO
from ui.app.door import Tried, door
from ui.app.escaping import label
from ui.app.session import session, texts
from ui.app.texts import Texts

__all__ = ["admitted", "is_invited", "sign_out_button", "user_name"]

_WRONG_SECONDS: Final = 1.0


def admitted(settings: Settings) -> bool:
    """Whether this session may go on, and bring files in; asks for what is missing if not.

    Where both are set, both are asked for.
    """
    context = get_script_run_ctx()
    session_id = context.session_id if context is not None else ""
    if (settings.ui.oidc and not (_signed_in() and _invited(settings))) or not _knows(settings.ui.password):
        door().shut_out(session_id)
        return False
    door().let_in(session_id)
    return True


def user_name() -> str:
    """How the provider calls the person who is signed in; empty where nobody is."""
    if not st.user.get("is_logged_in"):
        return ""
    return str(st.user.get("name") or st.user.get("email") or st.user.get("sub") or "")


def sign_out_button(settings: Settings) -> None:
    """The way out, in the sidebar, for those who signed in."""
    if settings.ui.oidc and st.user.get("is_logged_in"):
        name = label(user_name(), 40)
        st.button(
            texts().sign_out.format(name=name),
            key="sign-out",
            type="tertiary",
            icon=":material/logout:",
            on_click=st.logout,
        )


def _signed_in() -> bool:
    """Whether the provider vouches for this session; offers to go there if not."""
    if st.user.get("is_logged_in"):
        return True
    t = texts()
    with _middle():
        st.markdown(t.sign_in_text)
        if st.button(t.sign_in, key="sign-in", type="primary", icon=":material/login:", width="stretch"):
            try:
                st.login()
            except StreamlitAuthError as error:  # no provider, or the package that speaks with it
                st.error(t.sign_in_missing, icon=":material/lock:")
                st.text(str(error))
    return False


def _invited(settings: Settings) -> bool:
    """Whether the person who is signed in is one of those let in; says so and shows the way out if not."""
    if is_invited(st.user, settings.ui.allowed_emails):
        return True
    t = texts()
    with _middle():
        st.error(t.not_invited, icon=":material/lock:")
        st.text(t.signed_in_as.format(name=st.user.get("email") or user_name()))
        sign_out_button(settings)
    return False


def _knows(password: SecretStr | None) -> bool:
    """Whether this session gave the password; asks for it if not."""
    if password is None or session().admitted:
        return True
    t = texts()
    with _middle():
        with st.form("password-form"):
            given = st.text_input(t.password, type="password", key="password")
            sent = st.form_submit_button(t.enter, type="primary", width="stretch")
        if sent:
            _try(given, password.get_secret_value(), t)
    return False


def _try(given: str, password: str, t: Texts) -> None:
    tried = door().try_password(given, password, st.context.ip_address)
    if tried is Tried.RIGHT:
        session().admitted = True
        st.rerun()
    time.sleep(_WRONG_SECONDS)  # guessing takes its time
    minutes = math.ceil(door().closed_for() / 60)
    told = t.door_closed.format(minutes=minutes) if tried is Tried.CLOSED else t.wrong_password
    st.error(told, icon=":material/lock:")


def _middle() -> DeltaGenerator:
    """What stands alone in the middle of the page (`style.css`), under the name of the program."""
    door = st.container(key="door")
    door.image(LOGO, width=180)
    return door


def is_invited(claims: Mapping[str, Any], allowed: Collection[str]) -> bool:
    """Whether a person's claims name an address that is let in; everybody is where `allowed` is empty.

    An address that the provider itself calls unverified (`email_verified`, OpenID Connect Core 1.0,
    section 5.1) is anybody's word and lets nobody in. Case does not matter.

    Args:
        claims: What the provider says of the person.
        allowed: Addresses (`ada@example.org`) and whole domains (`@example.org`).
    """
    if not allowed:
        return True
    address = str(claims.get("email") or "").strip().casefold()
    name, at, domain = address.rpartition("@")
    if not (name and at and domain) or claims.get("email_verified", True) not in (True, "true"):
        return False
    return not {address, f"@{domain}"}.isdisjoint(entry.strip().casefold() for entry in allowed)
