"""Cells of grids that were filled: so an interrupted grid goes on, and a second run asks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.store.database import Database

__all__ = ["GridCells"]

_MOST: Final = 200_000
"""Some hundreds of megabytes; older ones go first."""


class GridCells:
    """Cells as JSON by key, each bound to its document: they leave the library together."""

    def __init__(self, database: Database) -> None:
        """Keep cells in a migrated database."""
        self._database = database

    def find(self, keys: Sequence[bytes]) -> dict[bytes, str]:
        """The cells that are kept, by key."""
        with self._database.reading() as connection:
            rows = (
                connection.execute("SELECT key, cell FROM grid_cells WHERE key = ?", (key,)).fetchone()
                for key in keys
            )
            return {bytes(row[0]): str(row[1]) for row in rows if row is not None}

    def keep(self, key: bytes, document_id: str, cell: str) -> None:
        """Keep a cell in one transaction, unless its document is gone."""
        with self._database.writing() as connection:
            added = connection.execute(
                "INSERT OR REPLACE INTO grid_cells (key, document, cell)"
                " SELECT ?, id, ? FROM documents WHERE document_id = ?",
                (key, cell, document_id),
            )
            connection.execute("DELETE FROM grid_cells WHERE id <= ?", ((added.lastrowid or 0) - _MOST,))
