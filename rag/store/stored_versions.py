"""What servers call the versions of documents that were fetched from them."""

from __future__ import annotations

from rag.store.database import Database

__all__ = ["FetchedVersions"]


class FetchedVersions:
    """A text for each fetched document, bound to it: a newer version of the document has none at first."""

    def __init__(self, database: Database) -> None:
        """Keep versions in a migrated database."""
        self._database = database

    def find(self, document_id: str) -> str:
        """The version that is kept for a document; "" for none."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT version FROM fetched JOIN documents d ON d.id = document WHERE d.document_id = ?",
                (document_id,),
            ).fetchone()
        return str(row[0]) if row else ""

    def keep(self, document_id: str, version: str) -> None:
        """Keep a version in one transaction, unless it is kept already or its document is gone."""
        if self.find(document_id) == version:
            return
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO fetched SELECT id, ? FROM documents WHERE document_id = ?",
                (version, document_id),
            )
