"""What is measured of each unit for a question, before a learned model weighs it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.reading.contents import holds_answer_kind
from rag.reading.initials import Initials
from rag.reading.language_trust import NO_TRUST, LanguageTrust
from rag.reading.overlap import TermWeights, near_credits, near_overlap, overlap, weighted_share
from rag.reading.question import Question, text_terms
from rag.reading.units import Unit
from rag.reading.votes import ReaderVotes
from rag.schema import Passage
from rag.text import cjk_share, numbers

__all__ = [
    "FEATURES",
    "TELLS",
    "WORD_FEATURES",
    "UnitVectors",
    "feature_matrix",
    "is_heading",
    "naming",
    "passage_ranks",
    "word_features",
]

Matrix = NDArray[np.float64]

WORD_FEATURES: Final = (
    "overlap",
    "near_overlap",
    "context_overlap",
    "passage_overlap",
    "overlap_gap",
    "pairs",
    "names",
    "names_in_context",
    "numbers",
    "numbers_in_context",
    "kind",
    "rank",
    "first_sentence",
    "position",
    "words",
    "short",
    "open",
    "asks",
    "row",
    "heading",
    "long_answer",
    "rest_overlap",
    "resolved_overlap",
)
"""Measured without a model; see `word_features`."""

_MEANING_FEATURES: Final = (
    "cosine",
    "window_cosine",
    "passage_cosine",
    "cosine_gap",
    "untrusted_overlap",
    "untrusted_near_overlap",
    "lone_cosine",
    "reader_evidence",
    "reader_answerable",
    "reader_span",
    "reader_gap",
)
FEATURES: Final = WORD_FEATURES + _MEANING_FEATURES
"""The columns of `feature_matrix`."""

_SHORT_WORDS: Final = 5
_HEADING_WORDS: Final = 12
TELLS: Final = re.compile(r"[\d:：]|^\s*[-*•·▪‣–—●○■□◦]")
"""A line with a number or a colon, or a list item, tells something though it ends without a mark."""
_LETTERS_A_CJK_WORD: Final = 1.7


@dataclass(frozen=True)
class UnitVectors:
    """What models say of a question's units.

    `question` has shape (dimension,), `units` (n, dimension).
    """

    question: NDArray[np.float32]
    units: NDArray[np.float32]
    trust: LanguageTrust

    @classmethod
    def absent(cls, count: int) -> UnitVectors:
        """For `count` units where no embedder is to be trusted."""
        return cls(np.zeros(1, np.float32), np.zeros((count, 1), np.float32), NO_TRUST)


def word_features(
    question: Question, units: Sequence[Unit], passages: Sequence[Passage], weight: TermWeights
) -> Matrix:
    """The features that need no model, shape (len(units), len(WORD_FEATURES)).

    Overlaps are weighted shares of the question's content words: in the unit, with part credit for
    near words, in the unit with its context (title, headings, lead), in its whole passage, and below
    the best unit; `rest_overlap` leaves out the question's names, which titles tell as well, and
    `resolved_overlap` adds the lead where the unit opens with a pronoun. `names` and `numbers` are
    shares of those in the question, 0 where it has none. `kind` is -0.5 to 0.5: whether the unit holds
    what the kind of answer needs. The rest is form.
    """
    initials = Initials(question.asked)
    in_passages = [overlap(question.terms, set(text_terms(_whole(passage))), weight) for passage in passages]
    ranks = passage_ranks(passages)
    rows = [
        _row(
            question,
            unit,
            passages[unit.passage],
            initials,
            in_passage=in_passages[unit.passage],
            rank=ranks[unit.passage],
            weight=weight,
        )
        for unit in units
    ]
    matrix = np.array(rows, np.float64).reshape(len(units), len(WORD_FEATURES))
    if len(units):
        matrix[:, WORD_FEATURES.index("overlap_gap")] = matrix[:, 0] - matrix[:, 0].max()
    return matrix


def passage_ranks(passages: Sequence[Passage]) -> list[int]:
    """For each passage how many have a higher score: all 0 where passages were given unranked."""
    scores = [passage.score for passage in passages]
    return [sum(other > score for other in scores) for score in scores]


def feature_matrix(
    by_words: Matrix, units: Sequence[Unit], vectors: UnitVectors, votes: ReaderVotes
) -> Matrix:
    """All features, shape (len(units), len(FEATURES)); `by_words` is from `word_features`.

    Likeness of meaning to the question (of the unit, of the unit with its neighbours, of all units of
    its passage, and below the best unit) counts by how far the embedder is trusted, and overlaps count
    once more by how far it is not. `lone_cosine` is likeness by how little the words of the question are
    found in any unit, as where it is in another language. The reader's votes are 0 where it has not read.
    """
    likeness = vectors.trust.likeness
    cosines = likeness(vectors.units @ vectors.question)
    windows = likeness(_group_means(vectors.units, _windows(units)) @ vectors.question)
    wholes = likeness(_group_means(vectors.units, _passage_groups(units)) @ vectors.question)
    distrust = 1.0 - vectors.trust.trust
    near = by_words[:, WORD_FEATURES.index("near_overlap")]
    columns = [
        cosines,
        windows,
        wholes,
        cosines - cosines.max() if len(units) else cosines,
        distrust * by_words[:, WORD_FEATURES.index("overlap")],
        distrust * near,
        cosines * (1.0 - near.max(initial=0.0)),
        votes.evidence,
        votes.answerable,
        votes.span,
        votes.evidence - votes.evidence.max() if len(units) else votes.evidence,
    ]
    return np.hstack([by_words, np.stack(columns, axis=1)])


def _row(
    question: Question,
    unit: Unit,
    passage: Passage,
    initials: Initials,
    *,
    in_passage: float,
    rank: int,
    weight: TermWeights,
) -> list[float]:
    sequence = text_terms(unit.in_place)
    held = set(sequence) | initials.terms_in(unit.in_place)
    around = f"{naming(passage)} {' '.join(unit.headings)} {unit.lead}"
    context = held | set(text_terms(around)) | initials.terms_in(around)
    credits = list(zip(question.terms, near_credits(question.terms, held), strict=True))
    near = weighted_share(credits, weight)
    resolved = (
        near_overlap(question.terms, held | set(text_terms(unit.lead)), weight) if unit.refers_back else near
    )
    pairs = question.pairs & set(pairwise(sequence))
    held_numbers = numbers(unit.in_place)
    size = _word_count(unit.reading)
    return [
        overlap(question.terms, held, weight),
        near,
        near_overlap(question.terms, context, weight),
        in_passage,
        0.0,
        len(pairs) / len(question.pairs) if question.pairs else 0.0,
        _share(question.names, held),
        _share(question.names, context),
        _share(question.numbers, held_numbers),
        _share(question.numbers, held_numbers | numbers(around)),
        holds_answer_kind(question, unit.reading) - 0.5,
        1.0 / (1.0 + rank),
        float(unit.ordinal == 0),
        1.0 / (1.0 + unit.ordinal),
        math.log(1.0 + size) / 3.0 - 1.0,
        float(size < _SHORT_WORDS),
        float(not unit.is_closed),
        float(unit.is_question),
        float(unit.is_row),
        float(unit.is_heading or is_heading(unit, passage)),
        float(question.wants_explanation),
        weighted_share([(term, credit) for term, credit in credits if term not in question.names], weight),
        resolved,
    ]


def naming(passage: Passage) -> str:
    """What names a passage: its document's title and file."""
    return passage.naming


