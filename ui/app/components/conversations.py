"""Conversations: kept in the library, found again in the sidebar, taken along as a file."""

from __future__ import annotations

import logging
from typing import Final

import streamlit as st

from rag.errors import CitewellError, NotFoundError
from rag.library import Library
from rag.store import Store
from ui.app.asking import Asking
from ui.app.conversation import Conversation, Turn, answer_from_json, as_json, as_markdown
from ui.app.escaping import label
from ui.app.session import session, texts

__all__ = ["conversation_list", "conversation_tools", "keep_turn", "load_conversation"]

_LOG = logging.getLogger(__name__)
_SHOWN: Final = 8
_TITLE: Final = 80
CONVERSATION_PARAMETER: Final = "conversation"


def keep_turn(store: Store, conversation: Conversation, asking: Asking) -> None:
    """Add what a question got to its conversation, and to the library when it got an answer."""
    draft = asking.draft
    answer = draft.answer
    if asking.stopped and answer is not None and answer.abstained:
        answer = None  # it found nothing because it was stopped, not because there is nothing
    if answer is not None and answer.run_id:
        try:
            if conversation.conversation_id is None:
                conversation.conversation_id = store.create_conversation(asking.question[:_TITLE])
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


def load_conversation(library: Library, conversation_id: str) -> Conversation:
    """A conversation with the answers as they were given.

    Raises:
        NotFoundError: there is none of this id.
    """
    turns = [
        Turn(question, answer_from_json(run.answer)) for question, run in library.store.turns(conversation_id)
    ]
    return Conversation(conversation_id, turns)


def conversation_list(library: Library) -> None:
    """The sidebar: a new conversation, and the last ones."""
    t = texts()
    _restore(library)
    with st.sidebar:
        st.button(
            t.new_conversation,
            key="new-conversation",
            icon=":material/add_comment:",
            on_click=_start_anew,
            width="stretch",
        )
        kept = [item for item in library.store.conversations() if item.turns]
        if kept:
            st.caption(t.conversations)
        rows = st.container(gap=None)
    with rows:
        current = session().conversation.conversation_id
        for item in kept[:_SHOWN]:
            with st.container(
                horizontal=True, gap=None, wrap=False, key=f"conversation-{item.conversation_id}"
            ):
                st.button(
                    label(item.title, 34),
                    key=f"load-{item.conversation_id}",
                    type="secondary" if item.conversation_id == current else "tertiary",
                    on_click=_load,
                    args=(library, item.conversation_id),
                    width="stretch",
                )
                st.button(
                    "",
                    key=f"forget-{item.conversation_id}",
                    icon=":material/close:",
                    help=t.delete_conversation,
                    type="tertiary",
                    on_click=_delete,
                    args=(library, item.conversation_id),
                )


def conversation_tools(conversation: Conversation) -> None:
    """Take the conversation along."""
    t = texts()
    if not conversation.turns:
        return
    with st.popover(t.export, icon=":material/ios_share:", type="tertiary"):
        for name, form, suffix, mime in (
            (t.export_markdown, as_markdown, "md", "text/markdown"),
            (t.export_json, as_json, "json", "application/json"),
        ):
            st.download_button(
                name,
                data=form(conversation),
                file_name=f"citewell-conversation.{suffix}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                width="stretch",
            )
        with st.expander(t.export_copy, icon=":material/content_copy:"):
            st.code(as_markdown(conversation), language=None, wrap_lines=True, height=240)


def _restore(library: Library) -> None:
    """After a reload the address still names the conversation; and it always names the one that is shown."""
    state = session()
    named = st.query_params.get(CONVERSATION_PARAMETER)
    conversation = state.conversation
    if named and conversation.conversation_id is None and not conversation.turns and state.asking is None:
        try:
            state.conversation = load_conversation(library, named)
        except NotFoundError:
            del st.query_params[CONVERSATION_PARAMETER]
    elif conversation.conversation_id and named != conversation.conversation_id:
        st.query_params[CONVERSATION_PARAMETER] = conversation.conversation_id


def _start_anew() -> None:
    state = session()
    state.conversation, state.opened, state.asking = Conversation(), None, None
    st.query_params.pop(CONVERSATION_PARAMETER, None)


def _load(library: Library, conversation_id: str) -> None:
    state = session()
    state.conversation, state.opened, state.asking = load_conversation(library, conversation_id), None, None


def _delete(library: Library, conversation_id: str) -> None:
    library.store.delete_conversation(conversation_id)
    if session().conversation.conversation_id == conversation_id:
        _start_anew()
