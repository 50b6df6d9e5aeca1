"""What Streamlit runs for every view: the frame around the pages, and the page that is asked for."""

from __future__ import annotations

import streamlit as st

from rag.errors import CitewellError
from rag.settings import load_settings
from ui.app.components.frame import frame, language_switch, name_page, trouble
from ui.app.components.gate import admitted, sign_out_button
from ui.app.session import attend, texts

attend()
frame()
t = texts()
try:
    settings = load_settings()
except CitewellError as error:
    trouble(error)
    st.stop()
if not admitted(settings):
    st.stop()
page = st.navigation(
    [
        st.Page("views/ask_view.py", title=t.nav_ask, icon=":material/chat:", default=True),
        st.Page(
            "views/library_view.py", url_path="library", title=t.nav_library, icon=":material/library_books:"
        ),
        st.Page("views/document_view.py", url_path="document", title=t.nav_document, visibility="hidden"),
        st.Page("views/grid_view.py", url_path="grid", title=t.nav_grid, icon=":material/grid_on:"),
        st.Page("views/why_view.py", url_path="why", title=t.nav_why, icon=":material/account_tree:"),
        st.Page("views/quality_view.py", url_path="quality", title=t.nav_quality, icon=":material/rule:"),
        st.Page(
            "views/status_view.py", url_path="status", title=t.nav_status, icon=":material/monitor_heart:"
        ),
    ]
)
name_page(page.title)
try:
    page.run()
except CitewellError as error:
    trouble(error)
with st.sidebar:
    sign_out_button(settings)
    language_switch()
