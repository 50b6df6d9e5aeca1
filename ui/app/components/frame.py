"""What stands around every page: style, brand, language."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from rag import __version__
from rag.errors import CitewellError
from ui.app.session import LANGUAGE_KEY, texts
from ui.app.texts import LANGUAGES, language_of

__all__ = ["LOGO", "frame", "language_switch", "name_page", "trouble"]

_FOLDER: Final = Path(__file__).resolve().parents[1]
LOGO: Final = _FOLDER / "logo.png"


def frame() -> None:
    """Style and page settings; before anything else is drawn."""
    t = texts()
    st.set_page_config(
        page_title="Citewell",
        page_icon=_FOLDER / "icon.png",  # a named icon would be fetched from the network,
        layout="wide",
        menu_items={"About": t.about.format(version=__version__)},
    )
    st.logo(LOGO, size="large", icon_image=_FOLDER / "icon.png")
    st.html(_FOLDER / "style.css")


def name_page(name: str) -> None:
    """Tell the browser's tab and history what is shown."""
    st.set_page_config(page_title=f"{name} · Citewell")


def language_switch() -> None:
    """The language of the interface, kept in the address so that a reload keeps it."""
    first = language_of(st.context.locale)
    st.segmented_control(
        texts().language,
        list(LANGUAGES),
        default=first,
        required=True,
        format_func=lambda code: LANGUAGES[code].language_name,
        key=LANGUAGE_KEY,
        label_visibility="collapsed",
        bind="query-params",
    )


def trouble(error: CitewellError) -> None:
    """Tell what went wrong in the words of the error."""
    st.error(texts().trouble, icon=":material/error:")
    st.text(str(error))
