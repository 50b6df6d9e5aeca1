"""The Ask page: a conversation on the left, the evidence on the right, the question below."""

from __future__ import annotations

from typing import Final

import streamlit as st

from rag.schema import DocumentInfo
from ui.app.asking import Asking, Draft
from ui.app.components.answer import draft_html, turn_view
from ui.app.components.answer_feedback import kept_ratings
from ui.app.components.asking_options import asking_options
from ui.app.components.conversations import conversation_tools, keep_turn
from ui.app.components.evidence_panel import evidence
from ui.app.components.scope import chosen_documents
from ui.app.components.upload import read_reports
from ui.app.components.welcome import empty_library, suggestions
from ui.app.escaping import html_text
from ui.app.people import person
from ui.app.session import Pending, session, texts
from ui.app.shared import Shared

__all__ = ["ask_page"]

_LOOK_SECONDS: Final = 0.25


def ask_page(shared: Shared) -> None:
    """Ask, read, check."""
    state = session()
    documents = shared.library.documents()
    if not documents and not state.conversation.turns and state.asking is None:
        empty_library(shared)
        return
    shared.warm_up()
    asked, scope = _question_box(shared, documents)
    _settle()
    if asked is not None:
        _begin(shared, asked, scope)
    beginning = st.empty()  # cleared at once, where other elements stay until a run has ended
    if not state.conversation.turns and state.asking is None:
        with beginning.container():
            suggestions(shared, documents)
        return
    if state.opened is None:
        _conversation(shared)
        return
    left, right = st.columns([1, 1], gap="medium")
    with right:  # first, so that it is there while an answer is still being written on the left
        evidence(shared.library, state.opened)
    with left:
        _conversation(shared)


def _question_box(shared: Shared, documents: list[DocumentInfo]) -> tuple[Pending | None, list[str] | None]:
    t = texts()
    tools = st.bottom.container(horizontal=True, vertical_alignment="center", gap="small", key="ask-tools")
    with tools:
        scope = chosen_documents(documents, shared.library.store.collections.all())
        asking_options(shared.library.settings)
        conversation_tools(session().conversation)
    # not inside st.bottom: only so does Streamlit keep the view at the newest answer
    state = session()
    busy = state.asking is not None and not state.asking.done
    typed = st.chat_input(
        t.ask_placeholder, key="question", max_chars=4_000, submit_mode="disable", disabled=busy
    )
    asked, state.pending = (Pending(typed) if typed else state.pending), None
    return (asked if asked is not None and asked.question.strip() else None), scope


def _begin(shared: Shared, asked: Pending, scope: list[str] | None) -> None:
    """Start to answer; a question that is still being answered is stopped and kept as it is."""
    state = session()
    read_reports(shared)
    if state.asking is not None:
        state.asking.stop()
    conversation, settings = state.conversation, state.options.settings(shared.library.settings)
    who = person(settings.ui)
    state.asking = Asking(
        shared.library,
        asked.question.strip(),
        scope,
        conversation.history(before=asked.again),
        ready=lambda: shared.asked_under(settings),
        on_end=lambda asking: keep_turn(shared.library.store, conversation, asking, who),
        fresh=asked.again is not None,
    ).start()


def _settle() -> None:
    """Let go of a question that was answered while another page was shown."""
    state = session()
    if state.asking is not None and state.asking.done:
        state.asking = None


def _conversation(shared: Shared) -> None:
    state = session()
    ratings = kept_ratings(shared.library)
    with st.container(key="conversation"):
        for index, turn in enumerate(list(state.conversation.turns)):
            _question(turn.question)
            with st.chat_message("assistant", avatar=":material/format_quote:"):
                turn_view(shared.library, turn, index, ratings)
        if state.asking is not None:
            _question(state.asking.question)
            with st.chat_message("assistant", avatar=":material/format_quote:"):
                _follow(state.asking)


def _question(question: str) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.html(f'<div class="cw-question">{html_text(question)}</div>')


def _follow(asking: Asking) -> None:
    """The answer as it grows; when it is done the page is drawn again, with numbers that can be clicked.

    Each write to the page is a point where Streamlit may end this run, because the person clicked
    something: then the next run follows on. One waiting thread costs less than a page that asks
    again and again.
    """
    t = texts()
    text = st.empty()
    with st.container(horizontal=True, vertical_alignment="center", key="asking"):
        note = st.empty()
        st.button(
            t.stop,
            key="stop-asking",
            icon=":material/stop_circle:",
            on_click=asking.stop,
            shortcut="Escape",
            disabled=asking.stopped,
        )
    for draft in asking.follow(_LOOK_SECONDS):
        if draft.sentences or draft.writing:
            text.html(draft_html(draft, t))
        note.html(f'<p class="cw-note" role="status">{html_text(_stage(asking, draft))}</p>')
    st.rerun()


def _stage(asking: Asking, draft: Draft) -> str:
    t = texts()
    seconds = round(asking.seconds)
    if asking.stopped:
        return t.stopping
    if draft.writing or draft.sentences:
        stage = t.writing
    elif draft.passages:
        stage = t.reading_passages.format(passages=t.count("passage", len(draft.passages)))
    else:
        stage = t.searching
    return f"{stage} {t.seconds.format(n=seconds)}" if seconds >= 2 else stage
