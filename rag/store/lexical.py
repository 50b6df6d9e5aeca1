"""BM25 over chunks: SQLite's FTS5 over our own words, so that English is stemmed and CJK is cut in pairs."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from rag.schema import Hit
from rag.store.chunks import document_chunks
from rag.text import STOP_WORDS, context_line, search_terms, stem

__all__ = [
    "LexicalRow",
    "SqliteLexicalIndex",
    "add_rows",
    "delete_rows",
    "lexical_row",
    "purge_rows",
    "question_terms",
    "refresh_terms",
    "terms_are_current",
]

LexicalRow = tuple[str, str]
"""Words of a chunk's text, and of its title and headings, joined by spaces."""

_TEXT_WEIGHT: Final = 1.0
_CONTEXT_WEIGHT: Final = 1.0
_LONGEST: Final = 64
"""Longer words (encoded binaries) are cut: nobody asks for them, and they would swell the index."""

_PURGED_PAGES: Final = 2_000
"""Index pages of 4 kB that one removal merges at most."""

_STOP_TERMS: Final = frozenset(stem(word) for word in STOP_WORDS)
_PROBE: Final = (
    "The companies' running 10-K filings, don't: 1,234.50 4.5% u.s. C++ a@b.com R&D x_y AT&T’s "
    "ﬁnance 中文檢索 東京タワー 한국어 Ёлка Straße naïve 2023年3月 no.7/8"
)


class SqliteLexicalIndex:
    """The lexical index as one connection sees it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def search(self, question: str, top_k: int, documents: Sequence[str] | None = None) -> list[Hit]:
        """Best chunks that share a word with the question, ties by ascending id.

        The score is BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework";
        FTS5 has k1 1.2 and b 0.75), higher is better.
        """
        terms = question_terms(question)
        if not terms or top_k < 1:
            return []
        condition, values = "", []
        if documents is not None:
            # the plus keeps SQLite from looking up each allowed row in the index one by one
            condition = (
                " AND +rowid IN (SELECT c.id FROM documents d JOIN chunks c ON c.document = d.id"
                " WHERE d.document_id IN (SELECT value FROM json_each(?)))"
            )
            values = [json.dumps(list(documents))]
        rows = self._connection.execute(
            "SELECT rowid, -bm25(lexical, ?, ?) AS score FROM lexical WHERE lexical MATCH ?"
            f"{condition} ORDER BY score DESC, rowid LIMIT ?",
            (_TEXT_WEIGHT, _CONTEXT_WEIGHT, " OR ".join(map(_quoted, terms)), *values, top_k),
        )
        return [Hit(int(chunk_id), float(score)) for chunk_id, score in rows]

    def document_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many chunks each search term occurs, in text, title or headings."""
        return {term: self._document_frequency(term[:_LONGEST]) for term in terms}

    def _document_frequency(self, term: str) -> int:
        row = self._connection.execute("SELECT doc FROM lexical_terms WHERE term = ?", (term,)).fetchone()
        return int(row[0]) if row else 0


def question_terms(question: str) -> list[str]:
    """The words that a question is searched by; stop words only when nothing else is there.

    A word that is said twice counts twice (BM25's question term frequency): in long questions it is
    what they are about. On CACM that is worth .05 nDCG@10, on sets of short questions nothing.
    """
    terms = [term[:_LONGEST] for term in search_terms(question)]
    return [term for term in terms if term not in _STOP_TERMS] or terms


def lexical_row(title: str, headings: Sequence[str], text: str) -> LexicalRow:
    """What the index is told of a chunk."""
    return _joined_terms(text), _joined_terms(context_line(title, headings))


def add_rows(connection: sqlite3.Connection, first: int, rows: Iterable[LexicalRow]) -> None:
    """Index chunks of consecutive ids from `first`."""
    connection.executemany(
        "INSERT INTO lexical (rowid, text, context) VALUES (?, ?, ?)",
        ((first + i, text, context) for i, (text, context) in enumerate(rows)),
    )


def delete_rows(connection: sqlite3.Connection, document_id: str) -> None:
    """Take a document's chunks out of the index: call it while their text is still there.

    A contentless FTS5 table is told the very words that go, so the text is cut into words again.
    """
    connection.executemany(
        "INSERT INTO lexical (lexical, rowid, text, context) VALUES ('delete', ?, ?, ?)",
        (
            (c.chunk_id, *lexical_row(c.title, c.headings, c.text))
            for c in document_chunks(connection, document_id)
        ),
    )


def purge_rows(connection: sqlite3.Connection) -> None:
    """Merge the index, so that words of deleted rows leave the file too, as far as that is quick.

    FTS5 marks rows as deleted and drops them when it merges. Small libraries are merged whole, large
    ones a part at a time; what is marked is never found, whether or not it is merged yet. Call it
    in a transaction of its own: rows that are still unwritten are not merged.
    """
    connection.execute("INSERT INTO lexical (lexical, rank) VALUES ('merge', ?)", (-_PURGED_PAGES,))


def terms_are_current(connection: sqlite3.Connection) -> bool:
    """Whether the index was made by today's rules for words."""
    return str(connection.execute("SELECT terms FROM library").fetchone()[0]) == _rules()


def refresh_terms(connection: sqlite3.Connection) -> None:
    """Index all chunks anew if the rules for words have changed since.

    Without it a delete would take out other words than went in.
    """
    if terms_are_current(connection):
        return
    connection.execute("INSERT INTO lexical (lexical) VALUES ('delete-all')")
    for document_id, first in connection.execute("SELECT document_id, first_chunk FROM documents").fetchall():
        rows = document_chunks(connection, document_id)
        add_rows(connection, first, (lexical_row(c.title, c.headings, c.text) for c in rows))
    connection.execute("UPDATE library SET terms = ?", (_rules(),))


@cache
def _rules() -> str:
    """A name for the rules by which text is cut into words: what they make of a text that has all kinds."""
    return hashlib.sha256(_joined_terms(_PROBE).encode()).hexdigest()[:16]


def _joined_terms(text: str) -> str:
    return " ".join(term[:_LONGEST] for term in search_terms(text))


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
