"""What the address names: the conversation, and the citation that lies open, for reloads and shared links."""

from __future__ import annotations

import re
from typing import Final

import streamlit as st

from rag.errors import NotFoundError
from rag.library import Library
from rag.schema import Citation
from rag.store import Store
from ui.app.conversation import Conversation, Turn, answer_from_json
from ui.app.session import Opened, session

__all__ = ["follow_address", "load_conversation"]

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
    _name(_CITATION, _told(state.opened))


def load_conversation(store: Store, conversation_id: str) -> Conversation:
    """A conversation with the answers as they were given.

    Raises:
        NotFoundError: there is none of this id.
    """
    turns = [Turn(question, answer_from_json(run.answer)) for question, run in store.turns(conversation_id)]
    return Conversation(conversation_id, turns)


def _named_citation(conversation: Conversation, named: str) -> Opened | None:
    """The place of a citation such as `2.1`; None where the conversation has none of it."""
    found = _PLACE.fullmatch(named)
    if found is None:
        return None
    turn, number = int(found[1]) - 1, int(found[2])
    answer = conversation.turns[turn].answer if 0 <= turn < len(conversation.turns) else None
    citations: tuple[Citation, ...] = answer.citations if answer is not None else ()
    return next((Opened.citation(c, turn) for c in citations if c.number == number), None)


def _told(opened: Opened | None) -> str | None:
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
