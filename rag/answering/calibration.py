"""A probability that an answer is right, from what is measured of its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.answering.confidence import CONFIDENCE_FEATURES
from rag.errors import ConfigurationError
from rag.reading import LinearModel, read_parameters
from rag.resources import resource

__all__ = ["Calibrator", "calibration_path", "load_calibrator", "load_foreign_calibrator"]

Matrix = NDArray[np.float64]
_VERSION: Final = 1
_PRECISION_AXES: Final = ("thresholds", "precisions")


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
                f"{source}: version {tree.get('version')!r}, not {_VERSION}; calibrate again"
            )
        model, knots = tree.get("confidence"), tree.get("knots")
        if not isinstance(model, Mapping) or not isinstance(knots, Mapping):
            raise ConfigurationError(f"{source}: `confidence` or `knots` is missing; calibrate again")
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


def load_foreign_calibrator() -> Calibrator:
    """The calibration of answers from passages in other languages than the question."""
    path = resource("data", "language", "foreign.json")
    return Calibrator.from_json(read_parameters(path)["answers"], str(path))


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
        raise ConfigurationError(f"{source} cannot be read ({error}); calibrate again") from None
    if points.ndim != 2 or not points.size or (np.diff(points, axis=1) < 0).any():
        raise ConfigurationError(f"{source} must be ascending lists of one length; calibrate again")
    return points
