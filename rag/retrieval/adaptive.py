"""Fusion that knows, question by question, how far to trust each leg.

The score of a candidate is a sum of terms, each in units that mean the same on every library:

    0.2 · trust · z(dense)          z: standard deviations from the library's mean cosine
  + (0.3 + c) · lexical / best      c: the greatest coverage of the question by one passage
  + 1.0 · adjacency + 0.5 · context + 0.3 · coverage⁴
  + 0.7 · mentioned + 0.1 · related (twice for what the best passage leads to)
  + 0.5 · named                   how clearly the document is named (`rag.retrieval.naming`)
  + 0.5 · period                  how well the document's period fits (`rag.retrieval.periods`)
  + 0.2 · trust · z(dense) + 0.6 · lexical / best, of the lines that the measures in the question are
                                  made of (`rag.retrieval.made_of`)
  and 0.2 of the mean score of the two neighbours in the document

What begins with a number that is asked for ("Item 4") comes before all that only holds it.

Scores are used, not ranks, because a rank forgets by how much the first was ahead: a convex
combination of scores beats reciprocal rank fusion with fewer questions to tune on (Bruch, Gai and
Ingber 2023, "An analysis of fusion functions for hybrid retrieval"). The dense leg has no weight
relative to the lexical one but what it earns: a decisive question has z of 6 and more for its best
passage, noise 3, and `trust` (see `rag.retrieval.dense_trust`) takes it to nought where the embedder is
blind. The lexical leg earns its weight by how much of the question one passage covers.

Why this should hold on a library never seen: but for the list of measures, which is data, no term knows a
subject, a language or a size. Each is a share of the question, a share of the best, or a distance in
standard deviations, so it means the same in ten chunks and in a million; those that speak of titles, names,
periods, measures and neighbours are nought where there are none. The constants are round numbers, one set
of them for all libraries; `benchmarks/retrieval.py` measures what they do on ten sets in two languages,
`benchmarks/retrieval_robustness.py` what is lost when each is chosen without the set that it is judged on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from rag.models.model_protocol import Vectors
from rag.retrieval.background import LibraryBackground
from rag.retrieval.candidate_scores import CandidateScores, FusionWeights, best_of
from rag.retrieval.candidates import Candidates, gather
from rag.retrieval.chunk_memory import ReadingMemory
from rag.retrieval.dense_trust import DenseTrust, Scale, dense_trust
from rag.retrieval.naming import meant
from rag.retrieval.numbered import asked_labels, opens
from rag.retrieval.passage_reading import Reading
from rag.retrieval.relevance import relevance
from rag.schema import Hit
from rag.store import Store

__all__ = ["AdaptiveFusion", "Fused", "FusionWeights", "Lines"]

_READ: Final = 40
"""Candidates whose words are read: what both legs put below is hardly ever among the best ten."""
_BY_WORDS: Final = 3
"""First hits of the lexical leg that are read in any case: in a library that is nearly all of one kind, a
passage of another kind can stand so many standard deviations below the others that it would never be."""
_PROBES: Final = 10
_FIRST: Final = 3
_LINKED: Final = 10
_NUMBERED: Final = 40
"""Chunks that hold a number that is asked for and are looked through for what begins with it."""
_BEGIN: Final = 5
"""Where more chunks begin with a number, it says nothing: `July 29` over the columns of every table."""
_OF_LINES: Final = 50
"""Chunks that the lines of a measure find, by each leg."""

Legs = Mapping[str, Sequence[Hit]]


@dataclass(frozen=True)
class Lines:
    """What the measures of a question are made of, and its vector, None without a dense leg."""

    text: str
    vector: Vectors | None


@dataclass(frozen=True)
class Fused:
    """Candidates best first, each leg's own scores of them, and how the legs were weighed.

    `scores` has `dense` for every candidate where there is a dense leg, and `lexical` where that leg
    found it. `weights` say how much each leg could add to a candidate, as shares of 1.
    """

    hits: tuple[Hit, ...] = ()
    scores: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


class AdaptiveFusion:
    """Fuses the legs' hits for one library and embedder."""

    def __init__(self, store: Store, fingerprint: str, weights: FusionWeights | None = None) -> None:
        self._store = store
        self._fingerprint = fingerprint
        self._weights = weights or FusionWeights()
        self._memory = ReadingMemory(store)
        self._background = LibraryBackground(store, fingerprint)

    def reweighed(self, weights: FusionWeights) -> AdaptiveFusion:
        """The same fusion by other weights, with what this one has read."""
        other = copy(self)
        other._weights = weights
        return other

    def fuse(
        self,
        question: str,
        vector: Vectors | None,
        legs: Legs,
        documents: Sequence[str] | None = None,
        lines: Lines | None = None,
    ) -> Fused:
        """Every hit of every leg, and what the best of them lead to, best first, ties by chunk id.

        `vector` is the question's, shape (dimension,), or None without a dense leg; `lines` are those that
        make up the measures it names.
        """
        candidates = gather(self._store, self._fingerprint, vector, legs)
        if not len(candidates):
            return Fused()
        reading = Reading(self._store, question, self._memory)
        reading.look(candidates.ids.tolist())
        scoring = CandidateScores(self._weights, candidates, self._trust(candidates, vector, legs, reading))
        if lines is not None and self._weights.lines:
            self._look_for_lines(lines, vector, documents, reading, scoring)
        scoring.names = reading.named()
        self._look_up(question, vector, documents, reading, scoring)
        worded = [int(i) for i in candidates.ids[candidates.positions(legs.get("lexical", ())[:_BY_WORDS])]]
        scoring.periods = reading.periods()
        reading.read([*dict.fromkeys([*best_of(scoring.by_legs(), _READ), *worded])])
        first = best_of(scoring.with_words(reading), _FIRST)
        related = self._related(reading, first, documents)
        linked = self._gather({chunk_id: 0.0 for links in related for chunk_id in links}, scoring, vector)
        reading.read(linked)
        scoring.names = reading.named()
        scoring.periods = reading.periods()
        scores = scoring.with_links(reading, related, first)
        hits = tuple(Hit(i, relevance(scores[i])) for i in best_of(scores, len(scores)))
        return Fused(hits, scoring.legs, scoring.weights(reading.coverage))

    def _related(
        self, reading: Reading, first: Sequence[int], documents: Sequence[str] | None
    ) -> list[dict[int, float]]:
        """For each of the first chunks the chunks that share its rare words, the best of them 1."""
        found = []
        for chunk_id in first:
            words = reading.link_query(chunk_id)
            hits = self._store.lexical_search(" ".join(words), _LINKED + 1, documents) if words else []
            hits = [hit for hit in hits if hit.chunk_id != chunk_id][:_LINKED]
            found.append({hit.chunk_id: hit.score / hits[0].score for hit in hits if hits[0].score > 0})
        return found

    def _trust(
        self, candidates: Candidates, vector: Vectors | None, legs: Legs, reading: Reading
    ) -> DenseTrust:
        if vector is None:
            return DenseTrust(0.0, 0.0, Scale(0.0, 0.0))
        probes = candidates.positions(legs.get("lexical", ())[:_PROBES])
        background = self._background.like(reading.documents(candidates.ids[probes].tolist()))
        ramp = self._weights.trust_none, self._weights.trust_full
        return dense_trust(candidates, probes, vector, background, ramp)

    def _look_for_lines(
        self,
        lines: Lines,
        vector: Vectors | None,
        documents: Sequence[str] | None,
        reading: Reading,
        scoring: CandidateScores,
    ) -> None:
        """Make candidates of the chunks that the lines find, and score all candidates by them."""
        found = {"lexical": self._store.lexical_search(lines.text, _OF_LINES, documents)}
        if lines.vector is not None:
            asked = lines.vector[None, :]
            found["dense"] = self._store.dense_search(self._fingerprint, asked, _OF_LINES, documents)[0]
        reading.look(
            self._gather({hit.chunk_id: 0.0 for hits in found.values() for hit in hits}, scoring, vector)
        )
        there = {"dense": [Hit(chunk_id, 0.0) for chunk_id in scoring.legs], "lexical": found["lexical"]}
        candidates = gather(self._store, self._fingerprint, lines.vector, there)
        scoring.add_lines(candidates, self._scale(lines.vector))

    def _scale(self, vector: Vectors | None) -> Scale:
        """The ruler for a vector's cosines: the library's."""
        background = self._background.like(())
        if vector is None or background is None:
            return Scale(0.0, 0.0)
        return Scale.of((background.vectors @ vector).astype(np.float64))

    def _look_up(
        self,
        question: str,
        vector: Vectors | None,
        documents: Sequence[str] | None,
        reading: Reading,
        scoring: CandidateScores,
    ) -> None:
        """Find the chunks that begin with a number that is asked for."""
        about = meant(reading.clarity()) or documents
        for label in asked_labels(question):
            hits = self._store.lexical_search(label.text, _NUMBERED, about)
            chunks = self._store.chunks([hit.chunk_id for hit in hits])
            headings = self._store.chunk_headings(chunks)
            found = [
                chunk.chunk_id
                for chunk, above in zip(chunks, headings, strict=True)
                if opens(label, [h.text for h in above if h.end >= chunk.start - 2], chunk.text)
            ]
            if len(found) <= _BEGIN:
                reading.look(self._gather(dict.fromkeys(found, 0.0), scoring, vector))
                scoring.numbered.update(found)
        scoring.names = reading.named()

    def _gather(
        self, chunks: Mapping[int, float], scoring: CandidateScores, vector: Vectors | None
    ) -> list[int]:
        """Make candidates of those chunks, given with their lexical scores, that are none yet; their ids."""
        new = [Hit(chunk_id, chunks[chunk_id]) for chunk_id in sorted(chunks.keys() - scoring.legs.keys())]
        found = gather(self._store, self._fingerprint, vector, {"lexical": new})
        scoring.add(found)
        return [int(chunk_id) for chunk_id in found.ids]
