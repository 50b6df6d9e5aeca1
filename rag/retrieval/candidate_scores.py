"""The terms of the fusion's formula for the candidates of one question; see `rag.retrieval.adaptive`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rag.retrieval.candidates import Candidates
from rag.retrieval.dense_trust import DenseTrust, Scale
from rag.retrieval.passage_reading import Reading

__all__ = ["CandidateScores", "FusionWeights", "best_of"]

_MISSING: Final = 0.5
"""What a neighbour counts that a document does not have, as a share of the passage's own score."""


@dataclass(frozen=True)
class FusionWeights:
    """What each term counts; see the formula of `rag.retrieval.adaptive`.

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
    period: float = 0.5
    lines: float = 1.0
    lines_lexical: float = 0.6
    neighbour: float = 0.2
    trust_none: float = 0.75
    trust_full: float = 1.25


class CandidateScores:
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
        """The scores brought back to where they are without the part of periods, lines and neighbours.

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
        return self._weights.period * self.periods.get(chunk_id, 0.0) + self.lines.get(chunk_id, 0.0)

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


def best_of(scores: Mapping[int, float], count: int) -> list[int]:
    """The ids of the best scores, ties by id."""
    return sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))[:count]
