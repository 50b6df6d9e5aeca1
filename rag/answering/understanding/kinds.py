"""What a question wants: the vote of the worked examples that are nearest to it in meaning.

A new way of asking is a new line in `data/examples/kinds.jsonl`; no rule is written for it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.answering.understanding.kind_examples import KindExample, example_vectors, read_kind_examples
from rag.models.protocol import Embedder

__all__ = ["AT_ONCE", "Kind", "KindVote", "Kinds"]

_WIDTH: Final = 0.5
_RIDGE: Final = 0.1
_MARGIN: Final = 0.15


class Kind(StrEnum):
    """What a question wants."""

    LOOKUP = "lookup"
    YES_NO = "yes_no"
    DEFINITION = "definition"
    LIST = "list"
    COUNT = "count"
    CALCULATION = "calculation"
    COMPARISON = "comparison"
    SUMMARY = "summary"
    PLACE = "place"
    LIBRARY = "library"
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"


AT_ONCE: Final = frozenset({Kind.HELP, Kind.GREETING, Kind.THANKS})
"""What is answered without the library."""

_APART: Final = (*sorted(AT_ONCE), Kind.LIBRARY, Kind.SUMMARY)
"""Kinds for which no passage is read: a look-up taken for one of them would be lost."""


@dataclass(frozen=True)
class KindVote:
    """The kind with most votes, and its share, 0 to 1."""

    kind: Kind
    confidence: float


class Kinds:
    """Tells the kind of a question by kernel ridge regression on the examples' vectors.

    Each example votes with exp((cosine - 1) / width), weighted so that the examples' own kinds come out
    (Saunders, Gammerman and Vovk 1998, "Ridge regression learning algorithm in dual variables"). A kind for
    which no passage is read has to lead by a margin. Width, ridge and margin were chosen by leaving out
    families of phrasing (`benchmarks/kinds.py`). Safe for several threads.

    Args:
        embedder: one that knows the questions' languages.
        cache: a folder where vectors of examples may be kept that do not ship.
        examples: other examples than those that ship.
    """

    def __init__(
        self, embedder: Embedder, cache: Path | None = None, examples: tuple[KindExample, ...] | None = None
    ) -> None:
        self._embedder = embedder
        self._cache = cache
        self._examples = read_kind_examples() if examples is None else examples
        self._lock = threading.Lock()
        self._fitted: tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]] | None = None

    def kind(self, question: str) -> KindVote:
        """The kind of a question that stands alone."""
        return self.kinds([question])[0]

    def kinds(self, questions: list[str]) -> list[KindVote]:
        """The kinds of several questions."""
        vectors, weights, mean = self._fit()
        asked = self._embedder.embed_questions(questions)
        return [decided(row) for row in votes(asked @ vectors.T) @ weights + mean]

    def _fit(self) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
        with self._lock:
            if self._fitted is None:
                vectors = example_vectors(self._embedder, self._examples, self._cache)
                self._fitted = (vectors, *fitted(vectors, [example.kind for example in self._examples]))
            return self._fitted


def votes(cosines: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much each example has to say, by its cosine with the question."""
    return np.asarray(np.exp((cosines.astype(np.float64) - 1.0) / _WIDTH))


def fitted(vectors: NDArray[np.float32], kinds: list[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of shape (examples, kinds), and the share of each kind among the examples.

    Raises:
        ValueError: an example's kind is none of `Kind`.
    """
    order = list(Kind)
    wanted = np.eye(len(order))[[order.index(Kind(kind)) for kind in kinds]]
    mean = wanted.mean(axis=0)
    kernel = votes(vectors @ vectors.T) + _RIDGE * np.eye(len(vectors))
    return np.linalg.solve(kernel, wanted - mean), mean


def decided(scores: NDArray[np.float64]) -> KindVote:
    """The kind of the highest score, where one for which nothing is read leads by the margin."""
    order = list(Kind)
    lowered = scores.copy()
    lowered[[order.index(kind) for kind in _APART]] -= _MARGIN
    best = int(lowered.argmax())
    return KindVote(order[best], float(np.clip(scores[best], 0.0, 1.0)))
