"""Answers kept for the same question asked again."""

from __future__ import annotations

from rag.store.database import Database
from rag.store.texts import storable

__all__ = ["KeptAnswers"]

_MOST = 1_000
"""Some megabytes; older ones go first."""


class KeptAnswers:
    """Answers as JSON by key, each bound to its run and to one version of the library."""

    def __init__(self, database: Database) -> None:
        """Keep answers in a migrated database."""
        self._database = database

    def find(self, key: bytes) -> str | None:
        """The answer of a key."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
            return None if row is None else str(row[0])

    def keep(self, key: bytes, run_id: str, version: int, answer: str) -> None:
        """Keep an answer, unless its run is gone; answers of other versions of the library are dropped."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM answers WHERE version <> ?", (version,))
            connection.execute(
                "INSERT OR REPLACE INTO answers (key, run, version, answer)"
                " SELECT ?, id, ?, ? FROM runs WHERE run_id = ?",
                (key, version, answer, storable(run_id)),
            )
            connection.execute(
                "DELETE FROM answers WHERE run NOT IN (SELECT run FROM answers ORDER BY run DESC LIMIT ?)",
                (_MOST,),
            )
