"""The Library page: bring documents in, see what is there."""

from __future__ import annotations

import streamlit as st

from ui.app.components.collection_editor import collection_editor
from ui.app.components.document_list import Marks, document_list
from ui.app.components.upload import job_views, uploader
from ui.app.session import texts
from ui.app.shared import Shared

__all__ = ["library_page"]


def library_page(shared: Shared) -> None:
    """The place to drop files, what became of them, and all documents."""
    t = texts()
    documents = shared.library.documents()
    st.title(t.library_title, anchor=False)
    uploader(shared)
    job_views(shared)
    if not documents:
        st.info(t.no_documents, icon=":material/info:")
        return
    st.caption(
        t.library_counts.format(
            documents=t.count("document", len(documents)),
            pages=t.count("page", sum(document.pages for document in documents)),
            chunks=t.count("chunk", sum(document.chunks for document in documents)),
        )
    )
    store = shared.library.store
    collection_editor(shared.library, store.collections.all(), documents)
    document_list(shared, documents, Marks(store.collections.by_document(), store.all_similar_documents()))
