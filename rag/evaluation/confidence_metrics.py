"""Whether a confidence is a probability (calibration) and tells right from wrong (ranking)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Bin",
    "Coverage",
    "RiskCurve",
    "area_under_risk_coverage",
    "auroc",
    "brier_score",
    "coverage_at_precision",
    "expected_calibration_error",
    "reliability",
    "risk_coverage",
]

_BINS: Final = 10
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of neighbouring confidence: the mean confidence, the share that is right, how many."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """Share of wrong answers (`risk`) among the most confident share (`coverage`), both shape (n,)."""

    coverage: Floats
    risk: Floats


@dataclass(frozen=True, slots=True)
class Coverage:
    """The largest share of questions answered at a wanted precision, and from which confidence on.

    `threshold` is None where no threshold reaches the precision.
    """

    coverage: float
    threshold: float | None


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = _BINS) -> list[Bin]:
    """Bins of equal mass by rising confidence; ties keep the order in which they came.

    Equal mass instead of equal width, since most answers may lie in one width (Nixon et al. 2019,
    "Measuring Calibration in Deep Learning", section 3).
    """
    sure, correct = _floats(confidence), _floats(right)
    parts = np.array_split(np.argsort(sure, kind="stable"), bins)
    return [Bin(float(sure[p].mean()), float(correct[p].mean()), len(p)) for p in parts if len(p)]


def expected_calibration_error(confidence: ArrayLike, right: ArrayLike, bins: int = _BINS) -> float:
    """The mean distance of confidence and accuracy over bins of equal mass (Naeini et al. 2015)."""
    parts = reliability(confidence, right, bins)
    total = sum(part.count for part in parts)
    return sum(part.count * abs(part.confidence - part.accuracy) for part in parts) / total if total else 0.0


def brier_score(confidence: ArrayLike, right: ArrayLike) -> float:
    """The mean squared distance of confidence and outcome (Brier 1950); .25 for always saying one half."""
    differences = _floats(confidence) - _floats(right)
    return float(np.mean(differences**2)) if len(differences) else 0.0


def auroc(scores: ArrayLike, positive: ArrayLike) -> float | None:
    """The probability that a positive scores above a negative, ties half (Mann and Whitney 1947).

    None where there are no positives or no negatives.
    """
    values, labels = _floats(scores), _floats(positive) > 0.5
    ups, downs = int(labels.sum()), int((~labels).sum())
    if not ups or not downs:
        return None
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2.0)[group]
    return float((ranks[labels].sum() - ups * (ups + 1) / 2.0) / (ups * downs))


def risk_coverage(confidence: ArrayLike, right: ArrayLike) -> RiskCurve:
    """The selective risk of answering the k most confident questions, for each k (El-Yaniv and Wiener 2010).

    Among equal confidences the expected risk of answering them in any order is taken.
    """
    sure, wrong = _floats(confidence), 1.0 - _floats(right)
    order = np.argsort(-sure, kind="stable")
    _, group, counts = np.unique(sure[order], return_inverse=True, return_counts=True)
    shared = np.bincount(group, weights=wrong[order]) / counts
    answered = np.arange(1, len(sure) + 1)
    return RiskCurve(answered / max(1, len(sure)), np.cumsum(shared[group]) / answered)


def area_under_risk_coverage(confidence: ArrayLike, right: ArrayLike) -> float:
    """The mean selective risk over all coverages (AURC, Geifman et al. 2019); lower is better."""
    risk = risk_coverage(confidence, right).risk
    return float(risk.mean()) if len(risk) else 0.0


def coverage_at_precision(confidence: ArrayLike, right: ArrayLike, precision: float) -> Coverage:
    """How many questions can be answered so that at least `precision` of the answers are right.

    Answers of equal confidence are given together or not at all, as a threshold does it.
    """
    sure, correct = _floats(confidence), _floats(right)
    order = np.argsort(-sure, kind="stable")
    ranked = sure[order]
    share = np.cumsum(correct[order]) / np.arange(1, len(sure) + 1)
    ends = np.append(ranked[1:] < ranked[:-1], True) if len(ranked) else np.zeros(0, bool)
    good = np.flatnonzero(ends & (share >= precision))
    if not len(good):
        return Coverage(0.0, None)
    return Coverage((int(good[-1]) + 1) / len(sure), float(ranked[good[-1]]))


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, np.float64)
