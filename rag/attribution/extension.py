"""Whether a further unit belongs to an answer that has one already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.attribution.asking import AnswerKind
from rag.attribution.features import UnitVectors
from rag.attribution.linear import LinearModel
from rag.attribution.overlap import TermWeights, overlap
from rag.attribution.question import Question, text_terms
from rag.attribution.units import Unit
from rag.schema import Passage

__all__ = ["EXTENSION_FEATURES", "ExtensionFeatures", "extend"]

Matrix = NDArray[np.float64]

EXTENSION_FEATURES: Final = (
    "score",
    "score_gap",
    "new_coverage",
    "missing_coverage",
    "likeness",
    "word_likeness",
    "next",
    "previous",
    "same_document",
    "bridge",
    "taken",
    "explanation",
    "short_answer",
    "parts",
    "only_few",
)
_DUPLICATE: Final = 0.7
_SHORT_KINDS: Final = frozenset(
    {AnswerKind.PERSON, AnswerKind.PLACE, AnswerKind.TIME, AnswerKind.QUANTITY, AnswerKind.CHOICE}
)


@dataclass(frozen=True)
class ExtensionFeatures:
    """What a further unit would add to those taken, measured for `EXTENSION_FEATURES`."""

    question: Question
    units: Sequence[Unit]
    passages: Sequence[Passage]
    scores: Matrix
    vectors: UnitVectors
    weight: TermWeights

    def row(self, candidate: int, taken: Sequence[int]) -> list[float]:
        """The features of one candidate beside the units taken so far (at least one)."""
        unit, units = self.units[candidate], [self.units[i] for i in taken]
        held = {term for other in units for term in text_terms(other.text)}
        own = set(text_terms(unit.text))
        open_terms = [term for term in self.question.terms if term not in held]
        total = sum(map(self.weight, self.question.terms)) or 1.0
        gained = sum(self.weight(term) for term in open_terms if term in own) / total
        missing = sum(map(self.weight, open_terms)) / total
        beside = [other for other in units if other.passage == unit.passage]
        likeness = max(float(self.vectors.units[candidate] @ self.vectors.units[i]) for i in taken)
        return [
            float(self.scores[candidate]),
            float(self.scores[candidate] - self.scores[taken[0]]),
            gained,
            missing,
            self.vectors.trust * likeness,
            self.word_likeness(candidate, taken),
            float(any(unit.ordinal == other.ordinal + 1 for other in beside)),
            float(any(unit.ordinal == other.ordinal - 1 for other in beside)),
            float(any(unit.document_id == other.document_id for other in units)),
            max(self._bridge(unit, other) for other in units),
            float(len(taken) - 1),
            float(self.question.wants_explanation),
            float(self.question.kind in _SHORT_KINDS),
            float(self.question.has_parts),
            1.0 / len(self.units),
        ]

    def word_likeness(self, candidate: int, taken: Sequence[int]) -> float:
        """The largest Jaccard similarity of content words with a unit taken."""
        own = set(text_terms(self.units[candidate].text))
        best = 0.0
        for i in taken:
            other = set(text_terms(self.units[i].text))
            best = max(best, len(own & other) / (len(own | other) or 1))
        return best

    def _bridge(self, unit: Unit, other: Unit) -> float:
        """Whether one unit's document is named in the other unit: as two documents are joined."""
        if unit.document_id == other.document_id:
            return 0.0
        titles = (self.passages[unit.passage].title, self.passages[other.passage].title)
        texts = (other.text, unit.text)
        return max(
            overlap(text_terms(title), set(text_terms(text)), self.weight)
            for title, text in zip(titles, texts, strict=True)
        )


def extend(
    features: ExtensionFeatures, order: NDArray[np.intp], model: LinearModel, most: int
) -> list[tuple[int, str]]:
    """The best unit and those that the model adds, each with the reason for it.

    Greedy: the likeliest addition is taken while it is likelier than not to pay; what nearly repeats
    a unit taken is passed over.
    """
    if not len(order):
        return []
    chosen = [(int(order[0]), "best evidence")]
    remaining = [int(i) for i in order[1:]]
    while remaining and len(chosen) < most:
        taken = [i for i, _ in chosen]
        remaining = [i for i in remaining if features.word_likeness(i, taken) < _DUPLICATE]
        if not remaining:
            break
        rows = np.array([features.row(i, taken) for i in remaining], np.float64)
        probabilities = model.probabilities(rows)
        best = int(np.argmax(probabilities))
        if probabilities[best] < 0.5:
            break
        chosen.append((remaining.pop(best), _reason(rows[best], float(probabilities[best]))))
    return chosen


def _reason(row: NDArray[np.float64], probability: float) -> str:
    values = dict(zip(EXTENSION_FEATURES, row.tolist(), strict=True))
    because = [
        text
        for name, text in (
            ("new_coverage", "holds words of the question that were missing"),
            ("bridge", "joins another document"),
            ("next", "continues the sentence before it"),
            ("previous", "introduces the sentence after it"),
        )
        if values[name] > 0.0
    ]
    return f"belongs to the answer too (probability {probability:.2f})" + "".join(
        f"; {text}" for text in because
    )
