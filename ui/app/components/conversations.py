"""Conversations: kept in the library, found again at their address, taken along as a file."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import Final

import streamlit as st

from rag.errors import CitewellError, NotFoundError
from rag.library import Library
from rag.schema import Citation
from rag.store import Store
from rag.wire import answer_from_json
from ui.app.asking import Asking
from ui.app.conversation import Conversation, Turn, as_json, as_markdown
from ui.app.conversation_docx import as_docx
from ui.app.session import Opened, session, texts

__all__ = ["conversation_tools", "follow_address", "keep_turn", "load_conversation"]

_CONVERSATION: Final = "conversation"
_CITATION: Final = "citation"
_PLACE: Final = re.compile(r"(\d{1,6})\.(\d{1,6})")
"""Question and citation, both counted from 1."""


def follow_address(library: Library) -> None:
    """In a new session open what the address names; from then on name in it what is shown."""
    state = session()
    named = st.query_params.get(_CONVERSATION)
    if named and not state.address_read:
        try:
            state.conversation = load_conversation(library.store, named)
            state.opened = _named_citation(state.conversation, st.query_params.get(_CITATION, ""))
        except NotFoundError:
            state.conversation = Conversation()
    state.address_read = True
    _name(_CONVERSATION, state.conversation.conversation_id)
    _name(_CITATION, _as_text(state.opened))


def load_conversation(store: Store, conversation_id: str) -> Conversation:
    """A conversation with the answers as they were given, whosever it is.

    Raises:
        NotFoundError: there is none of this id.
    """
    turns = [Turn(question, answer_from_json(run.answer)) for question, run in store.turns(conversation_id)]
    return Conversation(conversation_id, turns, store.conversation(conversation_id).person)


def _named_citation(conversation: Conversation, named: str) -> Opened | None:
    """The place of a citation such as `2.1`; None where the conversation has none of it."""
    found = _PLACE.fullmatch(named)
    if found is None:
        return None
    turn, number = int(found[1]) - 1, int(found[2])
    answer = conversation.turns[turn].answer if 0 <= turn < len(conversation.turns) else None
    citations: tuple[Citation, ...] = answer.citations if answer is not None else ()
    return next((Opened.citation(c, turn) for c in citations if c.number == number), None)


def _as_text(opened: Opened | None) -> str | None:
    """What the address says of the place that lies open; passages that are no citation are not told."""
    if opened is None or opened.turn is None or opened.number is None:
        return None
    return f"{opened.turn + 1}.{opened.number}"


def _name(parameter: str, value: str | None) -> None:
    """Write a parameter of the address, only where it changes: every writing is a message to the browser."""
    if value is None:
        st.query_params.pop(parameter, None)
    elif st.query_params.get(parameter) != value:
        st.query_params[parameter] = value


_LOG = logging.getLogger(__name__)
_TITLE: Final = 80
_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def keep_turn(store: Store, conversation: Conversation, asking: Asking, person: str = "") -> None:
    """Add what a question got to its conversation, and to the library when it got an answer.

    A question in another person's conversation goes on in a copy of it: theirs stays as it was.
    """
    draft = asking.draft
    answer = draft.answer
    if asking.stopped and answer is not None and answer.abstained:
        answer = None  # it found nothing because it was stopped, not because there is nothing
    if answer is not None and answer.run_id:
        try:
            if conversation.conversation_id is None or conversation.person != person:
                conversation.conversation_id = _begun(store, conversation, asking.question, person)
                conversation.person = person
            try:
                store.add_turn(conversation.conversation_id, asking.question, answer.run_id)
            except NotFoundError:  # deleted in another window: what goes on here is kept
                conversation.conversation_id = _begun(store, conversation, asking.question, person)
                store.add_turn(conversation.conversation_id, asking.question, answer.run_id)
        except CitewellError:  # the answer is there and its run is kept; only the thread between is lost
            _LOG.exception("the conversation was not kept")
    conversation.turns.append(
        Turn(
            asking.question,
            answer,
            asking.error,
            draft.sentences,
            draft.citations,
            draft.writing,
            asking.stopped,
        )
    )


def _begun(store: Store, conversation: Conversation, question: str, person: str) -> str:
    """A new conversation of the store with the turns so far; its id."""
    conversation_id = store.create_conversation(question[:_TITLE], person)
    for turn in conversation.turns:
        if turn.answer is not None and turn.answer.run_id:
            store.add_turn(conversation_id, turn.question, turn.answer.run_id)
    return conversation_id


def conversation_tools(conversation: Conversation) -> None:
    """Take the conversation along."""
    t = texts()
    if not conversation.turns:
        return
    with st.popover(t.export, icon=":material/ios_share:", type="tertiary"):
        for name, form, suffix, mime in (
            (t.export_markdown, as_markdown, "md", "text/markdown"),
            (t.export_docx, as_docx, "docx", _DOCX),
            (t.export_json, as_json, "json", "application/json"),
        ):
            st.download_button(
                name,
                data=partial(form, conversation),  # made when it is asked for
                file_name=f"citewell-conversation.{suffix}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                width="stretch",
            )
        if conversation.conversation_id is not None:
            st.caption(t.share_address)
        with st.expander(t.export_copy, icon=":material/content_copy:"):
            st.code(as_markdown(conversation), language=None, wrap_lines=True, height=240)
