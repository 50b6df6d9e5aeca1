"""The lexical index in the catalog: for each document the words of its chunks, each word with its count.

This is all that is stored of it as truth. It is kept document by document, so that a document comes
and goes with one row and the words that only it has; what is searched, word by word, is derived from
it (see `rag.store.lexical.segment`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.store.chunks import document_chunks
from rag.text import STOP_WORDS, context_line, how_many, is_or_are, search_terms, stem

__all__ = [
    "LONGEST",
    "LexicalRow",
    "Postings",
    "add_rows",
    "delete_rows",
    "document_frequencies",
    "faults",
    "has_words",
    "known_terms",
    "lexical_row",
    "question_terms",
    "refresh_terms",
    "rules",
    "stored_postings",
    "terms_are_current",
    "terms_of_length",
]

LexicalRow = Counter[str]
"""How often each word occurs in a chunk: in its text, its title and its headings together."""

LONGEST: Final = 64
"""Longer words (encoded binaries) are cut: nobody asks for them, and they would swell the index."""

_STOP_TERMS: Final = frozenset(stem(word) for word in STOP_WORDS)
_PROBE: Final = (
    "The companies' running 10-K filings, don't: 1,234.50 4.5% u.s. C++ a@b.com R&D x_y AT&T’s "
    "ﬁnance 中文檢索 東京タワー 한국어 Ёлка Straße naïve 2023年3月 no.7/8 $4,318.5 v1.2.3 ISO-9001 "
    "snakeCase CamelCase foo.bar() https://example.org/a/b?c=d"
)


def question_terms(question: str) -> list[str]:
    """The words that a question is searched by; stop words only when nothing else is there.

    A word that is said twice counts twice (BM25's question term frequency): in long questions it is
    what they are about. On CACM that is worth .05 nDCG@10, on sets of short questions nothing.
    """
    terms = [term[:LONGEST] for term in search_terms(question)]
    return [term for term in terms if term not in _STOP_TERMS] or terms


def lexical_row(title: str, headings: Sequence[str], text: str, context: str = "") -> LexicalRow:
    """What the index is told of a chunk; `context` is what stands above its rows in their table."""
    row = Counter(_cut(text)) + _context(title, tuple(headings))
    return row + Counter(_cut(context)) if context else row


@cache
def rules() -> str:
    """A name for the rules by which text is cut into words: what they make of a text that has all kinds."""
    return hashlib.sha256(" ".join(_cut(_PROBE)).encode()).hexdigest()[:16]


@lru_cache(maxsize=256)
def _context(title: str, headings: tuple[str, ...]) -> LexicalRow:
    """The words of title and headings; the chunks of a section share them."""
    return Counter(_cut(context_line(title, headings)))


def _cut(text: str) -> list[str]:
    return [term[:LONGEST] for term in search_terms(text)]


_LOG: Final = logging.getLogger(__name__)
_MANY: Final = 5_000
_MOST: Final = 255
"""A word's count in a chunk is kept in one byte: what lies beyond changes BM25 by under a thousandth."""
_AT_ONCE: Final = 400
_WORD: Final = np.dtype("<u4")


@dataclass(frozen=True)
class Postings:
    """The words of consecutive chunks, chunk after chunk.

    `lengths` (n,) are the chunks' numbers of words, `sizes` (n,) of different words; `terms` and
    `frequencies`, both (sum of sizes,), name each word by id and say how often it occurs, up to 255.
    """

    lengths: NDArray[np.uint32]
    sizes: NDArray[np.uint32]
    terms: NDArray[np.uint32]
    frequencies: NDArray[np.uint8]

    def packed(self) -> bytes:
        """As bytes, little-endian."""
        arrays = (self.lengths, self.sizes, self.terms)
        return b"".join(a.astype(_WORD, copy=False).tobytes() for a in arrays) + self.frequencies.tobytes()

    @classmethod
    def unpacked(cls, data: bytes, chunks: int) -> Postings:
        """Read what `packed` wrote for a number of chunks.

        Raises:
            ValueError: the bytes are of another length.
        """
        if len(data) < 8 * chunks or (len(data) - 8 * chunks) % 5:
            raise ValueError(f"{len(data)} bytes are no postings of {chunks} chunks")
        lengths, sizes = np.frombuffer(data, _WORD, 2 * chunks).reshape(2, chunks)
        total = (len(data) - 8 * chunks) // 5
        if int(sizes.sum(dtype=np.int64)) != total:
            raise ValueError(f"{total} postings where {chunks} chunks have {sizes.sum(dtype=np.int64)}")
        terms = np.frombuffer(data, _WORD, total, 8 * chunks)
        return cls(lengths, sizes, terms, np.frombuffer(data, np.uint8, total, 8 * chunks + 4 * total))


def add_rows(connection: sqlite3.Connection, document: int, rows: Iterable[LexicalRow]) -> None:
    """Index the chunks of a document (by row id), one row of words for each, in order."""
    rows = list(rows)
    holders = Counter(term for row in rows for term in row)
    connection.executemany(
        "INSERT INTO lexical_terms (term, chunks) VALUES (?, ?)"
        " ON CONFLICT (term) DO UPDATE SET chunks = chunks + excluded.chunks",
        holders.items(),
    )
    ids = {term: found[0] for term, found in known_terms(connection, holders).items()}
    total = sum(map(len, rows))
    postings = Postings(
        np.fromiter(map(Counter.total, rows), np.uint32, len(rows)),
        np.fromiter(map(len, rows), np.uint32, len(rows)),
        np.fromiter((ids[term] for row in rows for term in row), np.uint32, total),
        np.fromiter((min(count, _MOST) for row in rows for count in row.values()), np.uint8, total),
    )
    connection.execute("INSERT INTO lexical_postings VALUES (?, ?)", (document, postings.packed()))


def delete_rows(connection: sqlite3.Connection, document_id: str) -> None:
    """Take a document's chunks out of the index, with the words that no other document has."""
    row = connection.execute(
        "SELECT d.id, d.chunks, p.postings FROM documents d JOIN lexical_postings p ON p.document = d.id"
        " WHERE d.document_id = ?",
        (document_id,),
    ).fetchone()
    if row is None:
        return
    terms, holders = np.unique(Postings.unpacked(row[2], row[1]).terms, return_counts=True)
    connection.executemany(
        "UPDATE lexical_terms SET chunks = chunks - ? WHERE id = ?",
        zip(holders.tolist(), terms.tolist(), strict=True),
    )
    connection.executemany(
        "DELETE FROM lexical_terms WHERE id = ? AND chunks <= 0", ((term,) for term in terms.tolist())
    )
    connection.execute("DELETE FROM lexical_postings WHERE document = ?", (row[0],))


def stored_postings(
    connection: sqlite3.Connection, documents: NDArray[np.int64]
) -> Iterator[tuple[int, Postings]]:
    """For each document (by row id, ascending) its first chunk's id and its postings."""
    for start in range(0, len(documents), _AT_ONCE):
        part = json.dumps(documents[start : start + _AT_ONCE].tolist())
        rows = connection.execute(
            "SELECT d.first_chunk, d.chunks, p.postings FROM json_each(?) wanted"
            " CROSS JOIN documents d ON d.id = wanted.value"
            " CROSS JOIN lexical_postings p ON p.document = d.id",
            (part,),
        )
        for first, chunks, data in rows:
            yield first, Postings.unpacked(data, chunks)


def known_terms(connection: sqlite3.Connection, terms: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The id of each word that is in the index, and in how many chunks it occurs."""
    rows = connection.execute(  # CROSS JOIN: look up the words asked for, never go through all there are
        "SELECT t.term, t.id, t.chunks FROM json_each(?) wanted"
        " CROSS JOIN lexical_terms t ON t.term = wanted.value",
        (json.dumps(list(terms)),),
    )
    return {term: (number, chunks) for term, number, chunks in rows}


def terms_of_length(connection: sqlite3.Connection, least: int, most: int) -> list[tuple[str, int]]:
    """The words of so many letters that are in the index, each with its number of chunks."""
    rows = connection.execute(
        "SELECT term, chunks FROM lexical_terms WHERE chunks > 0 AND length(term) BETWEEN ? AND ?",
        (least, most),
    )
    return [(str(term), int(chunks)) for term, chunks in rows]


def document_frequencies(connection: sqlite3.Connection, terms: Iterable[str]) -> dict[str, int]:
    """In how many chunks each word occurs, in text, title or headings; 0 for one that is not there."""
    cut = {term: term[:LONGEST] for term in terms}
    known = known_terms(connection, set(cut.values()))
    return {term: known[word][1] if word in known else 0 for term, word in cut.items()}


def terms_are_current(connection: sqlite3.Connection) -> bool:
    """Whether the index was made by today's rules for words."""
    return str(connection.execute("SELECT terms FROM library").fetchone()[0]).startswith(rules())


def refresh_terms(connection: sqlite3.Connection) -> None:
    """Index all chunks again if the rules for words have changed since.

    The library then names its words by the rules and a random part: words of the same rules that
    were numbered at another time have other ids, and caches have to tell them apart.
    """
    if terms_are_current(connection):
        return
    connection.execute("DELETE FROM lexical_postings")
    connection.execute("DELETE FROM lexical_terms")
    documents = connection.execute("SELECT id, document_id, chunks FROM documents ORDER BY id").fetchall()
    total = sum(chunks for _, _, chunks in documents)
    done = reported = 0
    if total >= _MANY:
        _LOG.warning("indexing the words of %d chunks again: once, since the rules for words changed", total)
    for document, document_id, chunks in documents:
        found = document_chunks(connection, document_id)
        add_rows(connection, document, [lexical_row(c.title, c.headings, c.text, c.context) for c in found])
        done += chunks
        if total >= _MANY and done - reported >= total // 10:
            _LOG.warning("%d of %d chunks indexed", done, total)
            reported = done
    connection.execute("UPDATE library SET terms = ?", (f"{rules()}-{secrets.token_hex(4)}",))


def has_words(
    connection: sqlite3.Connection, document: int, rows: Sequence[LexicalRow], names: Mapping[int, str]
) -> bool:
    """Whether a document (by row id) is indexed by these words of its chunks; `names` are all words by id.

    True where it cannot be told, since what is indexed of it has no whole postings (`faults` tells that).
    """
    row = connection.execute(
        "SELECT postings FROM lexical_postings WHERE document = ?", (document,)
    ).fetchone()
    try:
        stored = Postings.unpacked(row[0] if row else b"", len(rows))
    except ValueError:
        return True
    words = [names.get(term, "") for term in stored.terms.tolist()]
    counts, end = stored.frequencies.tolist(), 0
    for found, length, size in zip(rows, stored.lengths.tolist(), stored.sizes.tolist(), strict=True):
        start, end = end, end + size
        wanted = {term: min(count, _MOST) for term, count in found.items()}
        if length != found.total() or dict(zip(words[start:end], counts[start:end], strict=True)) != wanted:
            return False
    return True


def faults(connection: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with the index as stored; reads all of it."""
    rows = connection.execute(
        "SELECT d.source, d.chunks, p.postings FROM documents d"
        " LEFT JOIN lexical_postings p ON p.document = d.id ORDER BY d.id"
    )
    known = np.array(connection.execute("SELECT id, chunks FROM lexical_terms").fetchall(), np.int64)
    known = known.reshape(-1, 2)
    holders = np.zeros(int(known[:, 0].max(initial=0)) + 1, np.int64)
    for source, chunks, data in rows:
        if data is None:
            yield f"{source!r}: {how_many(chunks, 'chunk')} {is_or_are(chunks)} not indexed"
            continue
        try:
            terms = Postings.unpacked(data, chunks).terms
        except ValueError as error:
            yield f"{source!r}: {error}"
            continue
        if terms.size and int(terms.max()) >= len(holders):
            yield f"{source!r}: it has words without a name"
            terms = terms[terms < len(holders)]
        holders += np.bincount(terms, minlength=len(holders))
    counted = np.zeros_like(holders)
    counted[known[:, 0]] = known[:, 1]
    wrong = int((counted != holders).sum())
    if wrong:
        yield f"{how_many(wrong, 'word')} {is_or_are(wrong)} in another number of chunks than is counted"
    extra = connection.execute(
        "SELECT count(*) FROM lexical_postings WHERE document NOT IN (SELECT id FROM documents)"
    ).fetchone()[0]
    if extra:
        yield f"{how_many(extra, 'indexed document')} {is_or_are(extra)} gone"
