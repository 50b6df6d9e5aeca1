"""Figures of judged answers: means, calibration, abstention, latency, each with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.errors import UsageError
from rag.evaluation.confidence_metrics import (
    area_under_risk_coverage,
    auroc,
    brier_score,
    coverage_at_precision,
    expected_calibration_error,
)
from rag.evaluation.judgement import Judged
from rag.evaluation.metrics import Interval, bootstrap_mean, paired_bootstrap

__all__ = [
    "LOWER_IS_BETTER",
    "MEASURES",
    "AnswerFigures",
    "compare_judged",
    "figures",
    "missed_bounds",
]

_SAMPLES: Final = 1_000
_MEANS: Final = (
    "exact_match",
    "f1",
    "rouge_l",
    "contained",
    "citation_precision",
    "citation_recall",
    "citation_f1",
)
LOWER_IS_BETTER: Final = frozenset(
    ("ece", "brier", "aurc", "answerable_refused", "latency_p50", "latency_p95")
)
"""Measures for which a bound is an upper one."""

MEASURES: Final = (
    *_MEANS,
    "quotes_verified",
    "accuracy",
    "precision_of_answers",
    "abstention_precision",
    "abstention_recall",
    "answerable_refused",
    "conflicts_told",
    "ece",
    "brier",
    "auroc",
    "auroc_answerable",
    "aurc",
    "coverage_at_precision",
    "latency_p50",
    "latency_p95",
)
"""All measures by name; those that nothing in a file tells are left out of its figures."""


@dataclass(frozen=True)
class AnswerFigures:
    """Measures of some questions, and the 95 % bootstrap interval of each.

    `threshold` is the confidence from which on answers reach the wanted precision, None if none do.
    """

    questions: int
    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    threshold: float | None = None


@dataclass(frozen=True)
class _Columns:
    """What is judged as a whole, as arrays over questions."""

    confidence: NDArray[np.float64]
    right: NDArray[np.float64]
    is_judged: NDArray[np.bool_]
    answerable: NDArray[np.bool_]
    abstained: NDArray[np.bool_]
    quotes: NDArray[np.float64]
    verified: NDArray[np.float64]
    seconds: NDArray[np.float64]
    conflicts: NDArray[np.float64]

    @classmethod
    def of(cls, judged: Sequence[Judged]) -> _Columns:
        return cls(
            confidence=np.array([line.confidence for line in judged], np.float64),
            right=np.array([bool(line.right) for line in judged], np.float64),
            is_judged=np.array([line.right is not None for line in judged], bool),
            answerable=np.array([line.answerable for line in judged], bool),
            abstained=np.array([line.abstained for line in judged], bool),
            quotes=np.array([line.quotes for line in judged], np.float64),
            verified=np.array([line.verified for line in judged], np.float64),
            seconds=np.array([line.seconds for line in judged], np.float64),
            conflicts=np.array([line.conflicts for line in judged], np.float64),
        )

    def at(self, rows: NDArray[np.intp]) -> _Columns:
        return _Columns(*(getattr(self, column.name)[rows] for column in fields(self)))


def figures(
    judged: Sequence[Judged], precision: float = 0.9, samples: int = _SAMPLES, seed: int = 0
) -> AnswerFigures:
    """Every measure that the questions allow.

    Exact match and F1 are means over all questions (SQuAD 2.0), ROUGE-L, containment and citations
    over those with an answer. Abstention: precision is the share of silences where silence is right,
    recall the share of unanswerable questions met with silence. ECE, Brier score, AUROC, AURC and
    `coverage_at_precision` compare the confidence with whether the best answer was right, given or not;
    `auroc_answerable` with whether there was one. `conflicts_told` is the share of answers that tell that
    passages contradict each other, which only those who know the passages can call right. Latency is
    seconds a question.

    Raises:
        UsageError: there is no question.
    """
    if not judged:
        raise UsageError("no question was judged: give a file with at least one")
    columns = _Columns.of(judged)
    metrics: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    for name in _MEANS:
        values = [line.scores[name] for line in judged if name in line.scores]
        if values:
            found = bootstrap_mean(values, samples, seed)
            metrics[name], intervals[name] = found.mean, (found.low, found.high)
    measures = _whole_measures(precision)
    told = {name: value for name, measure in measures.items() if (value := measure(columns)) is not None}
    metrics |= told
    intervals |= _intervals({name: measures[name] for name in told}, columns, told, samples, seed)
    known = columns.is_judged
    at = coverage_at_precision(columns.confidence[known], columns.right[known], precision)
    ordered: dict[str, float] = {name: metrics[name] for name in MEASURES if name in metrics}
    return AnswerFigures(len(judged), ordered, {n: intervals[n] for n in ordered}, at.threshold)


def compare_judged(ours: Sequence[Judged], theirs: Sequence[Judged]) -> dict[str, Interval]:
    """The mean difference of each mean over the questions that both judged, by paired bootstrap.

    `brier` is among them, since it too is a mean over questions.

    Raises:
        UsageError: no question is in both.
    """
    earlier = {line.question_id: line for line in theirs}
    pairs = [(line, earlier[line.question_id]) for line in ours if line.question_id in earlier]
    if not pairs:
        raise UsageError("no question of the earlier file is among those asked now: compare equal questions")
    found = {}
    for name in (*_MEANS, "accuracy", "brier"):
        values = [(a.question_id, _value(a, name), _value(b, name)) for a, b in pairs]
        both = [(key, x, y) for key, x, y in values if x is not None and y is not None]
        if both:
            mine, other = {key: x for key, x, _ in both}, {key: y for key, _, y in both}
            found[name] = paired_bootstrap(mine, other)
    return found


def missed_bounds(metrics: Mapping[str, float], bounds: Mapping[str, float]) -> list[str]:
    """A sentence for each bound that is not kept; a measure that could not be taken keeps no bound."""
    missed = []
    for name, bound in bounds.items():
        value = metrics.get(name)
        if value is None:
            missed.append(f"{name} could not be measured on these questions, so {bound} is not reached")
        elif name in LOWER_IS_BETTER and value > bound:
            missed.append(f"{name} is {value:.4f}, above {bound}")
        elif name not in LOWER_IS_BETTER and value < bound:
            missed.append(f"{name} is {value:.4f}, below {bound}")
    return missed


_Measure = Callable[[_Columns], float | None]


def _whole_measures(precision: float) -> dict[str, _Measure]:
    return {
        "quotes_verified": lambda c: _ratio(c.verified.sum(), c.quotes.sum()),
        "accuracy": lambda c: _share(c.right[c.is_judged] > 0.5),
        "precision_of_answers": lambda c: _share(c.right[c.is_judged & ~c.abstained] > 0.5),
        "abstention_precision": lambda c: _share(~c.answerable[c.abstained]),
        "abstention_recall": lambda c: _share(c.abstained[~c.answerable]),
        "answerable_refused": lambda c: _share(c.abstained[c.answerable]),
        "conflicts_told": lambda c: _share(c.conflicts > 0),
        "ece": _confidence(expected_calibration_error),
        "brier": _confidence(brier_score),
        "auroc": _confidence(auroc),
        "auroc_answerable": lambda c: auroc(c.confidence, c.answerable),
        "aurc": _confidence(area_under_risk_coverage),
        "coverage_at_precision": _confidence(
            lambda sure, right: coverage_at_precision(sure, right, precision).coverage
        ),
        "latency_p50": lambda c: float(np.quantile(c.seconds, 0.5)),
        "latency_p95": lambda c: float(np.quantile(c.seconds, 0.95)),
    }


def _confidence(measure: Callable[..., float | None]) -> _Measure:
    def of_judged(c: _Columns) -> float | None:
        return measure(c.confidence[c.is_judged], c.right[c.is_judged]) if c.is_judged.any() else None

    return of_judged


def _intervals(
    measures: Mapping[str, _Measure],
    columns: _Columns,
    told: Mapping[str, float],
    samples: int,
    seed: int,
) -> dict[str, tuple[float, float]]:
    """Percentiles over questions drawn with replacement, the same ones for each measure.

    Draws that tell nothing are left out.
    """
    random = np.random.default_rng(seed)
    count = len(columns.seconds)
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(samples):
        drawn = columns.at(random.integers(0, count, count))
        for name, measure in measures.items():
            value = measure(drawn)
            if value is not None:
                found[name].append(value)
    bounds = {name: np.quantile(values or [told[name]], (0.025, 0.975)) for name, values in found.items()}
    return {name: (float(low), float(high)) for name, (low, high) in bounds.items()}


def _value(line: Judged, name: str) -> float | None:
    if name == "accuracy":
        return None if line.right is None else float(line.right)
    if name == "brier":
        return None if line.right is None else (line.confidence - float(line.right)) ** 2
    return line.scores.get(name)


def _share(values: NDArray[np.bool_]) -> float | None:
    return float(np.count_nonzero(values)) / len(values) if len(values) else None


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
