"""What was read lately, kept for the next question: chunks with their words, and counts of words."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Final

from rag.retrieval.links import LinkWord, link_words
from rag.retrieval.periods import OPENING, Period, told_period
from rag.retrieval.term_evidence import PassageTerms
from rag.schema import ChunkPlace, StoredChunk
from rag.store import Store

__all__ = ["ReadChunk", "ReadingMemory"]

_CHUNKS: Final = 4_096
_PLACES: Final = 65_536
_TERMS: Final = 65_536
_LONG: Final = 5
"""Chunks from which a document is long."""


@dataclass(frozen=True)
class ReadChunk:
    """A chunk, cut into words when they are first wanted."""

    chunk: StoredChunk

    @cached_property
    def terms(self) -> PassageTerms:
        """The words of the chunk, its title and headings."""
        return PassageTerms.of(self.chunk)

    @cached_property
    def link_words(self) -> dict[str, LinkWord]:
        """The words by which the chunk may lead on to others."""
        return link_words(f"{self.chunk.title}\n{self.chunk.text}")


class ReadingMemory:
    """Chunks and word counts of one library, used by all questions; safe to use from several threads.

    Chunk ids are never given twice, so a chunk does not go stale; one that was deleted is not among a
    later question's hits. Word counts are forgotten when the library changes.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._places: dict[int, ChunkPlace] = {}
        self._chunks: dict[int, ReadChunk] = {}
        self._version = -1
        self._passages = 0
        self._frequencies: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._periods: dict[str, Period | None] = {}

    def places(self, chunk_ids: Sequence[int]) -> dict[int, ChunkPlace]:
        """Where these chunks stand, by id; those that are gone are left out."""
        with self._lock:
            known = {i: self._places[i] for i in chunk_ids if i in self._places}
        wanted = [i for i in chunk_ids if i not in known]
        new = {place.chunk_id: place for place in self._store.chunk_places(wanted)} if wanted else {}
        with self._lock:
            if len(self._places) > _PLACES:
                self._places.clear()
            self._places.update(new)
        return known | new

    def chunks(self, chunk_ids: Sequence[int]) -> dict[int, ReadChunk]:
        """These chunks by id; those that are gone are left out."""
        with self._lock:
            known = {i: self._chunks[i] for i in chunk_ids if i in self._chunks}
        wanted = [i for i in chunk_ids if i not in known]
        read = self._store.chunks(wanted) if wanted else []
        new = {chunk.chunk_id: ReadChunk(chunk) for chunk in read}
        with self._lock:
            self._chunks.update(new)
            while len(self._chunks) > _CHUNKS:
                del self._chunks[next(iter(self._chunks))]
        return known | new

    def passages(self) -> int:
        """How many chunks the library holds now, at least 1: ask at the beginning of a question."""
        self._follow()
        return max(1, self._passages)

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many chunks each word occurs, as of the last call of `passages`."""
        wanted = list(terms)
        with self._lock:
            known = {term: self._frequencies[term] for term in wanted if term in self._frequencies}
        missing = [term for term in wanted if term not in known]
        new = self._store.document_frequencies(missing) if missing else {}
        with self._lock:
            if len(self._frequencies) > _TERMS:
                self._frequencies.clear()
            self._frequencies.update(new)
        return known | new

    def document_chunks(self, document_id: str) -> int:
        """How many chunks a document has, as of the last call of `passages`; 1 for one that is gone."""
        with self._lock:
            known = self._sizes.get(document_id)
        if known is None:
            known = next((info.chunks for info in self._store.documents([document_id])), 1)
            with self._lock:
                if len(self._sizes) > _PLACES:
                    self._sizes.clear()
                self._sizes[document_id] = known
        return known

    def periods(self, places: Mapping[str, ChunkPlace]) -> dict[str, Period]:
        """The periods that long documents tell by their name, title or opening, as of the last `passages`.

        `places` holds by document id a place in each; short documents are left out.
        """
        with self._lock:
            known = {document: self._periods[document] for document in places if document in self._periods}
        missing = [document for document in places if document not in known]
        new: dict[str, Period | None] = dict.fromkeys(missing)
        for info in self._store.documents(missing) if missing else ():
            if info.chunks >= _LONG:
                place = places[info.document_id]
                opening = self._store.text(info.document_id, 0, min(OPENING, info.characters))
                name = f"{PurePath(place.source).stem} {place.title}"
                new[info.document_id] = told_period(name, opening)
        with self._lock:
            if len(self._periods) > _PLACES:
                self._periods.clear()
            self._periods.update(new)
        return {document: period for document, period in (known | new).items() if period is not None}

    def _follow(self) -> None:
        """Forget the counts of an earlier state of the library."""
        version = self._store.version
        with self._lock:
            if version == self._version:
                return
            self._frequencies.clear()
            self._sizes.clear()
            self._periods.clear()
        passages = self._store.chunk_count()
        with self._lock:
            self._version, self._passages = version, passages
