"""The confidence fitted to one's own questions, cross-validated against the one that ships."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.answering.calibration import Calibrator
from rag.answering.confidence import CONFIDENCE_FEATURES
from rag.answering.fitting import fit_isotonic, fit_line, fit_logistic
from rag.errors import UsageError
from rag.evaluation.confidence_metrics import (
    auroc,
    brier_score,
    coverage_at_precision,
    expected_calibration_error,
)
from rag.evaluation.judgement import Judged

__all__ = ["FEWEST_EACH", "FEWEST_QUESTIONS", "Recalibration", "recalibrate"]

FEWEST_QUESTIONS: Final = 16
FEWEST_EACH: Final = 4
_FOLDS: Final = 5
_LEAST_CONFIDENCE: Final = 0.01
_SLOPE_DOUBT: Final = 0.5
_SHIFT_DOUBT: Final = 1.0
"""Standard deviations of how collections differ from the shared sets, in slope and shift of log odds."""
_MAP_FROM: Final = 100
_LEAST_GROUP: Final = 10
_REFIT_FROM: Final = 300
_REFIT_RIDGE: Final = 20.0
_KNOTS: Final = 41

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Recalibration:
    """A calibrator for one's own questions and how it compares with the one before.

    `method` is `kept`, `scaled`, `isotonic` or `refitted`, whichever predicted held-out answers best;
    `before` and `after` are measures (ECE, Brier score, AUROC) of the earlier confidence and of the
    held-out one. From `threshold` on, held-out answers reach the wanted precision for a share `coverage`
    of the questions; None if they never do.
    """

    calibrator: Calibrator
    method: str
    questions: int
    right: int
    before: dict[str, float]
    after: dict[str, float]
    log_loss: dict[str, float]
    threshold: float | None
    coverage: float


@dataclass(frozen=True)
class _Data:
    features: tuple[Mapping[str, float], ...]
    matrix: Floats
    right: Floats

    def at(self, rows: NDArray[np.bool_]) -> _Data:
        chosen = tuple(f for f, is_in in zip(self.features, rows, strict=True) if is_in)
        return _Data(chosen, self.matrix[rows], self.right[rows])


_Fit = Callable[[Calibrator, _Data], Calibrator]


def recalibrate(
    judged: Sequence[Judged], shipped: Calibrator, precision: float = 0.9, seed: int = 0
) -> Recalibration:
    """Fit the confidence to judged answers, in the way that predicts held-out answers best.

    The ways, from the fewest parameters to the most: keep the shipped one; stretch and shift its log
    odds (Platt 1999), shrunk to no change; from 100 questions on, map its score by isotonic regression
    (Zadrozny and Elkan 2002); from 300 on, fit the model itself again. Few questions thus change little.

    Raises:
        UsageError: there are too few questions, or too few answers of one kind.
    """
    data = _data(judged)
    _require_enough(data)
    folds = _folds(data.right, seed)
    ways: dict[str, _Fit] = {"kept": _kept, "scaled": _scaled}
    if len(data.right) >= _MAP_FROM:
        ways["isotonic"] = _isotonic
    if len(data.right) >= _REFIT_FROM:
        ways["refitted"] = _refitted
    held_out = {name: _held_out(way, shipped, data, folds) for name, way in ways.items()}
    losses = {name: _log_loss(sure, data.right) for name, sure in held_out.items()}
    method = min(ways, key=lambda name: losses[name])
    at = coverage_at_precision(_as_stored(held_out[method]), data.right, precision)
    calibrator = ways[method](shipped, data)
    own = np.array([calibrator.confidence(features) for features in data.features])
    # Where right and wrong lie far apart, the folds' threshold may lie among the wrong ones of the whole fit.
    least = coverage_at_precision(_as_stored(own), data.right, precision).threshold
    return Recalibration(
        calibrator=calibrator,
        method=method,
        questions=len(data.right),
        right=int(data.right.sum()),
        before=_measures(held_out["kept"], data.right),
        after=_measures(held_out[method], data.right),
        log_loss=losses,
        threshold=None if at.threshold is None or least is None else max(at.threshold, least),
        coverage=at.coverage,
    )


def _as_stored(confidence: Floats) -> Floats:
    """Cut to the four places of the stored form: what differs by less is not told apart by a threshold."""
    return np.floor(confidence * 10_000) / 10_000


def _data(judged: Sequence[Judged]) -> _Data:
    """Answers that were judged and rest on evidence; without any, the confidence is 0 for whatever fit."""
    lines = [line for line in judged if line.right is not None and line.features]
    matrix = [[line.features.get(name, 0.0) for name in CONFIDENCE_FEATURES] for line in lines]
    return _Data(
        tuple(line.features for line in lines),
        np.array(matrix, np.float64).reshape(len(lines), len(CONFIDENCE_FEATURES)),
        np.array([bool(line.right) for line in lines], np.float64),
    )


def _require_enough(data: _Data) -> None:
    count, right = len(data.right), int(data.right.sum())
    wrong = count - right
    if count < FEWEST_QUESTIONS or min(right, wrong) < FEWEST_EACH:
        raise UsageError(
            f"calibration needs at least {FEWEST_QUESTIONS} questions whose answers can be judged, "
            f"{FEWEST_EACH} answered right and {FEWEST_EACH} not; here are {count}, {right} right and "
            f"{wrong} not: add questions (such that the documents cannot answer, with `answers: []`, "
            "count as not right), or keep the shipped calibration"
        )


def _kept(shipped: Calibrator, data: _Data) -> Calibrator:
    return shipped


def _scaled(shipped: Calibrator, data: _Data) -> Calibrator:
    """The logistic function of a l + b, with l the log odds of the shipped confidence, as knots."""
    scores, probabilities = shipped.knots
    given = np.interp(shipped.model.scores(data.matrix), scores, probabilities)
    slope, shift = fit_line(_log_odds(given), data.right, _SLOPE_DOUBT, _SHIFT_DOUBT)
    moved = 1.0 / (1.0 + np.exp(-(slope * _log_odds(probabilities) + shift)))
    return Calibrator(shipped.model, np.array([scores, _within(moved)]))


def _isotonic(shipped: Calibrator, data: _Data) -> Calibrator:
    least = max(_LEAST_GROUP, len(data.right) // 20)
    x, y = fit_isotonic(shipped.model.scores(data.matrix), data.right, least)
    return Calibrator(shipped.model, np.array([x, _within(y)]))


def _refitted(shipped: Calibrator, data: _Data) -> Calibrator:
    """The shipped model's signs are kept: what spoke for an answer does not come to speak against it."""
    weights = shipped.model.weights
    signs = {
        name: int(np.sign(w)) for name, w in zip(shipped.model.features, weights, strict=True) if w != 0.0
    }
    model = fit_logistic(CONFIDENCE_FEATURES, data.matrix, data.right, ridge=_REFIT_RIDGE, signs=signs)
    anew = Calibrator(model, shipped.knots)
    return _through_sigmoid(anew, model.scores(data.matrix), data.right)


