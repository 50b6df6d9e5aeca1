"""One document opened: page by page, with its picture, its chunks and what was said on reading it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from rag.library import Library
from rag.page_image import drawn_scale
from rag.schema import DocumentInfo, Page, StoredChunk
from ui.app.components.document_tables import page_tables
from ui.app.components.evidence_panel import original_button
from ui.app.components.page_picture import page_picture, tinted
from ui.app.escaping import html_text, label, laid_out_html
from ui.app.session import texts
from ui.app.shown_places import span_boxes
from ui.app.texts import Texts

__all__ = ["document_page"]

_SCALE: Final = 1.6


def document_page(library: Library) -> None:
    """The document that the address names."""
    found = library.store.documents([st.query_params.get("id", "")])
    if found:
        _document(library, found[0])
    else:
        st.info(texts().document_gone, icon=":material/delete:")
        _back(texts())


def _document(library: Library, document: DocumentInfo) -> None:
    """Its pages, one at a time."""
    t = texts()
    with st.container(horizontal=True, vertical_alignment="center"):
        _back(t)
        original_button(library, document, _asked_page(document))
    st.header(label(document.name), anchor=False)
    _facts(document, t)
    pages = library.store.pages(document.document_id)
    if not pages:
        return
    number = _page_number(len(pages), t)
    page = pages[number - 1]
    for warning in page.warnings:
        st.warning(label(warning, 400), icon=":material/info:")
    chunks = [
        chunk
        for chunk in library.store.document_chunks(document.document_id)
        if chunk.start < page.end and chunk.end > page.start
    ]
    _page(library, document, page, chunks, t)
    page_tables(library.store, document.document_id, page)


def _facts(document: DocumentInfo, t: Texts) -> None:
    facts = {
        t.fact_title: document.title,
        t.fact_source: document.source,
        t.fact_kind: document.media_type,
        t.fact_language: document.language,
        t.fact_sha256: document.sha256,
        **document.metadata,
    }
    st.caption(
        t.counts.format(pages=t.count("page", document.pages), chunks=t.count("chunk", document.chunks))
    )
    with st.expander(t.facts, icon=":material/info:"):
        rows = "".join(
            f"<tr><th>{html_text(name)}</th><td>{html_text(str(value))}</td></tr>"
            for name, value in facts.items()
            if value
        )
        st.html(f'<table class="cw-facts">{rows}</table>')
        for warning in document.warnings:
            st.warning(label(warning, 400), icon=":material/info:")


def _asked_page(document: DocumentInfo) -> int:
    """The page that the address names, where there is such a page."""
    asked = st.query_params.get("page", "")
    return int(asked) if asked.isdecimal() and 1 <= int(asked) <= document.pages else 1


def _page_number(pages: int, t: Texts) -> int:
    if pages == 1:
        return 1
    return int(st.pagination(pages, key="page", bind="query-params"))


def _page(
    library: Library, document: DocumentInfo, page: Page, chunks: Sequence[StoredChunk], t: Texts
) -> None:
    picture = page_picture(library, document.document_id, page.number, scale=_SCALE)
    if picture is None:
        _page_text(page, chunks, t)
        return
    left, right = st.columns([3, 2], gap="medium")
    with right:
        chosen = _chunk_choice(page, chunks, t)
    with left:
        boxes = [
            span_boxes(
                library.store, document.document_id, max(chunk.start, page.start), min(chunk.end, page.end)
            )
            for chunk in chunks
        ]
        scale = drawn_scale(page.width or 0.0, page.height or 0.0, _SCALE)
        st.image(tinted(picture, boxes, chosen, scale), width="stretch", alt=t.page.format(n=page.number))


def _chunk_choice(page: Page, chunks: Sequence[StoredChunk], t: Texts) -> int | None:
    """Which chunk's frame is bold; its text stands below."""
    st.caption(t.chunks_choice.format(chunks=t.count("chunk", len(chunks))))
    chosen = st.pills(
        t.chunk,
        range(len(chunks)),
        format_func=lambda index: str(chunks[index].ordinal + 1),
        key=f"chunk-{page.number}",
        label_visibility="collapsed",
    )
    if chosen is not None:
        chunk = chunks[chosen]
        headings = " › ".join(chunk.headings)
        st.html(
            f'<div class="cw-place">{html_text(headings)}</div>'
            f'<div class="cw-around">{laid_out_html(chunk.text)}</div>'
        )
    return chosen


def _page_text(page: Page, chunks: Sequence[StoredChunk], t: Texts) -> None:
    """A page without a picture: its text, a rule where a chunk begins."""
    st.caption(t.chunks_here.format(chunks=t.count("chunk", len(chunks))))
    parts = []
    for chunk in chunks:
        start, end = max(chunk.start, page.start), min(chunk.end, page.end)
        text = chunk.text[start - chunk.start : end - chunk.start].strip("\f")
        parts.append(f'<div class="cw-chunk"><span>{chunk.ordinal + 1}</span>{laid_out_html(text)}</div>')
    st.html("".join(parts))


def _back(t: Texts) -> None:
    st.page_link("views/library_view.py", label=t.back, icon=":material/arrow_back:")
