"""Worked examples that people approved, each bound to its run and to the documents of its evidence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rag.errors import NotFoundError
from rag.schema import Example
from rag.store.database import Database
from rag.store.stored_documents import now
from rag.store.texts import storable

__all__ = ["ApprovedExamples"]


class ApprovedExamples:
    """The library's own part of the example pool.

    An example leaves with its run, and with any document that its passages are from, also when that
    document is replaced by a newer version.
    """

    def __init__(self, database: Database) -> None:
        """Keep examples in a migrated database."""
        self._database = database

    def all(self) -> tuple[Example, ...]:
        """All examples, in the order in which they were approved."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT fields FROM examples ORDER BY id")
            return tuple(_example(row[0]) for row in rows)

    def add(self, run_id: str, example: Example, document_ids: Sequence[str]) -> None:
        """Keep an example of a run, in place of an earlier one of the same run.

        Raises:
            NotFoundError: there is no such run, or a document has left the library.
        """
        with self._database.writing() as connection:
            run = connection.execute("SELECT id FROM runs WHERE run_id = ?", (storable(run_id),)).fetchone()
            if run is None:
                raise NotFoundError(f"no run {run_id!r}", "citewell runs list")
            documents = []
            for document_id in dict.fromkeys(document_ids):
                row = connection.execute("SELECT id FROM documents WHERE document_id = ?", (document_id,))
                documents.append(row.fetchone())
            if None in documents:
                raise NotFoundError(
                    f"the evidence of run {run_id!r} is not in the library any more: ask the question again"
                )
            connection.execute("DELETE FROM examples WHERE run = ?", run)
            added = connection.execute(
                "INSERT INTO examples (run, example_id, fields, created_at) VALUES (?, ?, ?, ?)",
                (*run, example.example_id, json.dumps(asdict(example)), now()),
            )
            connection.executemany(
                "INSERT INTO example_documents VALUES (?, ?)",
                [(added.lastrowid, document) for (document,) in documents],
            )

    def run_ids(self) -> set[str]:
        """The runs whose answers are examples."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT r.run_id FROM examples e JOIN runs r ON r.id = e.run")
            return {str(row[0]) for row in rows}

    def remove(self, run_id: str) -> bool:
        """Remove the example of a run; whether there was one."""
        with self._database.writing() as connection:
            found = connection.execute(
                "DELETE FROM examples WHERE run = (SELECT id FROM runs WHERE run_id = ?)", (storable(run_id),)
            )
            return found.rowcount > 0


def _example(text: str) -> Example:
    fields = json.loads(text)
    return Example(**{**fields, "passages": tuple(fields["passages"])})
