"""The tables of a page as they were understood: each row with the names that its values stand under."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.schema import Block, Page
from rag.store import Store
from rag.text.tables import row_statement
from ui.app.escaping import html_text
from ui.app.session import texts

__all__ = ["page_tables", "row_html"]


def page_tables(store: Store, document_id: str, page: Page) -> None:
    """The rows of a page whose header is known, in words; nothing where there are none."""
    rows = [row for row in store.table_rows(document_id, page.start, page.end) if row.header is not None]
    if not rows:
        return
    t = texts()
    with st.expander(t.table_rows.format(rows=t.count("row", len(rows))), icon=":material/table:"):
        st.caption(t.table_rows_help)
        text = store.text(document_id, rows[0].start, rows[-1].end)
        st.html(f'<table class="cw-facts cw-table">{_rows_html(rows, text)}</table>')


def _rows_html(rows: Sequence[Block], text: str) -> str:
    """`text` begins where the first row does; a caption is told where it changes."""
    parts, caption = [], ""
    for row in rows:
        if row.header is not None and row.header.caption != caption:
            caption = row.header.caption
            if caption:
                parts.append(f'<tr><td colspan="2" class="cw-caption">{html_text(caption)}</td></tr>')
        parts.append(row_html(row, text[row.start - rows[0].start : row.end - rows[0].start]))
    return "".join(parts)


def row_html(row: Block, text: str) -> str:
    """A row as it stands and as it is read; a row of names stands alone."""
    cells = "".join(f"<span>{html_text(cell.strip())}</span>" for cell in text.strip().split("\t"))
    if row.header is None or row.header.is_header:
        return f'<tr class="cw-head"><th colspan="2"><div class="cw-cells">{cells}</div></th></tr>'
    read = html_text(row_statement(text, row.header))
    return f'<tr><td><div class="cw-cells">{cells}</div></td><td>{read}</td></tr>'
