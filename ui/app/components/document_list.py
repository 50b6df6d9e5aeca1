"""The documents of the library: find, sort, open, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final

import streamlit as st

from rag.schema import DocumentInfo
from rag.store import SimilarDocument
from ui.app.escaping import html_text, label
from ui.app.session import local_time, session, texts
from ui.app.shared import Shared
from ui.app.texts import Texts

__all__ = ["Marks", "document_list", "found_documents", "size_text"]

_ROWS: Final = 20
_ORDERS: Final[dict[str, tuple[Callable[[DocumentInfo], Any], bool]]] = {
    "name": (lambda document: document.name.casefold(), False),
    "newest": (lambda document: document.added_at, True),
    "pages": (lambda document: document.pages, True),
    "size": (lambda document: document.characters, True),
}


@dataclass(frozen=True)
class Marks:
    """What is told of documents, by id, beside themselves: their collections, and those nearly the same."""

    collections: Mapping[str, Sequence[str]] = field(default_factory=dict)
    similar: Mapping[str, Sequence[SimilarDocument]] = field(default_factory=dict)


def document_list(shared: Shared, documents: Sequence[DocumentInfo], marks: Marks) -> None:
    """A row a document, with search and order; twenty rows at a time."""
    t = texts()
    words, order, group = _controls(marks, t)
    if group:
        documents = [d for d in documents if group in marks.collections.get(d.document_id, ())]
    found = found_documents(documents, words, order)
    pages = max(1, -(-len(found) // _ROWS))
    if words:
        st.caption(t.found.format(n=len(found), documents=t.count("document", len(documents))))
    number = st.pagination(pages, key="documents-page") if pages > 1 else 1
    for document in found[(number - 1) * _ROWS : number * _ROWS]:
        _row(shared, document, marks, t)


def found_documents(documents: Sequence[DocumentInfo], words: str, order: str) -> list[DocumentInfo]:
    """The documents whose source or title holds every word, in an order of `name newest pages size`."""
    wanted = words.casefold().split()
    key, descending = _ORDERS[order]
    found = [d for d in documents if all(word in f"{d.source} {d.title}".casefold() for word in wanted)]
    return sorted(found, key=key, reverse=descending)


def size_text(characters: int, t: Texts) -> str:
    """A length in characters as people read it."""
    return t.count("character", characters, f"{characters / 1000:.0f}k" if characters >= 10_000 else "")


def _controls(marks: Marks, t: Texts) -> tuple[str, str, str | None]:
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
        group = _group_choice(marks, t)
    return words, order, group


def _group_choice(marks: Marks, t: Texts) -> str | None:
    """One collection to see, where there are any with documents."""
    names = sorted({name for own in marks.collections.values() for name in own})
    if not names:
        return None
    return st.selectbox(
        t.collection,
        names,
        index=None,
        placeholder=t.collection_any,
        key="documents-collection",
        label_visibility="collapsed",
        width=190,
    )


def _row(shared: Shared, document: DocumentInfo, marks: Marks, t: Texts) -> None:
    key = document.document_id
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"document-{key}"):
        st.html(_row_html(document, marks, t), width="stretch")
        with st.container(horizontal=True, width="content", key=f"acts-{key}"):
            if st.button(t.open, key=f"view-{key}", icon=":material/visibility:", type="tertiary"):
                st.switch_page("views/document_view.py", query_params={"id": key})
            if st.button("", key=f"delete-{key}", icon=":material/delete:", help=t.delete, type="tertiary"):
                _confirm(t.delete_title)(shared, document)


def _row_html(document: DocumentInfo, marks: Marks, t: Texts) -> str:
    facts = [
        t.counts.format(pages=t.count("page", document.pages), chunks=t.count("chunk", document.chunks)),
        size_text(document.characters, t),
        t.added.format(date=local_time(document.added_at)),
    ]
    title = "" if document.title in (document.name, PurePath(document.name).stem) else document.title
    groups = "".join(
        f'<span class="cw-status">{html_text(name)}</span>'
        for name in marks.collections.get(document.document_id, ())
    )
    similar = [_likeness(other, t) for other in marks.similar.get(document.document_id, ())[:2]]
    notes = "".join(
        f'<div class="cw-file-note">{html_text(text)}</div>' for text in [*similar, *document.warnings[:3]]
    )
    return (
        f'<div class="cw-row-name">{html_text(document.name)} {groups}</div>'
        f'<div class="cw-row-title">{html_text(title)}</div>'
        f'<div class="cw-row-facts">{html_text(" · ".join(facts))}</div>{notes}'
    )


def _likeness(other: SimilarDocument, t: Texts) -> str:
    if other.same_bytes:
        return t.same_file.format(name=other.name)
    return t.nearly_same.format(name=other.name, percent=min(99, round(100 * other.share)))


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
