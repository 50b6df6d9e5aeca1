"""The Grid page: the questions and documents of a grid, how far it is filled, and its table."""

from __future__ import annotations

from typing import Final

import streamlit as st

from rag.errors import CitewellError
from rag.grid import Grid, read_columns
from rag.schema import DocumentInfo
from ui.app.components.frame import trouble
from ui.app.components.grid_table import grid_table
from ui.app.components.scope import chosen_documents
from ui.app.components.upload import duration_text
from ui.app.components.welcome import empty_library
from ui.app.gridding import GridFilling
from ui.app.session import AskedGrid, session, texts
from ui.app.shared import Shared
from ui.app.shown_places import file_name

__all__ = ["grid_page"]

_TICK_SECONDS: Final = 1.0
_MOST_MEGABYTES: Final = 5
_MOST_FAILURES: Final = 5
_MOST_LIVE: Final = 5_000
"""Cells of a table that is drawn again each second while it is filled."""


def grid_page(shared: Shared) -> None:
    """Ask, see it fill, check."""
    t = texts()
    documents = shared.library.documents()
    if not documents:
        empty_library(shared)
        return
    st.title(t.grid_title, anchor=False)
    st.markdown(t.grid_text)
    _asked(shared, documents)
    if shared.filling.running:
        st.fragment(_live, run_every=_TICK_SECONDS)(shared)
        return
    _ended(shared.filling)
    if (grid := _grid(shared)) is not None:
        grid_table(shared.library, grid)


def _asked(shared: Shared, documents: list[DocumentInfo]) -> None:
    """The questions, the documents, and the button that fills."""
    t = texts()
    state = session()
    with st.expander(t.grid_questions, icon=":material/help:", expanded=state.grid is None):
        written = st.text_area(
            t.grid_questions,
            placeholder=t.grid_questions_placeholder,
            help=t.grid_questions_help,
            key="grid-questions",
            persist_state="session",
            label_visibility="collapsed",
        )
        file = st.file_uploader(
            t.grid_upload, type=["txt", "csv", "jsonl"], max_upload_size=_MOST_MEGABYTES, key="grid-file"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            scope = chosen_documents(documents, shared.library.store.collections.all())
            filled = st.button(
                t.grid_fill,
                key="grid-fill",
                type="primary",
                icon=":material/play_arrow:",
                disabled=shared.filling.running or not (written.strip() or file is not None),
            )
    if filled:
        text = file.getvalue().decode("utf-8-sig", "replace") if file is not None else written
        _start(shared, text, file.name if file is not None else t.grid_questions, scope)


def _start(shared: Shared, text: str, name: str, scope: list[str] | None) -> None:
    try:
        columns = tuple(read_columns(text, name))
        shared.filling.start(lambda: Grid(shared.ready(), columns, scope))
    except CitewellError as error:
        trouble(error)
        return
    session().grid = AskedGrid(columns, None if scope is None else tuple(scope))
    st.rerun()


def _grid(shared: Shared) -> Grid | None:
    """This session's grid, without the documents that have left the library; None before the first."""
    asked = session().grid
    if asked is None:
        return None
    there = {document.document_id for document in shared.library.documents()}
    kept = None if asked.documents is None else [d for d in asked.documents if d in there]
    return Grid(shared.library, asked.columns, kept)


def _live(shared: Shared) -> None:
    t = texts()
    filling = shared.filling
    if not filling.running:
        st.rerun()  # the whole page, whose cells can be chosen now
    told = t.grid_progress.format(done=filling.done, cells=t.count("cell", filling.total))
    if (left := filling.seconds_left) is not None:
        told += f" · {t.time_left.format(seconds=duration_text(left))}"
    with st.container(horizontal=True, vertical_alignment="center", key="grid-filling"):
        st.progress(filling.done / max(1, filling.total), text=t.stopping if filling.stopping else told)
        st.button(
            t.stop,
            key="grid-stop",
            icon=":material/stop_circle:",
            on_click=filling.stop,
            disabled=filling.stopping,
        )
    grid = _grid(shared)
    if grid is not None and grid.size <= _MOST_LIVE:
        grid_table(shared.library, grid, live=True)


def _ended(filling: GridFilling) -> None:
    """What went wrong with the last: all of it, or some documents."""
    t = texts()
    if filling.error is not None:
        st.error(t.grid_failed_all, icon=":material/error:")
        st.text(filling.error)
    for source, error in list(filling.failed.items())[:_MOST_FAILURES]:
        st.text(t.grid_failed.format(name=file_name(source), error=error))
