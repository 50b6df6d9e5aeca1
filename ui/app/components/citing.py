"""The small numbers that open a citation, and what passages tell in contradiction to each other."""

from __future__ import annotations

import streamlit as st

from rag.schema import Answer, Citation, Conflict
from ui.app.escaping import html_text
from ui.app.places import file_name
from ui.app.session import Opened, session, texts

__all__ = ["citation_button", "conflicts"]


def citation_button(citation: Citation, turn: int, key: str) -> None:
    """A number; a click opens the place beside the answer, another closes it.

    What it stands for is told below the answer: a tooltip of Streamlit's would break the line.
    """
    opened = session().opened
    is_open = opened is not None and (opened.turn, opened.number) == (turn, citation.number)
    st.button(
        str(citation.number),
        key=key,
        type="primary" if is_open else "secondary",
        on_click=_open,
        args=(citation, turn),
    )


def conflicts(answer: Answer, turn: int) -> None:
    """For each contradiction both sides: the value, what says so, and the number that opens it."""
    by_number = {citation.number: citation for citation in answer.citations}
    for position, conflict in enumerate(answer.conflicts):
        with st.container(key=f"conflict-{turn}-{position}"):
            st.html(f'<strong class="cw-conflict-title">{html_text(texts().conflict)}</strong>')
            _sides(conflict, by_number, turn, position)


def _sides(conflict: Conflict, by_number: dict[int, Citation], turn: int, position: int) -> None:
    for side, (value, number) in enumerate(zip(conflict.values, conflict.citations, strict=False)):
        citation = by_number.get(number)
        if citation is None:
            continue
        with st.container(key=f"sentences-{turn}-conflict-{position}-{side}"):
            place = texts().citation_place.format(name=file_name(citation.source), page=citation.page)
            st.html(f'<b>{html_text(value)}</b> <span class="cw-side">{html_text(place)}</span>')
            citation_button(citation, turn, f"side-{turn}-{position}-{side}")


def _open(citation: Citation, turn: int) -> None:
    state = session()
    place = Opened.citation(citation, turn)
    state.opened = None if state.opened == place else place
