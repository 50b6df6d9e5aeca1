"""From similarities to a choice: deterministic ranking, and what a choice carries."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.schema import Example

__all__ = ["ScoredExample", "Scores", "SimilarityIndex", "as_floats", "best"]

Scores = NDArray[np.float64]


class ScoredExample(NamedTuple):
    """An example that was chosen and how similar it is to the question."""

    example: Example
    similarity: float


class SimilarityIndex(Protocol):
    """Compares a question with all texts that were added; position i is the i-th text added."""

    def extend(self, texts: list[str]) -> None:
        """Add texts; they get the next positions."""
        ...

    def similarities(self, question: str) -> Scores:
        """One similarity a text, shape (texts added,), higher is nearer."""
        ...


def best(scores: Scores, k: int) -> NDArray[np.intp]:
    """Positions of the k highest scores, best first; of equal scores the earlier position.

    Linear in the number of scores. Positions whose score is -inf are never chosen.
    """
    k = min(k, int(np.count_nonzero(scores > -np.inf)))
    if k <= 0:
        return np.zeros(0, np.intp)
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    above = np.flatnonzero(scores > threshold)
    level = np.flatnonzero(scores == threshold)[: k - len(above)]
    return np.concatenate([above[np.argsort(-scores[above], kind="stable")], level])


def as_floats(values: Any) -> Scores:
    """Scores rounded to six decimals: the order must not hang on the last bits of a matrix product."""
    rounded: Scores = np.asarray(values, np.float64).round(6)
    return rounded