def is_heading(unit: Unit, passage: Passage) -> bool:
    """Whether a unit only names what follows: a short line without an end, where headings are not known."""
    if passage.outline:
        return False
    rest = passage.text[unit.end - passage.start :]
    if not rest.startswith("\n") or not rest.strip():
        return False
    tells = unit.is_row or unit.is_closed or TELLS.search(unit.text) is not None
    return not tells and _word_count(unit.text) <= _HEADING_WORDS


def _whole(passage: Passage) -> str:
    return f"{naming(passage)} {' '.join(passage.headings)}\n{passage.text}"


def _share(wanted: frozenset[str], held: set[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0


def _word_count(text: str) -> float:
    share = cjk_share(text)
    return len(text.split()) * (1.0 - share) + len(text) * share / _LETTERS_A_CJK_WORD


def _windows(units: Sequence[Unit]) -> list[list[int]]:
    """For each unit its own index and those of the units beside it in the same passage."""
    places = {(unit.passage, unit.ordinal): i for i, unit in enumerate(units)}
    return [
        [
            places[unit.passage, ordinal]
            for ordinal in (unit.ordinal - 1, unit.ordinal, unit.ordinal + 1)
            if (unit.passage, ordinal) in places
        ]
        for unit in units
    ]


def _passage_groups(units: Sequence[Unit]) -> list[list[int]]:
    groups: dict[int, list[int]] = {}
    for i, unit in enumerate(units):
        groups.setdefault(unit.passage, []).append(i)
    return [groups[unit.passage] for unit in units]


def _group_means(vectors: NDArray[np.float32], groups: list[list[int]]) -> NDArray[np.float32]:
    means = np.array([vectors[group].mean(axis=0) for group in groups], np.float32).reshape(vectors.shape)
    norms = np.linalg.norm(means, axis=1, keepdims=True)
    unit_length: NDArray[np.float32] = means / np.maximum(norms, 1e-9)
    return unit_length
