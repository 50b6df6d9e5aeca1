"""`random`: a control that any other selector must beat."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.examples.registry import SelectorOptions
from rag.examples.scoring import Scores
from rag.examples.selector import ExampleSelector

__all__ = ["RandomSelector", "Unindexed", "build"]


class Unindexed:
    """An index that compares nothing: every similarity is 0."""

    def __init__(self) -> None:
        self._count = 0

    def extend(self, texts: list[str]) -> None:
        """Count the texts."""
        self._count += len(texts)

    def remove(self, positions: Sequence[int]) -> None:
        """Count them no more."""
        self._count -= len(positions)

    def similarities(self, question: str) -> Scores:
        """Zeros, one a text."""
        return np.zeros(self._count)


class RandomSelector(ExampleSelector):
    """A sample without replacement that depends on nothing but the seed and the question."""

    def __init__(self, *, seed: int = 0, **common: Any) -> None:
        super().__init__(Unindexed(), **common)
        self._seed = seed

    def _choose(self, question: str, scores: Scores, k: int) -> NDArray[np.intp]:
        digest = hashlib.sha256(f"{self._seed}\0{question}".encode("utf-8", "surrogatepass")).digest()
        generator = np.random.default_rng(int.from_bytes(digest[:8], "little"))
        return generator.choice(np.flatnonzero(scores > -np.inf), k, replace=False)


def build(options: SelectorOptions) -> ExampleSelector:
    """Choose at random, the same examples for the same question."""
    return RandomSelector(**options.common)
