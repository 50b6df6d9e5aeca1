"""One confidence an answer: the probability that it is right, from what is known of its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.attribution import Evidence, LinearModel, Selection, TermWeights, read_parameters, text_terms
from rag.attribution.features import naming
from rag.attribution.overlap import near_overlap
from rag.attribution.periods import spelled_out
from rag.errors import ConfigurationError
from rag.resources import resource
from rag.schema import Passage
from rag.text import numbers as numbers_of

__all__ = [
    "CONFIDENCE_FEATURES",
    "Calibrator",
    "calibration_path",
    "confidence_features",
    "load_calibrator",
]

Matrix = NDArray[np.float64]
_VERSION: Final = 1
_PRECISION_AXES: Final = ("thresholds", "precisions")

CONFIDENCE_FEATURES: Final = (
    "score",
    "margin",
    "cosine",
    "window_cosine",
    "passage_cosine",
    "near_overlap",
    "context_overlap",
    "passage_overlap",
    "untrusted",
    "untrusted_overlap",
    "untrusted_context",
    "untrusted_coverage",
    "pairs",
    "answer_coverage",
    "names_missing",
    "names_far",
    "numbers_missing",
    "numbers_far",
    "kind",
    "kind_missing",
    "terms",
    "explanation",
    "rank",
    "heading",
    "asks",
)


def confidence_features(
    selection: Selection, passages: Sequence[Passage], weight: TermWeights
) -> dict[str, float]:
    """What tells whether the best evidence answers the question, by `CONFIDENCE_FEATURES`.

    Missing names and numbers are shares of those in the question: missing from the unit with its
    context, and far where even its whole passage lacks them. Empty without evidence.
    """
    if not selection.ranked:
        return {}
    best = selection.ranked[0]
    question, unit = selection.question, best.unit
    passage = passages[unit.passage]
    around = naming(passage)
    chosen = " ".join(evidence.unit.text for evidence in selection.chosen)
    whole = set(text_terms(f"{around}\n{passage.text}"))
    told = numbers_of(spelled_out(f"{around}\n{passage.text}")) if question.numbers else set()
    names, numbers = question.names, question.numbers
    own = best.features
    coverage = near_overlap(question.terms, set(text_terms(f"{around}\n{chosen}")), weight)
    distrust = 1.0 - selection.trust
    return {
        **{name: own[name] for name in CONFIDENCE_FEATURES if name in own},
        "score": best.score,
        "margin": best.score - _runner_up(selection.ranked),
        "untrusted": distrust,
        "untrusted_context": distrust * own["context_overlap"],
        "untrusted_coverage": distrust * coverage,
        "answer_coverage": coverage,
        "names_missing": 1.0 - own["names_in_context"] if names else 0.0,
        "names_far": len(names - whole) / len(names) if names else 0.0,
        "numbers_missing": 1.0 - own["numbers_in_context"] if numbers else 0.0,
        "numbers_far": len(numbers - told) / len(numbers) if numbers else 0.0,
        "kind_missing": float(own["kind"] < 0.0),
        "terms": float(np.log1p(len(question.terms))) * (1.0 - 0.4 * question.cjk),
        "explanation": own["long_answer"],
    }


@dataclass(frozen=True)
class Calibrator:
    """A logistic model of an answer's rightness, and the isotonic map from its score to a probability.

    `knots` has shape (2, k): scores (log odds) ascending and their probabilities. `precisions`, shape
    (2, k), are thresholds and the share of right answers from each on, where that was measured.
    """

    model: LinearModel
    knots: Matrix
    precisions: Matrix | None = None

    @classmethod
    def from_json(cls, tree: Mapping[str, Any], source: str) -> Calibrator:
        """Read the shipped form.

        Raises:
            ConfigurationError: the tree is incomplete or was written by another version.
        """
        if tree.get("version") != _VERSION:
            raise ConfigurationError(
                f"{source}: version {tree.get('version')!r}, not {_VERSION}; calibrate anew"
            )
        model, knots = tree.get("confidence"), tree.get("knots")
        if not isinstance(model, Mapping) or not isinstance(knots, Mapping):
            raise ConfigurationError(f"{source}: `confidence` or `knots` is missing; calibrate anew")
        points = _curve(knots, ("scores", "probabilities"), f"{source}: knots")
        given = tree.get("precisions")
        precisions = None if given is None else _curve(given, _PRECISION_AXES, f"{source}: precisions")
        return cls(LinearModel.from_json(model, CONFIDENCE_FEATURES, source), points, precisions)

    def to_json(self) -> dict[str, Any]:
        """The form that `from_json` reads."""
        scores, probabilities = self.knots.round(4).tolist()
        tree = {
            "version": _VERSION,
            "confidence": self.model.to_json(),
            "knots": {"scores": scores, "probabilities": probabilities},
        }
        if self.precisions is not None:
            tree["precisions"] = dict(zip(_PRECISION_AXES, self.precisions.round(4).tolist(), strict=True))
        return tree

    def confidence(self, features: Mapping[str, float]) -> float:
        """The probability, 0 to 1, that an answer with these features is right; 0 without evidence."""
        if not features:
            return 0.0
        row = np.array([[features.get(name, 0.0) for name in CONFIDENCE_FEATURES]], np.float64)
        return float(np.interp(self.model.scores(row)[0], self.knots[0], self.knots[1]))

    def contributions(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to the log odds of being right."""
        weights = zip(self.model.features, self.model.weights.tolist(), strict=True)
        return {name: weight * features.get(name, 0.0) for name, weight in weights}

    def threshold(self, wanted_precision: float) -> float:
        """The least confidence from which on answers are right as often as wanted, 0 to 1.

        The strictest that was measured where none is strict enough. Where nothing was measured, the
        wanted precision itself: answers of at least that probability are right at least that often.
        """
        if self.precisions is None:
            return wanted_precision
        thresholds, precisions = self.precisions
        enough = np.flatnonzero(precisions >= wanted_precision)
        return float(thresholds[enough[0] if len(enough) else np.argmax(precisions)])


def load_calibrator(name: str) -> Calibrator:
    """The calibration of a name in `data/calibration/`, or of a JSON file.

    Raises:
        ConfigurationError: there is none, or it cannot be read.
    """
    path = calibration_path(name)
    return Calibrator.from_json(read_parameters(path), str(path))


def calibration_path(name: str) -> Path:
    """Where the calibration of a name, or a JSON file, lies."""
    path = Path(name)
    if path.suffix == ".json" or path.is_file():
        return path
    return resource("data", "calibration", f"{name}.json")


def _curve(tree: Any, axes: tuple[str, str], source: str) -> Matrix:
    try:
        points = np.array([tree[axes[0]], tree[axes[1]]], np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{source} cannot be read ({error}); calibrate anew") from None
    if points.ndim != 2 or not points.size or (np.diff(points, axis=1) < 0).any():
        raise ConfigurationError(f"{source} must be ascending lists of one length; calibrate anew")
    return points


def _runner_up(ranked: Sequence[Evidence]) -> float:
    """The best score among units of other content than the best: a repeated fact is no rival."""
    best = set(text_terms(ranked[0].unit.text))
    for evidence in ranked[1:]:
        other = set(text_terms(evidence.unit.text))
        if len(best & other) < 0.7 * len(best | other):
            return evidence.score
    return ranked[0].score - 5.0
