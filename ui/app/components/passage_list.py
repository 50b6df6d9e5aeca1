"""Passages as they were found: where, how near, and their text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from rag.schema import Passage
from ui.app.escaping import html_text, laid_out_html
from ui.app.session import Opened, session, texts
from ui.app.shown_places import file_name, place_text

__all__ = ["passage_html", "passage_list"]

_SHOWN: Final = 600


def passage_list(passages: Sequence[Passage], key: str) -> None:
    """Passages one under the other, each with a button that opens its place."""
    t = texts()
    for rank, passage in enumerate(passages, 1):
        with st.container(border=True, key=f"passage-{key}-{rank}"):
            st.html(passage_html(passage, rank, place_text(passage.place, t)))
            st.button(
                t.open_place,
                key=f"open-{key}-{rank}",
                type="tertiary",
                icon=":material/visibility:",
                on_click=_open,
                args=(passage,),
            )


def passage_html(passage: Passage, rank: int, where: str) -> str:
    """One passage as HTML: its place, headings, scores, and the beginning of its text."""
    told = "".join(f" · {html_text(place)}" for place in _places(passage.headings, where) if place)
    scores = " · ".join(f"{leg} {score:.3g}" for leg, score in passage.scores.items())
    text = passage.text if len(passage.text) <= _SHOWN else passage.text[:_SHOWN].rstrip() + " …"
    return (
        f'<div class="cw-place"><b>{rank}</b> {html_text(file_name(passage.source))}{told}</div>'
        f'<div class="cw-passage">{laid_out_html(text)}</div>'
        f'<div class="cw-scores">{html_text(scores)}</div>'
    )


def _places(headings: Sequence[str], where: str) -> tuple[str, ...]:
    """Where a passage stands, and the headings above it; what both tell is told once."""
    if where and where in headings[-1:]:
        return (" › ".join(headings),)
    sheet = where.partition("!")[0]
    return where, " › ".join(heading for heading in headings if heading != sheet)


def _open(passage: Passage) -> None:
    session().opened = Opened.passage(passage)
