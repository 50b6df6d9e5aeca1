"""The sidebar's conversations: a new one, a person's own, and what can be done with each."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import streamlit as st

from rag.errors import NotFoundError
from rag.library import Library
from rag.store import Conversation as StoredConversation
from ui.app.components.conversations import follow_address, load_conversation
from ui.app.components.frame import name_page
from ui.app.conversation import Conversation
from ui.app.escaping import label
from ui.app.people import person
from ui.app.session import session, texts

__all__ = ["conversation_list"]

_SHOWN: Final = 8
_MOST: Final = 200
_SHORT: Final = 34
_LONGEST_TITLE: Final = 200
_SEARCH: Final = "conversation-search"
_ALL: Final = "all-conversations"


def conversation_list(library: Library) -> None:
    """The sidebar: a new conversation, and the last ones of whoever looks."""
    t = texts()
    follow_address(library)
    who = person(library.settings.ui)
    with st.sidebar:
        st.button(
            t.new_conversation,
            key="new-conversation",
            icon=":material/add_comment:",
            on_click=_start_again,
            width="stretch",
        )
        kept = [item for item in library.store.conversations(who) if item.turns]
        if kept:
            st.caption(t.conversations)
        _undo(library)
        shown = kept[:_SHOWN]
        if len(kept) > _SHOWN:
            wanted = st.text_input(
                t.search_conversations,
                key=_SEARCH,
                placeholder=t.search_conversations,
                max_chars=_LONGEST_TITLE,
                label_visibility="collapsed",
                icon=":material/search:",
            ).strip()
            if wanted:
                shown = [item for item in library.store.conversations(who, wanted) if item.turns][:_MOST]
                if not shown:
                    st.caption(t.no_conversation)
            elif st.session_state.get(_ALL):
                shown = kept[:_MOST]
        rows = st.container(gap=None)
        if len(kept) > _SHOWN:
            st.toggle(t.all_conversations.format(n=len(kept)), key=_ALL)
    current = session().conversation.conversation_id
    if current is not None and (mine := [item.title for item in kept if item.conversation_id == current]):
        name_page(mine[0])
    with rows:
        for item in shown:
            _row(library, item, is_current=item.conversation_id == current)


def _row(library: Library, item: StoredConversation, *, is_current: bool) -> None:
    t = texts()
    with st.container(horizontal=True, gap=None, wrap=False, key=f"conversation-{item.conversation_id}"):
        st.button(
            label(item.title, _SHORT),
            key=f"load-{item.conversation_id}",
            icon=":material/keep:" if item.pinned else None,
            type="secondary" if is_current else "tertiary",
            on_click=_load,
            args=(library, item.conversation_id),
            width="stretch",
        )
        with st.popover(t.conversation_more, icon=":material/more_horiz:", type="tertiary"):
            name = f"title-{item.conversation_id}"
            st.text_input(
                t.conversation_title,
                item.title,
                key=name,
                max_chars=_LONGEST_TITLE,
                on_change=_rename,
                args=(library, item.conversation_id, name),
            )
            st.button(
                t.unpin_conversation if item.pinned else t.pin_conversation,
                key=f"pin-{item.conversation_id}",
                icon=":material/keep_off:" if item.pinned else ":material/keep:",
                on_click=_pin,
                args=(library, item.conversation_id, not item.pinned),
                width="stretch",
            )
            st.button(
                t.delete_conversation,
                key=f"forget-{item.conversation_id}",
                icon=":material/delete:",
                on_click=_delete,
                args=(library, item),
                width="stretch",
            )


def _undo(library: Library) -> None:
    """What was deleted last, and the way back."""
    deleted = session().deleted
    if deleted is None:
        return
    t = texts()
    with st.container(horizontal=True, vertical_alignment="center", key="conversation-deleted"):
        st.caption(t.conversation_deleted.format(title=label(deleted[1], _SHORT)))
        st.button(t.undo, key="undo-delete", type="tertiary", on_click=_restore, args=(library, deleted[0]))


def _start_again() -> None:
    state = session()
    state.conversation, state.opened, state.asking = Conversation(), None, None
    state.deleted = None


def _load(library: Library, conversation_id: str) -> None:
    state = session()
    try:
        state.conversation = load_conversation(library.store, conversation_id)
    except NotFoundError:  # another session deleted it: the list is drawn again without it
        return
    state.opened, state.asking, state.deleted = None, None, None


def _rename(library: Library, conversation_id: str, name: str) -> None:
    title = " ".join(str(st.session_state[name]).split())
    if title:
        with suppress(NotFoundError):
            library.store.change_conversation(conversation_id, title=title)


def _pin(library: Library, conversation_id: str, pinned: bool) -> None:
    with suppress(NotFoundError):
        library.store.change_conversation(conversation_id, pinned=pinned)


def _delete(library: Library, item: StoredConversation) -> None:
    with suppress(NotFoundError):
        library.store.delete_conversation(item.conversation_id)
    if session().conversation.conversation_id == item.conversation_id:
        _start_again()
    session().deleted = item.conversation_id, item.title


def _restore(library: Library, conversation_id: str) -> None:
    with suppress(NotFoundError):
        library.store.restore_conversation(conversation_id)
    session().deleted = None
