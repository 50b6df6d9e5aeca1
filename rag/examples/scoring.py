"""From similarities to a choice: deterministic ranking, and what a choice carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.schema import Example

__all__ = ["ScoredExample", "Scores", "SimilarityIndex", "as_floats", "best"]

Scores = NDArray[np.float64]
_GUESSES: Final = 3


class ScoredExample(NamedTuple):
    """An example that was chosen and how similar it is to the question."""

    example: Example
    similarity: float


class SimilarityIndex(Protocol):
    """Compares a question with all texts that it holds; position i is the i-th of them as they were added."""

    def extend(self, texts: list[str]) -> None:
        """Add texts; they get the next positions."""
        ...

    def remove(self, positions: Sequence[int]) -> None:
        """Take texts out, each position given once; those behind move up, as in a list."""
        ...

    def similarities(self, question: str) -> Scores:
        """One similarity a text, shape (texts,), higher is nearer."""
        ...


def best(scores: Scores, k: int) -> NDArray[np.intp]:
    """Positions of the k highest scores, best first; of equal scores the earlier position.

    Linear in the number of scores. Positions whose score is -inf are never chosen.
    """
    near = _shortlist(scores, k)
    k = min(k, len(near))
    if k <= 0:
        return np.zeros(0, np.intp)
    short = scores[near]
    threshold = np.partition(short, len(near) - k)[len(near) - k]
    above = np.flatnonzero(short > threshold)
    level = np.flatnonzero(short == threshold)[: k - len(above)]
    order = np.concatenate([above[np.argsort(-short[above], kind="stable")], level])
    chosen: NDArray[np.intp] = near[order]
    return chosen


def _shortlist(scores: Scores, k: int) -> NDArray[np.intp]:
    """Positions, in order, among which the k highest scores are; mostly few.

    Comparing all scores with a guess is many times faster than partitioning them, which many
    equal scores slow down further.
    """
    guess = float(scores.max(initial=0.0))
    for _ in range(_GUESSES if guess > 0.0 else 0):
        guess /= 2.0
        near = np.flatnonzero(scores >= guess)
        if len(near) >= k:
            return near
    return np.flatnonzero(scores > -np.inf)


def as_floats(values: Any) -> Scores:
    """Scores rounded to six decimals: the order must not hang on the last bits of a matrix product."""
    rounded: Scores = np.asarray(values, np.float64).round(6)
    return rounded
