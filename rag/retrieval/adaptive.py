"""Fusion that knows, question by question, how far to trust each leg.

The score of a candidate is a sum of terms, each in units that mean the same on every library:

    0.2 · trust · z(dense)          z: standard deviations from the library's mean cosine
  + (0.3 + c) · lexical / best      c: the greatest coverage of the question by one passage
  + 1.0 · adjacency + 0.5 · context + 0.3 · coverage⁴
  + 0.7 · mentioned + 0.1 · related (twice for what the best passage leads to)
  + 0.5 · named + 0.2 · inside    how far it stands out inside the documents that are named
  and 0.2 of the mean score of the two neighbours in the document

What begins with a number that is asked for ("Item 4") comes before all that only holds it.

Scores are used, not ranks, because a rank forgets by how much the first was ahead: a convex
combination of scores beats reciprocal rank fusion with fewer questions to tune on (Bruch, Gai and
Ingber 2023, "An analysis of fusion functions for hybrid retrieval"). The dense leg has no weight
relative to the lexical one but what it earns: a decisive question has z of 6 and more for its best
passage, noise 3, and `trust` (see `rag.retrieval.dense_trust`) takes it to nought where the embedder is
blind. The lexical leg earns its weight by how much of the question one passage covers.

Why this should hold on a library never seen: no term knows a subject, a language or a size. Each is a
share of the question, a share of the best, or a distance in standard deviations, so it means the same
in ten chunks and in a million; those that speak of titles, names and neighbours are nought where there
are none. The constants are round numbers, one set of them for all libraries; `benchmarks/retrieval.py`
measures what they do on ten sets in two languages, `benchmarks/retrieval_robustness.py` what is lost
when each is chosen without the set that it is judged on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from rag.models.model_protocol import Vectors
from rag.retrieval.background import LibraryBackground
from rag.retrieval.candidates import Candidates, gather
from rag.retrieval.chunk_memory import ReadingMemory
from rag.retrieval.dense_trust import DenseTrust, Scale, dense_trust
from rag.retrieval.inside import Inside, inside, meant
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
_INSIDE: Final = 50
"""Chunks that stand out inside the documents that are named, and become candidates too."""
_NUMBERED: Final = 40
"""Chunks that hold a number that is asked for and are looked through for what begins with it."""
_BEGIN: Final = 5
"""Where more chunks begin with a number, it says nothing: `July 29` over the columns of every table."""
_CHOSEN: Final = 50
"""Documents up to which a choice of them is about them; more are a part of the library."""

_MISSING: Final = 0.5
"""What a neighbour counts that a document does not have, as a share of the passage's own score."""

_OF_LINES: Final = 50
"""Chunks that the lines of a measure find, by each leg."""

Legs = Mapping[str, Sequence[Hit]]


@dataclass(frozen=True)
class Lines:
    """What the measures of a question are made of, and its vector, None without a dense leg."""

    text: str
    vector: Vectors | None