def _through_sigmoid(calibrator: Calibrator, scores: Floats, right: Floats) -> Calibrator:
    """The same model with p = 1 / (1 + exp(-(a score + b))), a at least 0, as knots."""
    line = fit_logistic(("score",), scores[:, None], right, ridge=0.1, signs={"score": 1})
    margin = 1.0 + np.ptp(scores)
    x = np.linspace(scores.min() - margin, scores.max() + margin, _KNOTS)
    y = 1.0 / (1.0 + np.exp(-line.scores(x[:, None])))
    return Calibrator(calibrator.model, np.array([x, _within(y)]))


def _held_out(way: _Fit, shipped: Calibrator, data: _Data, folds: NDArray[np.intp]) -> Floats:
    sure = np.zeros(len(data.right))
    for fold in range(_FOLDS):
        fitted = way(shipped, data.at(folds != fold))
        own = data.at(folds == fold)
        sure[folds == fold] = [fitted.confidence(features) for features in own.features]
    return sure


def _folds(right: Floats, seed: int) -> NDArray[np.intp]:
    """A fold for each answer, right and wrong ones spread evenly."""
    random = np.random.default_rng(seed)
    folds = np.zeros(len(right), np.intp)
    for label in (0.0, 1.0):
        rows = random.permutation(np.flatnonzero(right == label))
        folds[rows] = np.arange(len(rows)) % _FOLDS
    return folds


def _log_loss(sure: Floats, right: Floats) -> float:
    kept = _within(sure)
    return float(-np.mean(right * np.log(kept) + (1.0 - right) * np.log(1.0 - kept)))


def _within(sure: Floats) -> Floats:
    """Probabilities that are never quite 0 or 1."""
    kept: Floats = np.clip(sure, _LEAST_CONFIDENCE, 1.0 - _LEAST_CONFIDENCE)
    return kept


def _log_odds(sure: Floats) -> Floats:
    kept = _within(sure)
    odds: Floats = np.log(kept / (1.0 - kept))
    return odds


def _measures(sure: Floats, right: Floats) -> dict[str, float]:
    return {
        "ece": expected_calibration_error(sure, right),
        "brier": brier_score(sure, right),
        "auroc": auroc(sure, right) or 0.0,
    }
