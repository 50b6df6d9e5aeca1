"""Named groups of documents, such as the reports of one year."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.errors import NotFoundError, UsageError
from rag.store.database import Database
from rag.store.stored_documents import document_row
from rag.store.texts import storable

__all__ = ["Collection", "Collections"]

_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Collection:
    """A group and the ids of those of its documents that are in the library, by source."""

    name: str
    document_ids: tuple[str, ...]


class Collections:
    """The groups of a library; a document may be in any number of them.

    A document that is replaced by a newer version of its source stays in its groups.
    """

    def __init__(self, database: Database) -> None:
        """Keep groups in a migrated database."""
        self._database = database

    def all(self) -> list[Collection]:
        """All groups, by name."""
        with self._database.reading() as connection:
            members: dict[str, list[str]] = {}
            for name, document_id in connection.execute(
                "SELECT c.name, d.document_id FROM collections c"
                " LEFT JOIN collection_documents m ON m.collection = c.id"
                " LEFT JOIN documents d ON d.source = m.source ORDER BY c.name, d.source"
            ):
                members.setdefault(name, []).extend([document_id] if document_id else [])
        return [Collection(name, tuple(document_ids)) for name, document_ids in members.items()]

    def by_document(self) -> dict[str, list[str]]:
        """The names of the groups that each document, by id, is in; those in none are left out."""
        found: dict[str, list[str]] = {}
        for group in self.all():
            for document_id in group.document_ids:
                found.setdefault(document_id, []).append(group.name)
        return found

    def put(self, name: str, document_ids: Sequence[str] = ()) -> None:
        """Make a group, or give the one of this name exactly these documents.

        Raises:
            UsageError: the name is empty, or longer than 120 characters.
            NotFoundError: a document is not in the library; then nothing is changed.
        """
        clean = _named(name)
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO collections (name) VALUES (?)", (clean,))
            group = _row(connection, clean)
            connection.execute("DELETE FROM collection_documents WHERE collection = ?", (group,))
            rows = [document_row(connection, document_id)[0] for document_id in dict.fromkeys(document_ids)]
            connection.executemany(
                "INSERT INTO collection_documents SELECT ?, source FROM documents WHERE id = ?",
                [(group, row) for row in rows],
            )

    def rename(self, name: str, other: str) -> None:
        """Give a group another name.

        Raises:
            NotFoundError: there is none of this name.
            UsageError: the other name is empty, too long, or another group's.
        """
        clean = _named(other)
        with self._database.writing() as connection:
            group = _row(connection, name)
            taken = connection.execute("SELECT id FROM collections WHERE name = ?", (clean,)).fetchone()
            if taken is not None and taken[0] != group:
                raise UsageError(f"there is a collection {clean!r} already: choose another name")
            connection.execute("UPDATE collections SET name = ? WHERE id = ?", (clean, group))

    def remove(self, name: str) -> None:
        """Forget a group; its documents stay in the library.

        Raises:
            NotFoundError: there is none of this name.
        """
        with self._database.writing() as connection:
            connection.execute("DELETE FROM collections WHERE id = ?", (_row(connection, name),))

    def drop_gone(self) -> None:
        """Forget the members that have left the library."""
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM collection_documents WHERE source NOT IN (SELECT source FROM documents)"
            )


def _named(name: str) -> str:
    clean = storable(" ".join(name.split()))
    if not clean or len(clean) > _LONGEST:
        raise UsageError(
            f"a collection's name must have 1 to {_LONGEST} characters, not {len(clean)}: {clean[:40]!r}"
        )
    return clean


def _row(connection: sqlite3.Connection, name: str) -> int:
    row = connection.execute("SELECT id FROM collections WHERE name = ?", (storable(name),)).fetchone()
    if row is None:
        raise NotFoundError(f"no collection {name!r}: it was renamed or removed")
    return int(row[0])
