"""Which documents are asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from rag.schema import DocumentInfo
from ui.app.session import texts

__all__ = ["chosen_documents", "document_names"]


def chosen_documents(documents: Sequence[DocumentInfo]) -> list[str] | None:
    """A choice of documents by id; None stands for all."""
    t = texts()
    names = document_names(documents)
    kept = [document_id for document_id in st.session_state.get("scope", []) if document_id in names]
    st.session_state["scope"] = kept
    title = (
        t.scope_all.format(n=len(documents))
        if not kept
        else t.scope_some.format(documents=t.count("document", len(kept)))
    )
    with st.popover(title, icon=":material/library_books:", type="tertiary"):
        chosen = st.multiselect(
            t.scope_label,
            list(names),
            format_func=names.__getitem__,
            placeholder=t.scope_placeholder,
            key="scope",
            persist_state="session",
        )
    return list(chosen) or None


def document_names(documents: Sequence[DocumentInfo]) -> dict[str, str]:
    """A name for each document id: the file's, with its folder where two share one."""
    counts = Counter(document.name for document in documents)
    return {
        document.document_id: document.name if counts[document.name] == 1 else document.source
        for document in documents
    }
