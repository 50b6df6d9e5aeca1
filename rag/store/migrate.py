"""Numbered migrations: one small SQL file each in `migrations/`, run in order, each once."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from importlib import resources
from typing import Final

from rag.errors import SchemaVersionError, StoreError
from rag.store.database import Database

__all__ = ["migrate", "migrations"]

_APPLICATION: Final = 0x43697465  # "Cite"
_NAME: Final = re.compile(r"(\d{4})_\w+\.sql")


def migrations() -> dict[int, str]:
    """The SQL of each migration by its number, ascending."""
    found = {}
    for file in resources.files(__package__).joinpath("migrations").iterdir():
        match = _NAME.fullmatch(file.name)
        if match:
            found[int(match[1])] = file.read_text("utf-8")
    return dict(sorted(found.items()))


def migrate(database: Database) -> int:
    """Bring a catalog to the newest schema: all missing migrations in one transaction.

    Returns the schema that it had before; 0 for a new one.

    Raises:
        SchemaVersionError: the catalog is newer than this program.
        StoreError: the file is a database of another program.
    """
    scripts = migrations()
    newest = max(scripts)
    with database.reading() as connection:
        if _version(connection, database, newest) == newest:
            return newest
    with database.writing() as connection:
        done = _version(connection, database, newest)
        for number in range(done + 1, newest + 1):
            for statement in _statements(scripts[number]):
                try:
                    connection.execute(statement)
                except sqlite3.Error as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # a full disk, or another writer
                        raise
                    raise StoreError(
                        f"{str(database.path)!r} says that it has schema {done} and cannot be brought to "
                        f"{newest} ({error}): it is damaged or was changed by hand. Restore a backup"
                    ) from error
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {newest}")
    return done


def _version(connection: sqlite3.Connection, database: Database, newest: int) -> int:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application != _APPLICATION and not (empty and version == 0 and application == 0):
        raise StoreError(f"{str(database.path)!r} is a database of another program: give another folder")
    if version < 0 or (version == 0 and not empty):
        raise StoreError(
            f"{str(database.path)!r} has schema {version}, which there never was: it is damaged, or was "
            "changed by another program. Restore a backup, or ingest into a new library"
        )
    if version > newest:
        raise SchemaVersionError(
            f"{str(database.path)!r} has schema {version}, this Citewell knows up to {newest}: "
            "update Citewell to open this library"
        )
    return version


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if re.sub(r"--.*", "", statement).strip():
        raise ValueError(f"migration ends in the middle of a statement: {statement!r}")
