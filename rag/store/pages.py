"""Pages of a stored document."""

from __future__ import annotations

import json
import sqlite3

from rag.errors import NotFoundError
from rag.schema import Page
from rag.store.documents import document_row

__all__ = ["list_pages", "page_at", "page_by_number"]

_COLUMNS = "number, start, end, label, width, height, warnings"


def list_pages(connection: sqlite3.Connection, document_id: str) -> list[Page]:
    """All pages in order, without their geometry."""
    row, _ = document_row(connection, document_id)
    rows = connection.execute(
        f"SELECT {_COLUMNS}, NULL FROM pages WHERE document = ? ORDER BY number", (row,)
    )
    return [_page(values) for values in rows]


def page_by_number(connection: sqlite3.Connection, document_id: str, number: int) -> Page:
    """One page with its geometry.

    Raises:
        NotFoundError: the document, or its page, is not there.
    """
    row, _ = document_row(connection, document_id)
    values = connection.execute(
        f"SELECT {_COLUMNS}, geometry FROM pages WHERE document = ? AND number = ?", (row, number)
    ).fetchone()
    if values is None:
        last = connection.execute("SELECT max(number) FROM pages WHERE document = ?", (row,)).fetchone()[0]
        raise NotFoundError(f"document {document_id!r} has no page {number}: its pages are 1 to {last}")
    return _page(values)


def page_at(connection: sqlite3.Connection, document_id: str, offset: int) -> Page:
    """The page that holds a character, with its geometry; the text's end belongs to the last page.

    Raises:
        NotFoundError: the document is not there, or the offset is outside its text.
    """
    row, characters = document_row(connection, document_id)
    values = connection.execute(
        f"SELECT {_COLUMNS}, geometry FROM pages WHERE document = ? AND start <= ?"
        " ORDER BY number DESC LIMIT 1",
        (row, offset),
    ).fetchone()
    if values is None or offset > characters:
        raise NotFoundError(f"document {document_id!r} has no character {offset}: it has {characters}")
    return _page(values)


def _page(values: tuple[int, int, int, str, float | None, float | None, str, bytes | None]) -> Page:
    number, start, end, label, width, height, warnings, geometry = values
    return Page(number, start, end, label, width, height, geometry, tuple(json.loads(warnings)))
