"""How sure a mean, or a difference between two systems on the same questions, is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rag.errors import UsageError

__all__ = ["Interval", "bootstrap_mean", "paired_bootstrap"]


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
    means = np.array([data[random.integers(0, len(data), len(data))].mean() for _ in range(samples)])
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
