"""The passages whose words were read for one question."""

from __future__ import annotations

from collections.abc import Sequence

from rag.retrieval.chunk_memory import ReadChunk, ReadingMemory
from rag.retrieval.links import link_query, mentions
from rag.retrieval.naming import Match, asked_names, matched, named, names_of
from rag.retrieval.periods import asked_period, fit
from rag.retrieval.term_evidence import (
    Evidence,
    PassageTerms,
    QuestionTerms,
    content_terms,
    inverse_frequency,
)
from rag.schema import ChunkPlace
from rag.store import Store
from rag.text import search_terms

__all__ = ["Reading"]


class Reading:
    """Reads chunks once each and answers what their words say, for one question."""

    def __init__(self, store: Store, question: str, memory: ReadingMemory | None = None) -> None:
        self._memory = memory or ReadingMemory(store)
        self._passages = self._memory.passages()
        self._asked = frozenset(search_terms(question))
        self._names = asked_names(question)
        self._period = asked_period(question)
        self._frequencies = self._memory.frequencies(content_terms(question))
        self._question = QuestionTerms.of(question, self._frequencies, self._passages)
        self._places: dict[int, ChunkPlace] = {}
        self._matches: dict[str, Match] = {}
        self._chunks: dict[int, ReadChunk] = {}
        self._terms: dict[int, PassageTerms] = {}
        self._evidence: dict[int, Evidence] = {}

    def look(self, chunk_ids: Sequence[int]) -> None:
        """See where these chunks stand without reading their words; those that are gone are passed over."""
        new = [chunk_id for chunk_id in chunk_ids if chunk_id not in self._places]
        self._places.update(self._memory.places(new))

    def read(self, chunk_ids: Sequence[int]) -> None:
        """Read the words of these chunks; those that are gone are passed over."""
        self.look(chunk_ids)
        new = [chunk_id for chunk_id in chunk_ids if chunk_id not in self._chunks]
        self._chunks.update(self._memory.chunks(new))
        for chunk_id in chunk_ids:
            read = self._chunks.get(chunk_id)
            if read is not None and chunk_id not in self._terms:
                self._terms[chunk_id] = read.terms
                self._evidence[chunk_id] = self._question.evidence(self._terms[chunk_id])

    def clarity(self) -> dict[str, float]:
        """How clearly the question names each document that a chunk looked at belongs to, by id."""
        for place in self._places.values():
            if place.document_id not in self._matches:
                names = names_of(place.title, place.source)
                self._matches[place.document_id] = matched(self._names, names)
        return named(self._matches, self._repeated)

    def named(self) -> dict[int, float]:
        """How clearly the question names the document of each chunk looked at, 0 to 1."""
        clarity = self.clarity()
        return {i: min(1.0, clarity[place.document_id]) for i, place in self._places.items()}

    def periods(self) -> dict[int, float]:
        """How well the period of each chunk's document fits (`rag.retrieval.periods`), for chunks looked at.

        0 for short documents: a passage that is all its document says its period itself.
        """
        if not (self._period.years or self._period.kind):
            return {}
        told = self._memory.periods({place.document_id: place for place in self._places.values()})
        fits = {document: fit(self._period, period) for document, period in told.items()}
        return {i: fits.get(place.document_id, 0.0) for i, place in self._places.items()}

    def documents(self, chunk_ids: Sequence[int]) -> list[str]:
        """The documents of those chunks that were looked at."""
        return [self._places[i].document_id for i in chunk_ids if i in self._places]

    def evidence(self, chunk_id: int) -> Evidence | None:
        """What a chunk holds of the question; None if it was not read."""
        return self._evidence.get(chunk_id)

    @property
    def coverage(self) -> float:
        """The greatest coverage of the question by one chunk."""
        return max((evidence.coverage for evidence in self._evidence.values()), default=0.0)

    def link_query(self, chunk_id: int) -> list[str]:
        """The words that lead on from a chunk, then those of the question that it leaves open.

        None from a chunk that was not read or leads nowhere.
        """
        words = self._leading(chunk_id)
        if not words:
            return []
        return words + [term for term in self._question.weights if term not in self._terms[chunk_id].words]

    def mentioned(self, first: Sequence[int]) -> dict[int, float]:
        """How strongly the chunks `first` mention each chunk that was read."""
        ids = list(self._terms)
        places = [ids.index(chunk_id) for chunk_id in first if chunk_id in self._terms]
        names = {word for terms in self._terms.values() for name in terms.names for word in name}
        self._frequencies.update(self._memory.frequencies(names - self._frequencies.keys()))
        strengths = mentions([self._terms[i] for i in ids], places, self._asked, self._telling)
        return dict(zip(ids, strengths, strict=True))

    def neighbours(self) -> dict[int, list[int]]:
        """For each chunk looked at that has such, those directly before and after it in its document."""
        found = {(place.document_id, place.ordinal): i for i, place in self._places.items()}
        beside: dict[int, list[int]] = {}
        for (document_id, ordinal), chunk_id in found.items():
            following = found.get((document_id, ordinal + 1))
            if following is not None:
                beside.setdefault(chunk_id, []).append(following)
                beside.setdefault(following, []).append(chunk_id)
        return beside

    def ends(self) -> dict[int, int]:
        """For each chunk looked at how many neighbours it cannot have: 2 where it is its whole document."""
        return {
            i: (place.ordinal == 0) + (place.ordinal == self._memory.document_chunks(place.document_id) - 1)
            for i, place in self._places.items()
        }

    def _leading(self, chunk_id: int) -> list[str]:
        """The words that lead on from a chunk."""
        if chunk_id not in self._terms:
            return []
        found = self._chunks[chunk_id].link_words
        frequencies = self._memory.frequencies(term for term in found if term not in self._asked)
        return link_query(found, self._asked, frequencies, self._passages)

    def _repeated(self, document_id: str, term: str) -> float:
        """The share of a word's chunks that repeat a document's title."""
        others = self._memory.document_chunks(document_id) - 1
        return min(1.0, others / max(1, self._frequency(term)))

    def _frequency(self, term: str) -> int:
        if term not in self._frequencies:
            self._frequencies.update(self._memory.frequencies([term]))
        return self._frequencies[term]

    def _telling(self, name: tuple[str, ...]) -> float:
        """How rare a name's words are together: 1 for one that occurs nowhere else."""
        return min(1.0, sum(map(self._rarity, name)))

    def _rarity(self, term: str) -> float:
        """A word's inverse document frequency as a share of the highest."""
        return inverse_frequency(self._frequency(term), self._passages) / inverse_frequency(0, self._passages)
