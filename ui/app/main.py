"""What Streamlit runs for every view: the frame around the pages, and the page that is asked for."""

from __future__ import annotations

import streamlit as st

from rag.errors import CitewellError
from ui.app.components.frame import frame, language_switch, trouble
from ui.app.session import texts

frame()
t = texts()
page = st.navigation(
    [
        st.Page("pages/ask.py", title=t.nav_ask, icon=":material/chat:", default=True),
        st.Page("pages/library.py", title=t.nav_library, icon=":material/library_books:"),
        st.Page("pages/document.py", title=t.nav_document, visibility="hidden"),
        st.Page("pages/why.py", title=t.nav_why, icon=":material/account_tree:"),
        st.Page("pages/status.py", title=t.nav_status, icon=":material/monitor_heart:"),
    ]
)
try:
    page.run()
except CitewellError as error:
    trouble(error)
with st.sidebar:
    language_switch()
