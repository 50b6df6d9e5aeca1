"""Conversations: kept in the library, found again in the sidebar, taken along as a file."""

from __future__ import annotations

import logging
from typing import Final

import streamlit as st

from rag.errors import CitewellError
from rag.library import Library
from rag.store import Store
from ui.app.asking import Asking
from ui.app.components.address import follow_address, load_conversation
from ui.app.conversation import Conversation, Turn, as_json, as_markdown
from ui.app.escaping import label
from ui.app.session import session, texts

__all__ = ["conversation_list", "conversation_tools", "keep_turn"]

_LOG = logging.getLogger(__name__)
_SHOWN: Final = 8
_TITLE: Final = 80


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


def conversation_list(library: Library) -> None:
    """The sidebar: a new conversation, and the last ones."""
    t = texts()
    follow_address(library)
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


def _start_anew() -> None:
    state = session()
    state.conversation, state.opened, state.asking = Conversation(), None, None


def _load(library: Library, conversation_id: str) -> None:
    state = session()
    state.conversation = load_conversation(library.store, conversation_id)
    state.opened, state.asking = None, None


def _delete(library: Library, conversation_id: str) -> None:
    library.store.delete_conversation(conversation_id)
    if session().conversation.conversation_id == conversation_id:
        _start_anew()
