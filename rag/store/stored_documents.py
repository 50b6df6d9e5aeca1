"""Documents in the catalog and their pages: put in, take out, list, and find by what people call them."""

from __future__ import annotations

import difflib
import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Final

from rag.errors import NotFoundError, UsageError
from rag.schema import METADATA, TEXT_SOURCE, Document, DocumentInfo, Page
from rag.store.texts import insert_text, storable

__all__ = [
    "Rules",
    "delete_document",
    "document_row",
    "documents_where",
    "insert_document",
    "list_documents",
    "list_pages",
    "matching_ids",
    "now",
    "page_at",
    "page_by_number",
    "resolve",
    "set_rules",
]

_MOST_NEAR: Final = 3
_LIKE_NAMES: Final = 0.6
_LIKE_IDS: Final = 0.75
_COLUMNS = (
    "document_id, source, sha256, media_type, title, language, pages, chunks, characters, added_at, "
    "metadata, warnings, file, loaded_by, chunked_by"
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Names of the rules by which a document was read and cut; empty where they are not known."""

    loaded_by: str = ""
    chunked_by: str = ""


def now() -> str:
    """The time in UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def insert_document(
    connection: sqlite3.Connection,
    document: Document,
    first_chunk: int,
    chunks: int,
    file: str | None,
    rules: Rules,
) -> int:
    """Store a document with its text and pages; returns its row id."""
    row = connection.execute(
        "INSERT INTO documents (document_id, source, sha256, media_type, title, language, pages, characters,"
        " first_chunk, chunks, added_at, metadata, warnings, file, loaded_by, chunked_by)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            document.document_id,
            storable(document.source),
            document.sha256,
            document.media_type,
            storable(document.title),
            document.language,
            len(document.pages),
            len(document.text),
            first_chunk,
            chunks,
            now(),
            json.dumps(document.metadata),
            json.dumps(document.warnings),
            file,
            rules.loaded_by,
            rules.chunked_by,
        ),
    ).lastrowid
    assert row is not None
    insert_text(connection, row, document.text)
    connection.executemany(
        "INSERT INTO pages VALUES (?,?,?,?,?,?,?,?,?)",
        (
            (
                row,
                p.number,
                p.start,
                p.end,
                storable(p.label),
                p.width,
                p.height,
                json.dumps(p.warnings),
                p.geometry,
            )
            for p in document.pages
        ),
    )
    return row


def delete_document(connection: sqlite3.Connection, document_id: str) -> None:
    """Delete a document; its text, pages, blocks and chunks go with it."""
    connection.execute("DELETE FROM documents WHERE document_id = ?", (document_id,))


def set_rules(connection: sqlite3.Connection, document_id: str, rules: Rules) -> None:
    """Note by which rules a document was read and cut."""
    connection.execute(
        "UPDATE documents SET loaded_by = ?, chunked_by = ? WHERE document_id = ?",
        (rules.loaded_by, rules.chunked_by, document_id),
    )


def list_documents(
    connection: sqlite3.Connection, document_ids: Sequence[str] | None = None
) -> list[DocumentInfo]:
    """All documents, or those of the ids that are there, by source."""
    if document_ids is None:
        return documents_where(connection, "TRUE")
    return documents_where(
        connection, "document_id IN (SELECT value FROM json_each(?))", json.dumps(list(document_ids))
    )


