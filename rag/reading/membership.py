"""Which units belong to an answer together: a probability for each, and the choice that pays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.reading.asking_words import AnswerKind
from rag.reading.features import UnitVectors, passage_ranks
from rag.reading.overlap import TermWeights, overlap
from rag.reading.question import Question, text_terms
from rag.reading.units import Unit
from rag.reading.votes import ReaderVotes
from rag.schema import Passage

__all__ = ["MEMBERSHIP_FEATURES", "Members", "choose", "few_enough"]

Matrix = NDArray[np.float64]

MEMBERSHIP_FEATURES: Final = (
    "best",
    "lead",
    "gap",
    "rank",
    "kind",
    "passage_rank",
    "likeness",
    "word_likeness",
    "next",
    "previous",
    "refers_back",
    "same_passage",
    "same_document",
    "bridge",
    "new_coverage",
    "missing_coverage",
    "explanation",
    "short_answer",
    "parts",
    "terms_of_best",
    "terms",
    "few",
    "read",
    "read_evidence",
    "read_gap",
)
"""The columns of `Members.matrix`; from `likeness` on they are 0 for the best unit itself."""

_CONSIDERED: Final = 12
_DUPLICATE: Final = 0.7
_BETA: Final = 2.0
_SURE: Final = 0.85
_SHORT_KINDS: Final = frozenset(
    {AnswerKind.PERSON, AnswerKind.PLACE, AnswerKind.TIME, AnswerKind.QUANTITY, AnswerKind.CHOICE}
)


@dataclass(frozen=True)
class Members:
    """The best units of a question, measured against the very best of them.

    `order` are the rows of all units, best first by `scores`; `kinds` is whether each unit holds the
    kind of answer wanted (-0.5 to 0.5); `votes` are the reader's.
    """

    question: Question
    units: Sequence[Unit]
    passages: Sequence[Passage]
    scores: Matrix
    kinds: Matrix
    votes: ReaderVotes
    order: Sequence[int]
    vectors: UnitVectors
    weight: TermWeights

    @property
    def candidates(self) -> list[int]:
        """The best unit and the next few that do not nearly repeat it."""
        best, *others = self.order[:_CONSIDERED]
        return [best, *(i for i in others if self.word_likeness(i, best) < _DUPLICATE)]

    def matrix(self) -> Matrix:
        """`MEMBERSHIP_FEATURES` of the candidates, shape (len(candidates), len(MEMBERSHIP_FEATURES))."""
        candidates = self.candidates
        best = candidates[0]
        runner_up = self.scores[candidates[1]] if len(candidates) > 1 else self.scores[best] - 5.0
        terms = math.log1p(len(self.question.terms)) * (1.0 - 0.4 * self.question.cjk)
        passage_rank = passage_ranks(self.passages)
        rows = []
        for rank, i in enumerate(candidates):
            is_best = float(i == best)
            rows.append(
                [
                    is_best,
                    is_best * float(self.scores[best] - runner_up),
                    float(self.scores[i] - self.scores[best]),
                    1.0 / (1.0 + rank),
                    float(self.kinds[i]),
                    1.0 / (1.0 + passage_rank[self.units[i].passage]),
                    *([0.0] * 13 if i == best else self._beside(i, best)),
                    is_best * terms,
                    (1.0 - is_best) * terms,
                    (1.0 - is_best) / len(self.units),
                    float(self.votes.has_read),
                    float(self.votes.evidence[i]),
                    float(self.votes.evidence[i] - self.votes.evidence[best]),
                ]
            )
        return np.array(rows, np.float64)

    def word_likeness(self, i: int, j: int) -> float:
        """The Jaccard similarity of two units' content words."""
        a, b = set(text_terms(self.units[i].text)), set(text_terms(self.units[j].text))
        return len(a & b) / (len(a | b) or 1)

    def _beside(self, i: int, best: int) -> list[float]:
        unit, first = self.units[i], self.units[best]
        held, own = set(text_terms(first.in_place)), set(text_terms(unit.in_place))
        missing = [term for term in self.question.terms if term not in held]
        total = sum(map(self.weight, self.question.terms)) or 1.0
        same = unit.passage == first.passage
        cosine = self.vectors.units[i] @ self.vectors.units[best]
        return [
            float(self.vectors.trust.likeness(np.asarray(cosine))),
            self.word_likeness(i, best),
            float(same and unit.ordinal == first.ordinal + 1),
            float(same and unit.ordinal == first.ordinal - 1),
            float(same and unit.ordinal == first.ordinal + 1 and unit.refers_back),
            float(same),
            float(unit.document_id == first.document_id),
            self._bridge(unit, first),
            sum(self.weight(term) for term in missing if term in own) / total,
            sum(map(self.weight, missing)) / total,
            float(self.question.wants_explanation),
            float(self.question.kind in _SHORT_KINDS),
            float(self.question.has_parts),
        ]

    def _bridge(self, unit: Unit, other: Unit) -> float:
        """How far one unit's document is named in the other unit, as where a question joins two documents."""
        if unit.document_id == other.document_id:
            return 0.0
        titles = (self.passages[unit.passage].title, self.passages[other.passage].title)
        texts = (other.text, unit.text)
        return max(
            overlap(text_terms(title), set(text_terms(text)), self.weight)
            for title, text in zip(titles, texts, strict=True)
        )


def choose(members: Members, probabilities: Matrix, most: int) -> list[tuple[int, float]]:
    """The candidates that together have the best expected F-measure, likeliest first.

    Each comes with its probability of belonging. With k chosen and S the sum of all probabilities, the
    expectation is about (1 + b²) Σ chosen / (k + b² S) (Jansche 2007, "A Maximum Expected Utility
    Framework for Binary Sequence Labeling"); b = 2, because a reader misses a missing sentence more
    than one too many annoys. What nearly repeats a chosen unit is passed over.
    """
    candidates = members.candidates
    beta = _BETA * _BETA
    total = float(probabilities.sum())
    chosen: list[tuple[int, float]] = []
    gathered = best = 0.0
    for row in np.argsort(-probabilities, kind="stable"):
        unit, probability = candidates[row], float(probabilities[row])
        if any(members.word_likeness(unit, other) >= _DUPLICATE for other, _ in chosen):
            continue
        expected = (1.0 + beta) * (gathered + probability) / (len(chosen) + 1 + beta * total)
        if len(chosen) == most or (chosen and expected <= best):
            break
        gathered, best = gathered + probability, expected
        chosen.append((unit, probability))
    return chosen


def few_enough(question: Question, chosen: Sequence[tuple[Unit, float]], total: float) -> list[Unit]:
    """Those of the chosen units, likeliest first, that a reader needs: fewer where the first is nearly sure.

    `total` is S of `choose`. Where a name, number, date or place is wanted and the first is nearly sure to
    belong, more of its document has to pay at b = 1, by which one too many is as bad as one missing.
    Another document may hold the next step of an answer, and a question of parts needs them all.
    """
    if not chosen or chosen[0][1] < _SURE or question.kind not in _SHORT_KINDS or question.has_parts:
        return [unit for unit, _ in chosen]
    (first, gathered), *others = chosen
    told = [first]
    for unit, probability in others:
        pays = (gathered + probability) / (len(told) + 1 + total) > gathered / (len(told) + total)
        if pays or unit.document_id != first.document_id:
            told.append(unit)
            gathered += probability
    return told
