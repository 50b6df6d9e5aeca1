"""The place that a citation names: the page with the quote marked, the words around it, the original."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable

import streamlit as st

from rag.errors import CitewellError, NotFoundError
from rag.library import Library
from rag.schema import Citation, DocumentInfo
from ui.app.components.page_picture import page_picture
from ui.app.escaping import html_text, label, laid_out_html
from ui.app.original import original_address
from ui.app.session import Opened, session, texts
from ui.app.shown_places import file_name, place_text, span_boxes, surroundings

__all__ = ["close_button", "evidence", "original_button"]


def evidence(
    library: Library,
    opened: Opened,
    close: Callable[[], None] | None = None,
    above: Callable[[], None] | None = None,
) -> None:
    """The panel beside the answer; on a phone a sheet over it (`style.css`).

    `close` is called when it is closed, in place of forgetting what the session has open; `above` draws what
    stands under its head.
    """
    with st.container(key="evidence", border=True):
        _header(opened, close or _close)
        if above is not None:
            above()
        try:
            document = library.store.documents([opened.document_id])
            if not document:
                st.info(texts().document_gone, icon=":material/delete:")
                return
            _place(library, document[0], opened)
        except NotFoundError:
            st.info(texts().document_gone, icon=":material/delete:")
        except CitewellError as error:
            st.text(str(error))


def _header(opened: Opened, close: Callable[[], None]) -> None:
    t = texts()
    place = place_text(opened.place, t)
    number = f'<sup class="cw-number">{opened.number}</sup> ' if opened.number else ""
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="evidence-head"):
        st.html(
            f'<div class="cw-document">{number}<b>{html_text(file_name(opened.source))}</b>'
            f"{f' · {html_text(place)}' if place else ''}</div>"
        )
        _turn_over(opened)
        close_button(close)


def close_button(close: Callable[[], None]) -> None:
    """Closes the panel, as the Escape key does unless it stops an answer."""
    busy = session().asking is not None
    st.button(
        "",
        key="close-evidence",
        type="tertiary",
        icon=":material/close:",
        help=texts().close,
        on_click=close,
        shortcut=None if busy else "Escape",
    )


def _turn_over(opened: Opened) -> None:
    """To the citation before and after, where the answer has several."""
    t = texts()
    citations = _citations(opened)
    at = next((i for i, citation in enumerate(citations) if citation.number == opened.number), None)
    if at is None or len(citations) < 2:
        return
    for step, icon, name in (
        (-1, ":material/chevron_left:", t.previous_citation),
        (1, ":material/chevron_right:", t.next_citation),
    ):
        there = at + step
        st.button(
            "",
            key=f"citation-step-{step}",
            icon=icon,
            help=name,
            type="tertiary",
            disabled=not 0 <= there < len(citations),
            on_click=_show,
            args=(citations[there % len(citations)], opened.turn),
        )


def _place(library: Library, document: DocumentInfo, opened: Opened) -> None:
    t = texts()
    store = library.store
    quote = store.text(opened.document_id, opened.start, opened.end)
    boxes = opened.boxes
    if boxes is None:
        boxes = span_boxes(store, opened.document_id, opened.start, opened.end)
    picture = page_picture(library, opened.document_id, opened.page, boxes)
    around = surroundings(store, opened.document_id, opened.start, opened.end)
    text_html = (
        f'<div class="cw-around">{"… " if around.cut_before else ""}'
        f"{laid_out_html(around.text, (around.start, around.end))}{' …' if around.cut_after else ''}</div>"
    )
    if opened.number is not None:
        st.html(f'<blockquote class="cw-quote">{laid_out_html(quote)}</blockquote>')
    if picture is None:
        st.html(text_html)
    else:
        st.image(picture, width="stretch", alt=t.page_picture.format(n=opened.page, quote=quote[:300]))
        with st.expander(t.around, icon=":material/notes:"):
            st.html(text_html)
    with st.container(horizontal=True, vertical_alignment="center", key="evidence-tools"):
        original_button(library, document, opened.page)
        st.page_link(
            "views/document_view.py",
            label=t.in_library,
            icon=":material/menu_book:",
            query_params={"id": opened.document_id, "page": str(opened.page)},
        )


def original_button(library: Library, document: DocumentInfo, page: int = 1) -> None:
    """The file as it came in: opened at a page where the browser can, and to download.

    For a download it is read from disk only when it is asked for.
    """
    t = texts()
    path = library.store.original(document.document_id)
    if path is None:
        st.caption(t.original_not_kept)
        return
    address = original_address(library, document, page)
    if address is not None:
        st.link_button(
            t.open_original,
            address,
            icon=":material/open_in_new:",
            type="tertiary",
            help=t.open_original_help.format(n=page),
        )
    st.download_button(
        t.original,
        data=path.read_bytes,
        file_name=document.name,
        mime=mimetypes.guess_type(document.name)[0] or "application/octet-stream",
        key=f"original-{document.document_id}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help=t.original_help.format(source=label(document.source, 300)),
    )


def _citations(opened: Opened) -> tuple[Citation, ...]:
    turns = session().conversation.turns
    if opened.turn is None or opened.turn >= len(turns):
        return ()
    answer = turns[opened.turn].answer
    return answer.citations if answer is not None else ()


def _show(citation: Citation, turn: int | None) -> None:
    session().opened = Opened.citation(citation, turn)


def _close() -> None:
    session().opened = None
