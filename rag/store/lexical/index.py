"""The lexical index of one library: segments in memory or mapped from files, following the catalog."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.schema import Hit
from rag.store.chunks import chunk_ids
from rag.store.database import Database
from rag.store.lexical.bm25 import LiveSegment, QueryTerm, best_chunks, inverse_frequency
from rag.store.lexical.postings import (
    document_frequencies,
    known_terms,
    question_terms,
    stored_postings,
    terms_of_length,
)
from rag.store.lexical.segment import CAPACITY, Segment, build_segments, joined
from rag.store.lexical.segment_cache import SegmentCache, SegmentKey

__all__ = ["SegmentedIndex", "segment_key"]

_GROWTH: Final = 2
"""A segment takes in the one before it unless that one is more than so many times as large."""


@dataclass(frozen=True)
class _View:
    """The index at one version of the library; never changed, so that searches need no lock."""

    key: SegmentKey
    chunks: int
    segments: tuple[LiveSegment, ...]


class SegmentedIndex:
    """BM25 over one library's chunks.

    Segments come from the cache's files, what is newer from the catalog. A search sees the catalog as
    one transaction shows it: words, counts, chunks and filters are of one version.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._cache = SegmentCache(folder)
        self._lock = threading.Lock()
        self._view: _View | None = None
        self._published: SegmentKey | None = None

    def search(self, question: str, top_k: int, documents: Sequence[str] | None = None) -> list[Hit]:
        """Best chunks that share a word with the question, ties by ascending id."""
        counts = Counter(question_terms(question))
        if not counts or top_k < 1:
            return []
        with self._database.reading() as connection:
            known = known_terms(connection, counts)
            if not known:
                return []
            view = self._at(connection)
            allowed = None if documents is None else chunk_ids(connection, documents)
        if allowed is not None and not len(allowed):
            return []
        terms = [
            QueryTerm(number, counts[term] * inverse_frequency(holders, view.chunks))
            for term, (number, holders) in known.items()
        ]
        return best_chunks(view.segments, terms, top_k, allowed)

    def document_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many chunks each search term occurs, in text, title or headings."""
        with self._database.reading() as connection:
            return document_frequencies(connection, terms)

    def terms_of_length(self, least: int, most: int) -> list[tuple[str, int]]:
        """The search terms of `least` to `most` letters, each with its number of chunks."""
        with self._database.reading() as connection:
            return terms_of_length(connection, least, most)

    def publish(self) -> None:
        """Write the segments that are not on the disk yet, without the chunks that are gone."""
        with self._database.reading() as connection:
            view = self._at(connection)
        with self._lock:
            if self._published == view.key:
                return
            segments = self._cache.publish(view.key, _compacted(view.segments))
            if segments is None:
                return
            self._published = view.key
            if self._view is view:
                self._view = _viewed(view.key, [(segment, None) for segment in segments])

    def _at(self, connection: sqlite3.Connection) -> _View:
        """The index at the version that a transaction sees."""
        key = segment_key(connection)
        view = self._view
        if view is not None and view.key == key:
            return view
        with self._lock:
            view = self._view
            if view is not None and view.key == key:
                return view
            if view is None or (view.key.library, view.key.terms) != (key.library, key.terms):
                cached = self._cache.load(key)
                self._published = cached[0] if cached else None
                view = _viewed(key, [(segment, None) for segment in (cached[1] if cached else ())])
            followed = _followed(connection, view, key)
            if (
                self._view is None
                or self._view.key.version < key.version
                or self._view.key.terms != key.terms
            ):
                self._view = followed
            return followed


def segment_key(connection: sqlite3.Connection) -> SegmentKey:
    """What segments made now would be made from."""
    name, version, terms = connection.execute("SELECT name, version, terms FROM library").fetchone()
    return SegmentKey(str(name), int(version), str(terms))


def _followed(connection: sqlite3.Connection, view: _View, key: SegmentKey) -> _View:
    """The view of another version: new documents get a segment, chunks that are gone are masked."""
    rows = np.array(
        connection.execute("SELECT id, first_chunk, chunks FROM documents WHERE chunks > 0").fetchall(),
        np.int64,
    ).reshape(-1, 3)
    first, size = rows[:, 1], rows[:, 2]
    there = np.arange(int(size.sum())) + np.repeat(first - (np.cumsum(size) - size), size)
    segments = _masked((live.segment for live in view.segments), there)
    known = np.concatenate([np.empty(0, np.int64), *(live.segment.ids for live in view.segments)])
    new = rows[~np.isin(first, known)]
    for segment in build_segments(stored_postings(connection, new[np.argsort(new[:, 1]), 0])):
        segments = _with(segments, segment)
    return _viewed(key, segments)


_Masked = tuple[Segment, NDArray[np.bool_] | None]


def _masked(segments: Iterable[Segment], there: NDArray[np.int64]) -> list[_Masked]:
    """The segments that have chunks which are there, with the mask of those."""
    masked: list[_Masked] = []
    for segment in segments:
        alive = np.isin(segment.ids, there, assume_unique=True)
        if alive.any():
            masked.append((segment, None if alive.all() else alive))
    return masked


def _with(segments: list[_Masked], new: Segment) -> list[_Masked]:
    """Add a segment and merge it with those before it while they are not much larger."""
    segments = [*segments, (new, None)]
    while len(segments) > 1:
        before, last = segments[-2:]
        size = _size(before) + _size(last)
        if _size(before) > _GROWTH * _size(last) or size > CAPACITY:
            break
        segments = [*segments[:-2], (joined([_all(before), _all(last)]), None)]
    return segments


def _compacted(segments: Sequence[LiveSegment]) -> list[Segment]:
    """The segments without the chunks that are gone; those that shrank are merged."""
    whole: list[_Masked] = [(live.segment, None) for live in segments if live.alive is None]
    for live in segments:
        if live.alive is not None:
            whole = _with(whole, joined([(live.segment, live.alive)]))
    return [segment for segment, _ in whole]


def _viewed(key: SegmentKey, segments: Sequence[_Masked]) -> _View:
    total = chunks = 0
    for segment, alive in segments:
        total += int((segment.lengths if alive is None else segment.lengths[alive]).sum(dtype=np.int64))
        chunks += _size((segment, alive))
    average = total / chunks if chunks else 0.0
    lives = tuple(LiveSegment.of(segment, alive, average) for segment, alive in segments)
    return _View(key, chunks, lives)


def _size(masked: _Masked) -> int:
    segment, alive = masked
    return len(segment) if alive is None else int(alive.sum())


def _all(masked: _Masked) -> tuple[Segment, NDArray[np.bool_]]:
    segment, alive = masked
    return segment, np.ones(len(segment), bool) if alive is None else alive
