"""The door: where the settings name a password, nothing is shown before it is given."""

from __future__ import annotations

import hmac
import time
from typing import Final

import streamlit as st

from rag.settings import Settings
from ui.app.session import session, texts

__all__ = ["admitted"]

_WRONG_SECONDS: Final = 1.0


def admitted(settings: Settings) -> bool:
    """Whether this session may go on; asks for the password if not."""
    password = settings.ui.password
    if password is None or session().admitted:
        return True
    t = texts()
    with st.form("door", width=380):
        given = st.text_input(t.password, type="password", key="password")
        sent = st.form_submit_button(t.enter, type="primary")
    if sent:
        if hmac.compare_digest(given.encode(), password.get_secret_value().encode()):
            session().admitted = True
            st.rerun()
        time.sleep(_WRONG_SECONDS)  # guessing takes its time
        st.error(t.wrong_password, icon=":material/lock:")
    return False
