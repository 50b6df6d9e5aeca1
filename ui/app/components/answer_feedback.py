"""Thumbs up or down on an answer, and what would have been right; kept in the library."""

from __future__ import annotations

import streamlit as st

from rag.errors import CitewellError
from rag.library import Library
from ui.app.components.frame import trouble
from ui.app.session import texts

__all__ = ["feedback", "kept_ratings"]


def kept_ratings(library: Library) -> dict[str, tuple[int, str]]:
    """Rating (-1 or 1) and wanted answer of each run that has some."""
    return {kept.run_id: (kept.rating, kept.wanted_answer) for kept in library.store.feedback()}


def feedback(library: Library, run_id: str, index: int, kept: tuple[int, str] | None) -> None:
    """The two thumbs; thumbs down asks what would have been right.

    `index` is the turn's: a run whose answer is remembered may be told twice.
    """
    t = texts()
    key = f"thumbs-{index}-{run_id}"
    st.feedback(
        "thumbs",
        key=key,
        default=None if kept is None else int(kept[0] > 0),
        on_change=_rate,
        args=(library, run_id, key, kept[1] if kept else ""),
    )
    if kept is not None and kept[0] < 0:
        wanted_key = f"wanted-{index}-{run_id}"
        with st.popover(t.wanted, type="tertiary", icon=":material/edit_note:"):
            st.text_area(
                t.wanted_label,
                value=kept[1],
                key=wanted_key,
                on_change=_want,
                args=(library, run_id, wanted_key),
            )
            st.caption(t.wanted_help)


def _rate(library: Library, run_id: str, key: str, wanted: str) -> None:
    rating = st.session_state[key]
    if rating is not None:
        _save(library, run_id, up=bool(rating), wanted="" if rating else wanted)


def _want(library: Library, run_id: str, key: str) -> None:
    _save(library, run_id, up=False, wanted=st.session_state[key].strip())


def _save(library: Library, run_id: str, *, up: bool, wanted: str) -> None:
    try:
        library.rate(run_id, 1 if up else -1, wanted)
    except CitewellError as error:
        trouble(error)
