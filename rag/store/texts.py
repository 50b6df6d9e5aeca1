"""Documents' texts in pieces of equal length, so that a slice of a large one is cheap."""

from __future__ import annotations

import sqlite3
from typing import Final

__all__ = ["PIECE", "TextReader", "insert_text", "storable"]

PIECE: Final = 16_384
"""Characters in a piece. A passage's slice decodes one piece, so smaller is faster for a hundred
passages from as many places, larger for whole texts."""


def storable(text: str) -> str:
    r"""A name as SQLite can keep it: a lone surrogate (an undecodable file name) becomes `\udc…`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def insert_text(connection: sqlite3.Connection, document: int, text: str) -> None:
    """Store a text under a document's row id."""
    connection.executemany(
        "INSERT INTO texts VALUES (?, ?, ?)",
        (
            (document, number, text[start : start + PIECE].encode("utf-8", "surrogatepass"))
            for number, start in enumerate(range(0, len(text), PIECE))
        ),
    )


class TextReader:
    """Slices texts within one transaction; pieces that were read are kept for the next slice."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._pieces: dict[tuple[int, int], str] = {}

    def slice(self, document: int, start: int, end: int) -> str:
        """Characters `start` to `end` (not negative) of a document by row id."""
        if end <= start:
            return ""
        first, last = start // PIECE, (end - 1) // PIECE
        joined = "".join(self._piece(document, number) for number in range(first, last + 1))
        return joined[start - first * PIECE : end - first * PIECE]

    def _piece(self, document: int, number: int) -> str:
        key = (document, number)
        if key not in self._pieces:
            row = self._connection.execute(
                "SELECT text FROM texts WHERE document = ? AND piece = ?", key
            ).fetchone()
            if row is None:  # else a length that was changed by hand would be read for ever
                raise LookupError(f"document {document} has no piece {number} of its text")
            self._pieces[key] = bytes(row[0]).decode("utf-8", "surrogatepass")
        return self._pieces[key]
