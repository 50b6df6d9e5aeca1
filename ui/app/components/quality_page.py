"""The Quality page: evaluations of the library, and feedback on answers with what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import streamlit as st

from rag.errors import CitewellError
from rag.library import Library
from rag.store import Feedback
from ui.app.components.evaluation_report import evaluation_report
from ui.app.components.evaluation_start import evaluation_start, running_evaluation
from ui.app.components.frame import trouble
from ui.app.escaping import html_text
from ui.app.session import texts
from ui.app.shared import Shared
from ui.app.texts import Texts

__all__ = ["quality_page", "rated_answers"]

_ROWS: Final = 20


def rated_answers(library: Library, rated: Sequence[Feedback]) -> None:
    """A row an answer, the latest first; all that tell a right answer as a file of questions."""
    t = texts()
    if not rated:
        st.info(t.no_feedback, icon=":material/info:")
        return
    lines = library.feedback_questions()
    st.download_button(
        t.download_questions,
        data="".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines),
        file_name="questions.jsonl",
        mime="application/jsonl",
        icon=":material/download:",
        on_click="ignore",
        disabled=not lines,
    )
    pages = -(-len(rated) // _ROWS)
    number = st.pagination(pages, key="rated-page") if pages > 1 else 1
    examples = library.store.examples.run_ids()
    for kept in rated[(number - 1) * _ROWS : number * _ROWS]:
        _row(library, kept, kept.run_id in examples, t)


def _row(library: Library, kept: Feedback, is_example: bool, t: Texts) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"rated-{kept.run_id}"):
        st.html(_row_html(kept, is_example, t), width="stretch")
        if is_example:
            name, icon, rating, wanted = t.unapprove, ":material/remove_circle:", -1, kept.wanted_answer
        elif kept.rating > 0 or kept.wanted_answer:
            name, icon, rating, wanted = t.approve, ":material/school:", 1, kept.wanted_answer
        else:
            return
        st.button(
            name,
            key=f"approve-{kept.run_id}",
            type="tertiary",
            icon=icon,
            help=None if is_example else t.approve_help,
            on_click=_rate,
            args=(library, kept.run_id, rating, wanted),
        )


def _row_html(kept: Feedback, is_example: bool, t: Texts) -> str:
    word, look = (t.feedback_up, "added") if kept.rating > 0 else (t.feedback_down, "failed")
    example = f'<span class="cw-status">{html_text(t.is_example)}</span>' if is_example else ""
    wanted = t.feedback_wanted.format(answer=kept.wanted_answer) if kept.wanted_answer else ""
    return (
        f'<div class="cw-row-name">{html_text(kept.question)}</div>'
        f'<div class="cw-row-title">{html_text(wanted)}</div>'
        f'<div class="cw-row-facts"><span class="cw-status cw-status-{look}">{html_text(word)}</span> '
        f"{example}</div>"
    )


def _rate(library: Library, run_id: str, rating: int, wanted: str) -> None:
    t = texts()
    try:
        example = library.rate(run_id, 1 if rating > 0 else -1, wanted)
    except CitewellError as error:
        trouble(error)
        return
    if rating > 0:
        st.toast(t.approved if example is not None else t.not_approved, icon=":material/school:")


def quality_page(shared: Shared) -> None:
    """Measure, compare, and learn from feedback."""
    t = texts()
    st.title(t.quality_title, anchor=False)
    st.markdown(t.quality_text)
    rated = shared.library.store.feedback()
    evaluations, feedback = st.tabs([t.tab_evaluations, t.tab_feedback.format(n=len(rated))])
    with evaluations:
        evaluation_start(shared)
        running_evaluation(shared.evaluations)
        evaluation_report(shared.evaluations)
    with feedback:
        rated_answers(shared.library, rated)
