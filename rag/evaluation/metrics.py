"""Measures of ranked lists by trec_eval's rules, so that figures compare with published ones; bootstrap."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from rag.errors import UsageError

__all__ = [
    "METRICS",
    "Interval",
    "Qrels",
    "Run",
    "average_precision",
    "bootstrap_mean",
    "evaluate",
    "mean",
    "ndcg",
    "paired_bootstrap",
    "ranking",
    "recall",
    "reciprocal_rank",
]


_DRAWN_AT_ONCE: Final = 1_000_000
"""Numbers drawn in one call: some megabytes."""


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % bootstrap interval; `p` is the two-sided chance of a mean of 0 or beyond."""

    mean: float
    low: float
    high: float
    p: float


def bootstrap_mean(values: Sequence[float], samples: int = 2_000, seed: int = 0) -> Interval:
    """The mean of values with its percentile interval (Efron and Tibshirani 1993, chapter 13).

    Questions are drawn with replacement; the same values and seed give the same interval.
    """
    data = np.asarray(values, np.float64)
    if not len(data):
        return Interval(0.0, 0.0, 0.0, 1.0)
    random = np.random.default_rng(seed)
    at_once = max(1, _DRAWN_AT_ONCE // len(data))
    counts = [min(at_once, samples - done) for done in range(0, samples, at_once)]
    draws = (random.integers(0, len(data), (count, len(data))) for count in counts)
    means = np.concatenate([data[drawn].mean(axis=1) for drawn in draws])
    low, high = np.quantile(means, (0.025, 0.975))
    beyond = min(float(np.mean(means <= 0.0)), float(np.mean(means >= 0.0)))
    return Interval(float(data.mean()), float(low), float(high), min(1.0, 2.0 * beyond))


def paired_bootstrap(
    ours: Mapping[str, float], theirs: Mapping[str, float], samples: int = 2_000, seed: int = 0
) -> Interval:
    """The mean difference ours minus theirs over the same questions (Sakai 2006).

    Raises:
        UsageError: the two do not hold the same questions.
    """
    if ours.keys() != theirs.keys():
        odd = sorted(ours.keys() ^ theirs.keys())[0]
        raise UsageError(f"the two runs do not answer the same questions: {odd!r} is in one of them only")
    return bootstrap_mean([value - theirs[question] for question, value in ours.items()], samples, seed)


Qrels = Mapping[str, Mapping[str, int]]
"""Grades by question and passage; above 0 is relevant."""

Run = Mapping[str, Mapping[str, float]]
"""Scores by question and passage."""


def ranking(scores: Mapping[str, float]) -> list[str]:
    """Passage ids in trec_eval's order: by score, then by id from z to a."""
    return sorted(sorted(scores, reverse=True), key=lambda entry: -scores[entry])


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Normalised discounted cumulative gain: the gain is the grade, the discount log2(rank + 1).

    Järvelin and Kekäläinen 2002, "Cumulated gain-based evaluation"; trec_eval's `ndcg_cut`.
    """
    gains = [max(grades.get(entry, 0), 0) for entry in ranked[:k]]
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k]
    return _discounted(gains) / _discounted(ideal) if ideal else 0.0


def recall(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """The share of the relevant passages that are among the first k."""
    relevant = {entry for entry, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranked[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """One over the rank of the first relevant passage, 0 if it is not among the first k."""
    for rank, entry in enumerate(ranked[:k], 1):
        if grades.get(entry, 0) > 0:
            return 1.0 / rank
    return 0.0


def average_precision(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """The mean over relevant passages of the precision at their rank, 0 for those not found."""
    found, total = 0, 0.0
    for rank, entry in enumerate(ranked, 1):
        if grades.get(entry, 0) > 0:
            found += 1
            total += found / rank
    relevant = sum(grade > 0 for grade in grades.values())
    return total / relevant if relevant else 0.0


METRICS: Final[dict[str, Callable[[Sequence[str], Mapping[str, int]], float]]] = {
    "ndcg@10": partial(ndcg, k=10),
    "recall@1": partial(recall, k=1),
    "recall@5": partial(recall, k=5),
    "recall@10": partial(recall, k=10),
    "recall@100": partial(recall, k=100),
    "mrr@10": partial(reciprocal_rank, k=10),
    "map": average_precision,
}
"""The measures of every retrieval evaluation, by name."""


def evaluate(qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Each measure for each judged question: `{measure: {question: value}}`.

    A judged question that the run does not answer counts as 0, as with `trec_eval -c`.
    """
    ranked = {question: ranking(run.get(question, {})) for question in qrels}
    return {
        name: {question: measure(ranked[question], grades) for question, grades in qrels.items()}
        for name, measure in METRICS.items()
    }


def mean(values: Mapping[str, float]) -> float:
    """The mean over questions, 0 without any."""
    return math.fsum(values.values()) / len(values) if values else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
