"""The table of a grid: found, filtered and sorted; a chosen cell opens at the place that it cites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import streamlit as st

from rag.grid import (
    AskedColumn,
    Cell,
    ColumnType,
    Grid,
    Row,
    cell_text,
    cell_value,
    grid_csv,
    grid_xlsx,
    harmless,
)
from rag.library import Library
from rag.schema import Verdict
from rag.text import as_sentence
from ui.app.components.answer import confidence_badge, verdict_badge
from ui.app.components.evidence_panel import close_button, evidence
from ui.app.components.scope import document_names
from ui.app.escaping import html_text, label
from ui.app.session import Opened, session, texts
from ui.app.texts import Texts

__all__ = ["grid_table"]

_DOCUMENT: Final = "document"
_DOUBTFUL: Final = " ?"
"""Stands behind a text that is perhaps no answer."""
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Shown(NamedTuple):
    """A column of the table: what it is called, whose cells it shows, and whether their text."""

    head: str
    column: AskedColumn
    is_text: bool


def grid_table(library: Library, grid: Grid, *, live: bool = False) -> None:
    """The rows with what is filled; while it is `live` no cell can be chosen, since all is drawn again."""
    rows = grid.kept()
    if live:
        _table(grid, rows, selectable=False)
        return
    _downloads(grid, rows)
    rows = _found(rows, grid.columns)
    chosen = _chosen(grid, rows)
    if chosen is None:
        _table(grid, rows, selectable=True)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _table(grid, rows, selectable=True)
    with right:
        _panel(library, *chosen, grid.columns.index(chosen[1]))


def _table(grid: Grid, rows: Sequence[Row], *, selectable: bool) -> None:
    t = texts()
    if not rows:
        st.info(t.grid_none, icon=":material/info:")
        return
    shown = _shown(grid.columns, rows, t)
    names = document_names(grid.documents)
    values = [
        {_DOCUMENT: harmless(names[row.document.document_id])}
        | {key: _value(row.cells.get(item.column.name), item) for key, item in shown.items()}
        for row in rows
    ]
    config: dict[str, Any] = {_DOCUMENT: st.column_config.TextColumn(t.grid_document, pinned=True)}
    for key, item in shown.items():
        config[key] = _config(item)
    st.dataframe(
        values,
        hide_index=True,
        column_config=config,
        key=_key() if selectable else None,
        on_select="rerun" if selectable else "ignore",
        selection_mode="single-cell",
        placeholder="–",
    )


def _shown(columns: Sequence[AskedColumn], rows: Sequence[Row], t: Texts) -> dict[str, _Shown]:
    """By a key of their own, since a column may be called as it likes; texts where a value is missing."""
    shown: dict[str, _Shown] = {}
    for place, column in enumerate(columns):
        cells = [row.cells[column.name] for row in rows if column.name in row.cells]
        units = {cell.unit for cell in cells if cell.value is not None}
        named = column.name
        if len(units) == 1 and (unit := units.pop()):
            named = t.grid_column_unit.format(column=column.name, unit=unit)
        is_text = column.type is ColumnType.TEXT
        shown[f"{place}"] = _Shown(named, column, is_text)
        if not is_text and (len(units) > 1 or any(cell.told and cell.value is None for cell in cells)):
            shown[f"{place}-text"] = _Shown(t.grid_column_text.format(column=column.name), column, True)
    return shown


def _config(item: _Shown) -> Any:
    """Days are texts, since they may lack their month; ISO 8601 sorts by itself."""
    question = label(item.column.question)
    if item.is_text or item.column.type is not ColumnType.NUMBER:
        return st.column_config.TextColumn(item.head, help=question)
    return st.column_config.NumberColumn(item.head, help=question, format="localized")


def _value(cell: Cell | None, item: _Shown) -> Any:
    if cell is None:
        return None
    if not item.is_text:
        value = cell_value(cell)
        return value if item.column.type is ColumnType.NUMBER or value is None else str(value)
    told = f"{cell.told}{_DOUBTFUL}" if cell.told and cell.verdict is Verdict.NEAR else cell.told
    return harmless(told) or None  # Streamlit offers the table as CSV by itself


def _found(rows: Sequence[Row], columns: Sequence[AskedColumn]) -> list[Row]:
    """The rows that hold all words of the search, and have empty or doubtful cells where that is asked."""
    t = texts()
    with st.container(horizontal=True, key="grid-controls"):
        words = st.text_input(
            t.grid_find, placeholder=t.grid_find, key="grid-words", label_visibility="collapsed", live=True
        )
        wanted = st.selectbox(
            t.grid_find,
            list(t.grid_rows),
            format_func=t.grid_rows.__getitem__,
            key="grid-rows",
            label_visibility="collapsed",
            width=220,
        )
    asked = words.casefold().split()
    return [row for row in rows if _is_wanted(row, wanted, columns) and _holds(row, asked)]


def _is_wanted(row: Row, wanted: str, columns: Sequence[AskedColumn]) -> bool:
    if wanted == "doubtful":
        return any(cell.verdict is Verdict.NEAR for cell in row.cells.values())
    return wanted == "all" or not all(c.name in row.cells and cell_text(row.cells[c.name]) for c in columns)


def _holds(row: Row, words: Sequence[str]) -> bool:
    cells = (f"{cell_text(cell)} {cell.told}" for cell in row.cells.values())
    text = f"{row.document.source} {' '.join(cells)}".casefold()
    return all(word in text for word in words)


def _downloads(grid: Grid, rows: Sequence[Row]) -> None:
    files: Mapping[str, tuple[Any, str]] = {"CSV": (grid_csv, "text/csv"), "XLSX": (grid_xlsx, _XLSX)}
    with st.container(horizontal=True, key="grid-downloads"):
        for name, (made, media_type) in files.items():
            st.download_button(
                name,
                data=partial(_bytes, made, grid.columns, rows),
                file_name=f"grid.{name.lower()}",
                mime=media_type,
                key=f"grid-download-{name.lower()}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )


def _bytes(made: Any, columns: Sequence[AskedColumn], rows: Sequence[Row]) -> bytes:
    file = made(columns, rows)
    return file if isinstance(file, bytes) else str(file).encode("utf-8", "replace")


def _key() -> str:
    return f"grid-table-{session().grid_closed}"


def _chosen(grid: Grid, rows: Sequence[Row]) -> tuple[Row, AskedColumn] | None:
    """The cell that was chosen in the table as it is drawn now."""
    state: Any = st.session_state.get(_key())
    cells = state["selection"]["cells"] if state is not None else ()
    if not cells or cells[0][0] >= len(rows) or cells[0][1] == _DOCUMENT:
        return None
    column = grid.columns[int(cells[0][1].partition("-")[0])]
    return rows[cells[0][0]], column


def _close() -> None:
    session().grid_closed += 1


def _panel(library: Library, row: Row, column: AskedColumn, place: int) -> None:
    """What a cell says and where it stands; of an empty one why."""
    t = texts()
    cell = row.cells.get(column.name)
    if cell is not None and cell.citation is not None:
        numbers = [citation.number for citation in cell.citations]
        key = f"grid-citation-{row.document.document_id}-{place}"
        number = st.session_state.get(key) or cell.citation.number
        opened = next((c for c in cell.citations if c.number == number), cell.citation)
        draw = partial(_told, cell, column, numbers, key, t)
        evidence(library, Opened.citation(opened), _close, draw)
        return
    with st.container(key="evidence", border=True):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="evidence-head"):
            st.html(f'<div class="cw-document"><b>{html_text(row.document.name)}</b></div>')
            close_button(_close)
        st.html(f'<p class="cw-question">{html_text(column.question)}</p>')
        reason = as_sentence(cell.reason) if cell is not None else t.grid_not_filled
        st.html(f'<p class="cw-note">{html_text(reason or t.grid_not_found)}</p>')


def _told(cell: Cell, column: AskedColumn, numbers: Sequence[int], key: str, t: Texts) -> None:
    st.html(f'<p class="cw-understood">{html_text(column.question)}</p>')
    if (text := cell_text(cell)) not in (" ".join(c.quote.split()) for c in cell.citations):
        st.html(f'<p class="cw-short"><strong>{html_text(text)}</strong></p>')
    if cell.value is None and column.type is not ColumnType.TEXT:
        st.html(f'<p class="cw-note">{html_text(t.grid_no_value)}</p>')
    with st.container(horizontal=True, gap="small"):
        verdict_badge(cell.verdict, t)
        confidence_badge(cell.confidence, t)
    if cell.reason:
        st.html(f'<p class="cw-note">{html_text(as_sentence(cell.reason))}</p>')
    if len(numbers) > 1:
        st.segmented_control(
            t.why, numbers, default=numbers[0], required=True, key=key, label_visibility="collapsed"
        )
