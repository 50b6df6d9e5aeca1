"""Collections: make one, choose its documents, rename it, forget it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from rag.errors import CitewellError
from rag.library import Library
from rag.schema import DocumentInfo
from rag.store import Collection
from ui.app.components.frame import trouble
from ui.app.components.scope import document_names
from ui.app.session import texts
from ui.app.texts import Texts

__all__ = ["collection_editor"]

_NEW = ""


def collection_editor(
    library: Library, collections: Sequence[Collection], documents: Sequence[DocumentInfo]
) -> None:
    """One collection at a time, or a new one."""
    t = texts()
    by_name = {group.name: group for group in collections}
    title = t.collections if not by_name else t.collections_counted.format(n=len(by_name))
    with st.expander(title, icon=":material/folder_special:"):
        if st.session_state.get("collection") not in by_name:
            st.session_state["collection"] = _NEW
        chosen = st.selectbox(
            t.collection,
            [_NEW, *by_name],
            format_func=lambda name: name or t.collection_new,
            key="collection",
        )
        _form(library, by_name.get(chosen or _NEW), documents, t)


def _form(library: Library, group: Collection | None, documents: Sequence[DocumentInfo], t: Texts) -> None:
    names = document_names(documents)
    kept = group.name if group else _NEW
    name = st.text_input(t.collection_name, value=kept, max_chars=120, key=f"collection-name-{kept}")
    members = st.multiselect(
        t.collection_members,
        list(names),
        default=list(group.document_ids) if group else [],
        format_func=names.__getitem__,
        placeholder=t.collection_members_none,
        key=f"collection-members-{kept}",
    )
    with st.container(horizontal=True):
        st.button(
            t.collection_save,
            key="collection-save",
            type="primary",
            icon=":material/save:",
            disabled=not name.strip(),
            on_click=_attempt,
            args=(lambda: _save(library, kept, name, members),),
        )
        if group is not None:
            st.button(
                t.collection_remove,
                key="collection-remove",
                type="tertiary",
                icon=":material/folder_off:",
                help=t.collection_remove_help,
                on_click=_attempt,
                args=(lambda: library.store.collections.remove(kept),),
            )


def _save(library: Library, kept: str, name: str, members: Sequence[str]) -> None:
    groups, clean = library.store.collections, " ".join(name.split())
    if kept and clean != kept:
        groups.rename(kept, clean)
    groups.put(clean, members)
    st.session_state["collection"] = clean
    st.session_state.pop("collection-name-", None)
    st.session_state.pop("collection-members-", None)


def _attempt(change: Callable[[], None]) -> None:
    """Make a change; what goes wrong is told in its own words."""
    try:
        change()
    except CitewellError as error:
        trouble(error)
