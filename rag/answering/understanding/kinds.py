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

from rag.answering.understanding.kind_examples import (
    FittedKinds,
    KindExample,
    fitted_examples,
    read_kind_examples,
    votes,
)
from rag.models.model_protocol import Embedder

__all__ = ["AT_ONCE", "Kind", "KindVote", "Kinds"]

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
    HOW_TO = "how_to"
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
    families of phrasing of that pool. Safe for several threads.

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
        self._fitted: FittedKinds | None = None

    def kind(self, question: str) -> KindVote:
        """The kind of a question that stands alone."""
        return self.kinds([question])[0]

    def kinds(self, questions: list[str]) -> list[KindVote]:
        """The kinds of several questions."""
        model = self._fit()
        asked = self._embedder.embed_questions(questions)
        return [decided(row) for row in votes(asked @ model.vectors.T) @ model.weights + model.mean]

    def _fit(self) -> FittedKinds:
        with self._lock:
            if self._fitted is None:
                self._fitted = fitted_examples(self._embedder, self._examples, list(Kind), self._cache)
            return self._fitted


def decided(scores: NDArray[np.float64]) -> KindVote:
    """The kind of the highest score, where one for which nothing is read leads by the margin."""
    order = list(Kind)
    lowered = scores.copy()
    lowered[[order.index(kind) for kind in _APART]] -= _MARGIN
    best = int(lowered.argmax())
    return KindVote(order[best], float(np.clip(scores[best], 0.0, 1.0)))