@dataclass(frozen=True)
class FusionWeights:
    """What each term counts; see the module's formula.

    The dense leg is not trusted up to a coherence of `trust_none`, and fully from `trust_full` on.
    """

    dense: float = 0.2
    lexical_floor: float = 0.3
    lexical_coverage: float = 1.0
    adjacency: float = 1.0
    context: float = 0.5
    named: float = 0.5
    coverage: float = 0.3
    coverage_power: float = 4.0
    mentioned: float = 0.7
    related: float = 0.1
    inside: float = 0.2
    period: float = 0.5
    lines: float = 1.0
    lines_lexical: float = 0.6
    neighbour: float = 0.2
    trust_none: float = 0.75
    trust_full: float = 1.25


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
        scoring = _Scoring(self._weights, candidates, self._trust(candidates, vector, legs, reading))
        if lines is not None and self._weights.lines:
            self._look_for_lines(lines, vector, documents, reading, scoring)
        scoring.names = reading.named()
        self._look_inside(question, vector, documents, reading, scoring)
        self._look_up(question, vector, documents, reading, scoring)
        worded = [int(i) for i in candidates.ids[candidates.positions(legs.get("lexical", ())[:_BY_WORDS])]]
        scoring.periods = reading.periods()
        reading.read([*dict.fromkeys([*_best(scoring.by_legs(), _READ), *worded])])
        first = _best(scoring.with_words(reading), _FIRST)
        related = self._related(reading, first, documents)
        linked = self._gather({chunk_id: 0.0 for links in related for chunk_id in links}, scoring, vector)
        reading.read(linked)
        scoring.names = reading.named()
        scoring.periods = reading.periods()
        scores = scoring.with_links(reading, related, first)
        hits = tuple(Hit(i, relevance(scores[i])) for i in _best(scores, len(scores)))
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
        scoring: _Scoring,
    ) -> None:
        """Make candidates of the chunks that the lines find, and score all candidates by them."""
        found = {"lexical": self._store.lexical_search(lines.text, _OF_LINES, documents)}
        if lines.vector is not None:
            asked = lines.vector[None, :]
            found["dense"] = self._store.dense_search(self._fingerprint, asked, _OF_LINES, documents)[0]
        reading.look(self._gather({hit.chunk_id: 0.0 for hits in found.values() for hit in hits}, scoring, vector))
        there = {"dense": [Hit(chunk_id, 0.0) for chunk_id in scoring.legs], "lexical": found["lexical"]}
        candidates = gather(self._store, self._fingerprint, lines.vector, there)
        scoring.add_lines(candidates, self._scale(lines.vector))

    def _scale(self, vector: Vectors | None) -> Scale:
        """The ruler for a vector's cosines: the library's."""
        background = self._background.like(()) if vector is not None else None
        if background is None:
            return Scale(0.0, 0.0)
        return Scale.of((background.vectors @ vector).astype(np.float64))

    def _look_inside(
        self,
        question: str,
        vector: Vectors | None,
        documents: Sequence[str] | None,
        reading: Reading,
        scoring: _Scoring,
    ) -> None:
        """Compare the chunks of the documents that are named, or else of those asked, with each other."""
        chosen = documents if documents is not None and len(documents) <= _CHOSEN else ()
        about = meant(reading.clarity()) or chosen
        if not about or not self._weights.inside:
            return
        sizes = {document: self._memory.document_chunks(document) for document in about}
        found = inside(
            self._store, self._fingerprint, question, vector, scoring.trust, sizes, reading.expansion
        )
        scoring.inside = found
        best = {chunk_id: found.lexical.get(chunk_id, 0.0) for chunk_id in _best(found.scores, _INSIDE)}
        reading.look(self._gather(best, scoring, vector))
        scoring.names = reading.named()

    def _look_up(
        self,
        question: str,
        vector: Vectors | None,
        documents: Sequence[str] | None,
        reading: Reading,
        scoring: _Scoring,
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

    def _gather(self, chunks: Mapping[int, float], scoring: _Scoring, vector: Vectors | None) -> list[int]:
        """Make candidates of those chunks, given with their lexical scores, that are none yet; their ids."""
        new = [Hit(chunk_id, chunks[chunk_id]) for chunk_id in sorted(chunks.keys() - scoring.legs.keys())]
        found = gather(self._store, self._fingerprint, vector, {"lexical": new})
        scoring.add(found)
        return [int(chunk_id) for chunk_id in found.ids]


class _Scoring:
    """The terms of the formula for the candidates of one question."""

    def __init__(self, weights: FusionWeights, candidates: Candidates, trust: DenseTrust) -> None:
        self._weights = weights
        self.trust = trust.trust
        self._scale = trust.scale
        self._best_lexical = float(candidates.lexical.max()) or 1.0
        self._dense: dict[int, float] = {}
        self._lexical: dict[int, float] = {}
        self.legs: dict[int, dict[str, float]] = {}
        self.names: dict[int, float] = {}
        self.periods: dict[int, float] = {}
        self.lines: dict[int, float] = {}
        self.inside = Inside()
        self.numbered: set[int] = set()
        self.add(candidates)

    def add(self, candidates: Candidates) -> None:
        """Take in candidates; the scale stays that of the first ones."""
        z = self._weights.dense * self.trust * self._scale.standardized(candidates.dense)
        lexical = np.maximum(candidates.lexical, 0.0) / self._best_lexical
        for i, chunk_id in enumerate(candidates.ids.tolist()):
            self._dense[chunk_id] = float(z[i])
            self._lexical[chunk_id] = float(lexical[i])
            legs = {"dense": float(candidates.dense[i])} if candidates.vectors.shape[1] else {}
            if candidates.lexical[i] > 0:
                legs["lexical"] = float(candidates.lexical[i])
            self.legs[chunk_id] = legs

    def add_lines(self, candidates: Candidates, scale: Scale) -> None:
        """Score candidates by what a measure is made of, on the scale of its own cosines."""
        w = self._weights
        z = w.dense * self.trust * scale.standardized(candidates.dense)
        best = float(candidates.lexical.max(initial=0.0)) or 1.0
        scores = w.lines * (z + w.lines_lexical * candidates.lexical / best)
        self.lines = dict(zip(candidates.ids.tolist(), scores.tolist(), strict=True))

    def weights(self, coverage: float) -> dict[str, float]:
        """The most that each leg adds to one candidate, as shares of 1."""
        w = self._weights
        most = {
            "dense": max(0.0, *self._dense.values()),
            "lexical": (w.lexical_floor + w.lexical_coverage * coverage) * max(self._lexical.values()),
        }
        total = sum(most.values())
        return {name: value / total if total else 1.0 / len(most) for name, value in most.items()}

    def by_legs(self) -> dict[int, float]:
        """What the legs and the document's name say, each lexical score counted in full."""
        return {
            chunk_id: z + self._lexical[chunk_id] + self._besides(chunk_id)
            for chunk_id, z in self._dense.items()
        }

    def with_words(self, reading: Reading) -> dict[int, float]:
        """The legs and the words of the passages read."""
        w = self._weights
        lexical = w.lexical_floor + w.lexical_coverage * reading.coverage
        scores = {}
        for chunk_id, z in self._dense.items():
            score = z + lexical * self._lexical[chunk_id] + self._besides(chunk_id)
            found = reading.evidence(chunk_id)
            if found is not None:
                score += w.adjacency * found.adjacency + w.context * found.context
                score += w.coverage * found.coverage**w.coverage_power
            scores[chunk_id] = score
        return scores

    def with_links(
        self, reading: Reading, related: Sequence[Mapping[int, float]], first: Sequence[int]
    ) -> dict[int, float]:
        """The legs, the words, and what the first passages lead to."""
        w = self._weights
        scores = self.with_words(reading)
        for chunk_id, strength in reading.mentioned(first).items():
            scores[chunk_id] += w.mentioned * strength
        for chunk_id in scores.keys() & {chunk_id for links in related for chunk_id in links}:
            shares = [links.get(chunk_id, 0.0) for links in related]
            scores[chunk_id] += w.related * (shares[0] + max(shares))
        scores = self._on_scale(scores, self._with_neighbours(scores, reading))
        best = max(scores.values(), default=0.0)
        return {i: score + best * (i in self.numbered) for i, score in scores.items()}

    def _on_scale(self, plain: Mapping[int, float], scores: Mapping[int, float]) -> dict[int, float]:
        """The scores brought back to where they are without the names', periods', lines' and neighbours' part.

        What these add says which of a long document's passages, not that any is relevant: the best
        score stays that of the best passage by legs, words and links.
        """
        most = max(score - self._within(chunk_id) for chunk_id, score in plain.items())
        now = max(scores.values())
        share = most / now if min(most, now) > 0.0 else 1.0
        return {chunk_id: share * score for chunk_id, score in scores.items()}

    def _besides(self, chunk_id: int) -> float:
        """What the document's name says, and what says which of its passages."""
        return self._weights.named * self.names.get(chunk_id, 0.0) + self._within(chunk_id)

    def _within(self, chunk_id: int) -> float:
        """What says which of several like documents and passages, not that any of them is relevant."""
        w = self._weights
        inside = w.inside * self.inside.scores.get(chunk_id, 0.0)
        return inside + w.period * self.periods.get(chunk_id, 0.0) + self.lines.get(chunk_id, 0.0)

    def _with_neighbours(self, scores: dict[int, float], reading: Reading) -> dict[int, float]:
        """Each score raised by its neighbours'.

        An answer's surroundings are about it too, and a passage among others that match is less likely
        to match by chance. Where a document begins or ends, a neighbour is missing that counts as half as
        good as the passage itself, or short documents would stand behind every passage of a long one.
        """
        share = self._weights.neighbour / 2.0
        beside, ends = reading.neighbours(), reading.ends()

        def around(chunk_id: int, score: float) -> float:
            missing = _MISSING * ends.get(chunk_id, 0) * score
            return missing + sum(scores.get(i, 0.0) for i in beside.get(chunk_id, ()))

        return {chunk_id: score + share * around(chunk_id, score) for chunk_id, score in scores.items()}


def _best(scores: Mapping[int, float], count: int) -> list[int]:
    """The ids of the best scores, ties by id."""
    return sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))[:count]
