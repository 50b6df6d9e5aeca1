"""The documents of the library: find, sort, open, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import streamlit as st

from rag.schema import DocumentInfo
from ui.app.escaping import html_text, label
from ui.app.session import session, texts
from ui.app.shared import Shared
from ui.app.texts import Texts
from ui.app.times import local_time

__all__ = ["document_list", "found_documents", "size_text"]

_ROWS: Final = 20
_ORDERS: Final[dict[str, tuple[Callable[[DocumentInfo], Any], bool]]] = {
    "name": (lambda document: document.name.casefold(), False),
    "newest": (lambda document: document.added_at, True),
    "pages": (lambda document: document.pages, True),
    "size": (lambda document: document.characters, True),
}


def document_list(shared: Shared, documents: Sequence[DocumentInfo]) -> None:
    """A row a document, with search and order; twenty rows at a time."""
    t = texts()
    words, order = _controls(t)
    found = found_documents(documents, words, order)
    pages = max(1, -(-len(found) // _ROWS))
    if words:
        st.caption(t.found.format(n=len(found), documents=t.count("document", len(documents))))
    number = st.pagination(pages, key="documents-page") if pages > 1 else 1
    for document in found[(number - 1) * _ROWS : number * _ROWS]:
        _row(shared, document, t)


def found_documents(documents: Sequence[DocumentInfo], words: str, order: str) -> list[DocumentInfo]:
    """The documents whose source or title holds every word, in an order of `name newest pages size`."""
    wanted = words.casefold().split()
    key, descending = _ORDERS[order]
    found = [d for d in documents if all(word in f"{d.source} {d.title}".casefold() for word in wanted)]
    return sorted(found, key=key, reverse=descending)


def size_text(characters: int, t: Texts) -> str:
    """A length in characters as people read it."""
    return t.characters.format(n=f"{characters / 1000:.0f}k" if characters >= 10_000 else characters)


def _controls(t: Texts) -> tuple[str, str]:
    with st.container(horizontal=True, key="documents-controls"):
        words = st.text_input(
            t.find, placeholder=t.find, key="documents-words", label_visibility="collapsed", live=True
        )
        order = st.selectbox(
            t.order,
            list(_ORDERS),
            format_func=t.orders.__getitem__,
            key="documents-order",
            label_visibility="collapsed",
            width=190,
        )
    return words, order


def _row(shared: Shared, document: DocumentInfo, t: Texts) -> None:
    key = document.document_id
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"document-{key}"):
        st.html(_row_html(document, t), width="stretch")
        with st.container(horizontal=True, width="content", key=f"acts-{key}"):
            if st.button(t.open, key=f"view-{key}", icon=":material/visibility:", type="tertiary"):
                st.switch_page("views/document.py", query_params={"id": key})
            if st.button("", key=f"delete-{key}", icon=":material/delete:", help=t.delete, type="tertiary"):
                _confirm(t.delete_title)(shared, document)


def _row_html(document: DocumentInfo, t: Texts) -> str:
    facts = [
        t.counts.format(pages=t.count("page", document.pages), chunks=t.count("chunk", document.chunks)),
        size_text(document.characters, t),
        t.added.format(date=local_time(document.added_at)),
    ]
    title = document.title if document.title and document.title != document.name else ""
    warnings = "".join(f'<div class="cw-file-note">{html_text(text)}</div>' for text in document.warnings[:3])
    return (
        f'<div class="cw-row-name">{html_text(document.name)}</div>'
        f'<div class="cw-row-title">{html_text(title)}</div>'
        f'<div class="cw-row-facts">{html_text(" · ".join(facts))}</div>{warnings}'
    )


def _confirm(title: str) -> Callable[[Shared, DocumentInfo], None]:
    @st.dialog(title)
    def confirm(shared: Shared, document: DocumentInfo) -> None:
        t = texts()
        st.markdown(t.delete_question.format(name=label(document.name)))
        with st.container(horizontal=True):
            yes = st.button(
                t.delete_yes,
                key="delete-yes",
                type="primary",
                icon=":material/delete:",
                on_click=_delete,
                args=(shared, document),
            )
            no = st.button(t.cancel, key="delete-no")
        if yes or no:
            st.rerun()

    return confirm


def _delete(shared: Shared, document: DocumentInfo) -> None:
    shared.library.remove([document.document_id])
    opened = session().opened
    if opened is not None and opened.document_id == document.document_id:
        session().opened = None
    st.toast(texts().deleted.format(name=label(document.name)), icon=":material/check:")