def documents_where(connection: sqlite3.Connection, condition: str, *values: object) -> list[DocumentInfo]:
    """The documents that an SQL condition picks, by source."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM documents WHERE {condition} ORDER BY source", values)
    names = [column[0] for column in rows.description]
    return [_info(dict(zip(names, row, strict=True))) for row in rows]


_FACTS: Final = (
    f"CASE WHEN substr(source, 1, {len(TEXT_SOURCE)}) = '{TEXT_SOURCE}'"
    f" THEN json_extract(metadata, '$.{METADATA}')"
    " ELSE json_object('document_id', document_id, 'source', source, 'title', title) END"
)


def matching_ids(connection: sqlite3.Connection, wanted: str) -> list[str]:
    """The ids of the documents of which all is true that a JSON object says; see `Catalog.matching_ids`."""
    rows = connection.execute(
        "SELECT document_id FROM documents WHERE NOT EXISTS (SELECT 1 FROM json_each(?) w WHERE NOT EXISTS"
        f" (SELECT 1 FROM json_each({_FACTS}) f"
        " WHERE f.key = w.key AND f.type = w.type AND f.value IS w.value)) ORDER BY source",
        (wanted,),
    )
    return [row[0] for row in rows]


def _info(values: dict[str, Any]) -> DocumentInfo:
    warnings = tuple(json.loads(values.pop("warnings")))
    return DocumentInfo(**values | {"metadata": json.loads(values["metadata"]), "warnings": warnings})


def document_row(connection: sqlite3.Connection, document_id: str) -> tuple[int, int]:
    """The row id and the number of characters of a document.

    Raises:
        NotFoundError: no document has this id.
    """
    row = connection.execute(
        "SELECT id, characters FROM documents WHERE document_id = ?", (storable(document_id),)
    ).fetchone()
    if row is None:
        raise NotFoundError(f"no document {document_id!r} in the library", "citewell list")
    return int(row[0]), int(row[1])


def resolve(connection: sqlite3.Connection, name: str) -> DocumentInfo:
    """The one document that is called `name`: by id, source, path, or the last part of its source.

    Raises:
        NotFoundError: there is none; the message names near ones.
        UsageError: several documents have this file name; the message names their sources.
    """
    name = storable(name)
    for column, value in (("document_id", name), ("source", name), ("source", os.path.abspath(name))):
        found = documents_where(connection, f"{column} = ?", value)
        if found:
            return found[0]
    everything = list_documents(connection)
    named = [info for info in everything if info.name == name]
    if len(named) == 1:
        return named[0]
    if named:
        sources = ", ".join(repr(info.source) for info in named[:5])
        raise UsageError(f"{len(named)} documents are called {name!r}: say which of {sources}")
    missing = f"no document {name!r} in the library"
    near = _nearly_called(name, everything)
    if near:
        raise NotFoundError(f"{missing}: did you mean {' or '.join(map(repr, near))}?")
    raise NotFoundError(missing, "citewell list")


def _nearly_called(name: str, infos: Iterable[DocumentInfo]) -> list[str]:
    """The few names that are most like one, whatever the endings of the files are; ids only if very like."""
    own = PurePath(name.casefold()).stem
    likeness = {
        info.name: difflib.SequenceMatcher(None, own, PurePath(info.name.casefold()).stem).ratio()
        for info in infos
    }
    near = sorted((n for n in likeness if likeness[n] >= _LIKE_NAMES), key=lambda n: -likeness[n])
    ids = difflib.get_close_matches(name, [info.document_id for info in infos], _MOST_NEAR, _LIKE_IDS)
    return [*near, *ids][:_MOST_NEAR]


_PAGE_COLUMNS = "number, start, end, label, width, height, warnings"


def list_pages(connection: sqlite3.Connection, document_id: str) -> list[Page]:
    """All pages in order, without their geometry."""
    row, _ = document_row(connection, document_id)
    rows = connection.execute(
        f"SELECT {_PAGE_COLUMNS}, NULL FROM pages WHERE document = ? ORDER BY number", (row,)
    )
    return [_page(values) for values in rows]


def page_by_number(connection: sqlite3.Connection, document_id: str, number: int) -> Page:
    """One page with its geometry.

    Raises:
        NotFoundError: the document, or its page, is not there.
    """
    row, _ = document_row(connection, document_id)
    values = connection.execute(
        f"SELECT {_PAGE_COLUMNS}, geometry FROM pages WHERE document = ? AND number = ?", (row, number)
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
        f"SELECT {_PAGE_COLUMNS}, geometry FROM pages WHERE document = ? AND start <= ?"
        " ORDER BY number DESC LIMIT 1",
        (row, offset),
    ).fetchone()
    if values is None or offset > characters:
        raise NotFoundError(f"document {document_id!r} has no character {offset}: it has {characters}")
    return _page(values)


def _page(values: tuple[int, int, int, str, float | None, float | None, str, bytes | None]) -> Page:
    number, start, end, label, width, height, warnings, geometry = values
    return Page(number, start, end, label, width, height, geometry, tuple(json.loads(warnings)))
