"""Which documents are asked: all, some, or those of collections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import streamlit as st

from rag.schema import DocumentInfo
from rag.store import Collection
from ui.app.session import texts
from ui.app.texts import Texts

__all__ = ["chosen_documents", "document_names"]

_COLLECTION: Final = "collection:"
"""Stands before a collection's name; the id of a document has no colon."""


def chosen_documents(
    documents: Sequence[DocumentInfo], collections: Sequence[Collection] = ()
) -> list[str] | None:
    """A choice of documents by id, also by way of collections; None stands for all."""
    t = texts()
    members = {_COLLECTION + group.name: group.document_ids for group in collections}
    names = _collection_names(collections, t) | document_names(documents)
    before = st.session_state.get("scope", [])
    kept = [choice for choice in before if choice in names]
    st.session_state["scope"] = kept
    if len(kept) < len(before):
        st.session_state["scope_lost"] = True
    chosen_ids = _documents_of(kept, members)
    title = (
        t.scope_all.format(n=len(documents))
        if not kept
        else t.scope_some.format(documents=t.count("document", len(chosen_ids)))
    )
    with st.popover(title, icon=":material/library_books:", type="tertiary"):
        chosen = st.multiselect(
            t.scope_label,
            list(names),
            format_func=names.__getitem__,
            placeholder=t.scope_placeholder,
            key="scope",
            persist_state="session",
            on_change=_forget_lost,
        )
    if st.session_state.get("scope_lost"):
        st.caption(t.scope_lost if chosen else t.scope_lost_all, width="content")
    return _documents_of(chosen, members) if chosen else None


def _forget_lost() -> None:
    st.session_state["scope_lost"] = False


def document_names(documents: Sequence[DocumentInfo]) -> dict[str, str]:
    """A name for each document id: the file's, with its folder where two share one."""
    counts = Counter(document.name for document in documents)
    return {
        document.document_id: document.name if counts[document.name] == 1 else document.source
        for document in documents
    }


def _collection_names(collections: Sequence[Collection], t: Texts) -> dict[str, str]:
    return {
        _COLLECTION + group.name: t.collection_choice.format(
            name=group.name, documents=t.count("document", len(group.document_ids))
        )
        for group in collections
    }


def _documents_of(chosen: Sequence[str], members: dict[str, tuple[str, ...]]) -> list[str]:
    """The ids that choices stand for, each once, in their order."""
    return list(dict.fromkeys(d for choice in chosen for d in members.get(choice, (choice,))))
