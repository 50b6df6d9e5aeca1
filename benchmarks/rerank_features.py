"""What could order the first passages of a question anew, computed without a trained model.

Each feature is one that the literature on reranking names: likeness of the question to a passage's
best sentence (Akkalyoncu Yilmaz et al. 2019, "Cross-domain modeling of sentence-level evidence for
document retrieval"), closeness of the question's terms (Tao and Zhai 2007, "An exploration of
proximity measures in information retrieval"), ordered pairs (Metzler and Croft 2005), title and
headings, names and numbers. The sentences are those that the evidence stage measures.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.answering.term_weights import library_term_weights
from rag.attribution import EvidenceSelector, TermWeights, read_question, text_terms
from rag.attribution.evidence import Measured
from rag.attribution.features import FEATURES, naming
from rag.attribution.weights import load_evidence_weights
from rag.evaluation import RetrievalSet
from rag.models import Embedder
from rag.retrieval import HybridRetriever
from rag.retrieval.passages import to_passages
from rag.schema import Passage
from rag.store import Store

__all__ = ["COLUMNS", "Candidates", "candidates", "passage_features", "window_share"]

Matrix = NDArray[np.float64]

_BEST_OF_UNITS: Final = (
    "cosine",
    "window_cosine",
    "near_overlap",
    "context_overlap",
    "pairs",
    "names",
    "numbers",
)
COLUMNS: Final = ("fused", "proximity", "evidence", *_BEST_OF_UNITS)
"""The columns of `passage_features`."""

_EVERYTHING: Final = 10_000
_TIMED: Final = 4
"""Questions of a set that are timed; the very first also loads the model, and is not."""
_WINDOW: Final = 20
_RANK: Final = FEATURES.index("rank")


@dataclass(frozen=True)
class Candidates:
    """The first passages of a question in the fusion's order.

    `sources` names them, `features` has shape (len(sources), len(COLUMNS)), and `grades` judges
    passages by source. `seconds` is CPU time for measuring them, words alone and with the likeness of
    sentences none of which was known before; empty where it was not taken.
    """

    set_name: str
    question_id: str
    sources: tuple[str, ...]
    features: Matrix = field(repr=False)
    grades: dict[str, int]
    seconds: dict[str, float]

    @property
    def gold(self) -> Matrix:
        """1 for each candidate that is relevant, else 0."""
        return np.array([float(self.grades.get(source, 0) > 0) for source in self.sources])


def candidates(
    dataset: RetrievalSet,
    store: Store,
    retriever: HybridRetriever,
    embedders: tuple[Embedder, Embedder],
    depth: int,
) -> Iterator[Candidates]:
    """The first `depth` fused passages of each question, measured; the first few are timed.

    The first embedder may remember what it has embedded; the second one is timed.
    """
    selector = EvidenceSelector(embedders[0], most_candidates=_EVERYTHING)
    found = retriever.retrieve_all(list(dataset.questions.values()), depth)
    for asked, (question_id, retrieval) in enumerate(zip(dataset.questions, found, strict=True)):
        question = retrieval.question
        passages = to_passages(store, retrieval.fused[:depth], {})
        weight = library_term_weights(store, read_question(question).terms)
        yield Candidates(
            dataset.name,
            question_id,
            tuple(passage.source for passage in passages),
            passage_features(selector.measure(question, passages, weight)),
            dict(dataset.qrels[question_id]),
            _timed(question, passages, weight, embedders[1]) if 0 < asked <= _TIMED else {},
        )


def _timed(
    question: str, passages: Sequence[Passage], weight: TermWeights, embedder: Embedder
) -> dict[str, float]:
    """CPU seconds with and without vectors of sentences, by selectors that remember nothing."""
    seconds = {}
    for what, model in (("words", None), ("sentences", embedder)):
        selector = EvidenceSelector(model, most_candidates=_EVERYTHING)
        started = time.process_time()
        passage_features(selector.measure(question, passages, weight))
        seconds[what] = time.process_time() - started
    return seconds


def passage_features(measured: Measured) -> Matrix:
    """Features of a question's passages, shape (len(passages), len(COLUMNS)).

    `fused` is the log odds of the fusion's score, `proximity` the largest share of the question's terms
    in a window of 20 words, `evidence` the evidence stage's score of the best unit (its rank left out)
    and the rest the largest value of any unit. A passage without units has the smallest value of all.
    """
    weights = load_evidence_weights().ranking
    without_rank = weights.weights.copy()
    without_rank[_RANK] = 0.0
    units = np.column_stack(
        [
            measured.matrix @ without_rank,
            *(measured.matrix[:, FEATURES.index(name)] for name in _BEST_OF_UNITS),
        ]
    )
    owners = np.array([unit.passage for unit in measured.units], np.intp)
    best = np.full((len(measured.passages), units.shape[1]), -np.inf)
    np.maximum.at(best, owners, units)
    least = units.min(axis=0) if len(units) else np.zeros(units.shape[1])
    best = np.where(np.isfinite(best), best, least)
    asked = frozenset(measured.question.terms)
    first = [[_log_odds(passage.score), _proximity(asked, passage)] for passage in measured.passages]
    return np.hstack([np.array(first, np.float64).reshape(len(best), 2), best])


def window_share(asked: frozenset[str], terms: Sequence[str], width: int = _WINDOW) -> float:
    """The largest share of `asked` that any `width` terms in a row hold.

    Example:
        >>> window_share(frozenset("abc"), ["a", "x", "b", "x", "x", "c"], width=3)
        0.6666666666666666
    """
    places = [(i, term) for i, term in enumerate(terms) if term in asked]
    most = first = 0
    for last, (place, _) in enumerate(places):
        while place - places[first][0] >= width:
            first += 1
        most = max(most, len({term for _, term in places[first : last + 1]}))
    return most / len(asked) if asked else 0.0


def _proximity(asked: frozenset[str], passage: Passage) -> float:
    return window_share(asked, text_terms(f"{naming(passage)}\n{passage.text}"))


def _log_odds(score: float) -> float:
    held = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(held / (1 - held))
