"""The small numbers that open a citation, and what passages tell in contradiction to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from rag.schema import Answer, Citation, Conflict
from ui.app.escaping import html_text, label
from ui.app.places import named_place
from ui.app.session import Opened, session, texts

__all__ = ["citation_button", "conflicts", "sources"]

_QUOTE_SHOWN: Final = 240


def citation_button(citation: Citation, turn: int, key: str) -> None:
    """A number; a click opens the place beside the answer, another closes it, hovering tells the quote."""
    opened = session().opened
    is_open = opened is not None and (opened.turn, opened.number) == (turn, citation.number)
    st.button(
        str(citation.number),
        key=key,
        type="primary" if is_open else "secondary",
        help=f"“{label(citation.quote, _QUOTE_SHOWN)}”  \n{label(_place(citation))}",
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
            st.html(f'<b>{html_text(value)}</b> <span class="cw-side">{html_text(_place(citation))}</span>')
            citation_button(citation, turn, f"side-{turn}-{position}-{side}")


def sources(citations: Sequence[Citation]) -> None:
    """What the numbers stand for, so that a glance tells the documents; a place is told once."""
    places: dict[tuple[str, str], list[Citation]] = {}
    for citation in sorted(citations, key=lambda citation: citation.number):
        places.setdefault((citation.document_id, _place(citation)), []).append(citation)
    rows = "".join(f"<span>{_numbers(of)}{html_text(_place(of[0]))}</span>" for of in places.values())
    if rows:
        st.html(f'<div class="cw-sources">{rows}</div>')


def _numbers(citations: Sequence[Citation]) -> str:
    return "".join(f'<sup class="cw-number">{citation.number}</sup>' for citation in citations)


def _place(citation: Citation) -> str:
    return named_place(citation.source, citation.place, texts())


def _open(citation: Citation, turn: int) -> None:
    state = session()
    place = Opened.citation(citation, turn)
    state.opened = None if state.opened == place else place
