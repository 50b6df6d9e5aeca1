"""The short answer inside the evidence: the date, number, name or phrase that a question asks for."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.attribution.asking import AnswerKind, asked_kind
from rag.attribution.candidates import Candidate, SpanKind, candidate_spans
from rag.attribution.linear import LinearModel, read_parameters
from rag.attribution.measures import asked_measure, fitting
from rag.attribution.question import Question, text_terms
from rag.attribution.units import Unit
from rag.resources import resource
from rag.text import cjk_share, has_cjk, stem, words

__all__ = [
    "SHORT_FEATURES",
    "ShortSpan",
    "answer_scores",
    "load_short_model",
    "measure_spans",
    "short_span",
    "wants_short_answer",
]

Matrix = NDArray[np.float64]
_WANTED: Final = {
    AnswerKind.TIME: "time",
    AnswerKind.QUANTITY: "quantity",
    AnswerKind.PERSON: "person",
    AnswerKind.PLACE: "place",
    AnswerKind.OTHER: "other",
}
_TYPED: Final = tuple(f"{kind}_{wanted}" for wanted in _WANTED.values() for kind in SpanKind)
SHORT_FEATURES: Final = (
    *_TYPED,
    "asked",
    "all_asked",
    "near",
    "nearest",
    "after",
    "length",
    "cjk_length",
    "long",
    "of_noun",
    "copula",
    "by",
    "place_word",
    "time_word",
    "starts",
    "ends",
    "bracket",
    "slot_left",
    "slot_right",
    "tail_before",
    "tail_after",
    "subject_before",
    "subject_after",
    "best_unit",
    "units_before",
    "row",
)
"""The columns of `measure_spans`: the kind of span by the kind of answer wanted, then its place and words."""

_RANK_FEATURES: Final = frozenset({"best_unit", "units_before", "row"})
_NO_CANDIDATE: Final = -5.0
_COPULA: Final = re.compile(
    r"(?:\b(?:is|are|was|were|be|been|became|becomes|called|named|titled|known as)\s+(?:the|an?)?\s*"
    r"|[是为為叫称稱即]|名为|名為|[称稱][为為])\W?$",
    re.IGNORECASE,
)
_BY: Final = re.compile(r"(?:\bby\s+(?:the\s+)?|由|被)$", re.IGNORECASE)
_PLACE_WORD: Final = re.compile(r"(?:\b(?:in|at|near|from|to|of)\s+(?:the\s+)?|[在于於位到])$", re.IGNORECASE)
_TIME_WORD: Final = re.compile(
    r"(?:\b(?:in|on|until|since|from|by|at)\s+(?:the\s+)?|[在于於])$", re.IGNORECASE
)
_NOUN: Final = re.compile(r"\b(?:how (?:many|much)|what|which)\s+((?:[\w-]+\s*){1,3})", re.IGNORECASE)
_WINDOW: Final = 40.0
_ASKS: Final = re.compile(
    r"\b(?:who(?:m|se)?|what|which|when|where|how(?: (?:many|much|long|old|far|often))?)\b"
    r"|什么时候|什麼時候|什么地方|什麼地方|什么|什麼|多少|谁|誰|哪[里裡儿兒些个個一]?|何[时時处處地人年]|几|幾|如何",
    re.IGNORECASE,
)
_AUXILIARY: Final = re.compile(
    r"\s*(?:\w+\s+)?(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would)\b", re.I
)
_DENIED: Final = re.compile(
    r"(?:\b(?:not|never|no longer|neither)|n['’]t|[不未没沒]|并非|並非)\s*(?:be(?:en)?\s+)?$", re.I
)
"""What a text says is not so answers nothing."""
_BESIDE: Final = 3
_REPEATED: Final = 2.0
"""Log odds of a candidate for being repeated by a model that read the evidence (`benchmarks.presets`)."""


@dataclass(frozen=True, slots=True)
class ShortSpan:
    """A short answer by its place in a document, and how likely it is the one among all candidates."""

    unit: Unit
    start: int
    end: int
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class _Slot:
    """The content words beside the asking word of a question, and its last ones.

    Chinese leaves the asking word where the answer stands; English does where it asks for the subject
    ("who built the bridge"), and else leaves the verb at the end ("when did the bridge open").
    """

    left: frozenset[str]
    right: frozenset[str]
    tail: frozenset[str]
    asks_subject: bool

    @classmethod
    def of(cls, question: Question) -> _Slot:
        match = _ASKS.search(question.asked)
        before, after = "", question.asked
        if match:
            before, after = question.asked[: match.start()], question.asked[match.end() :]
        left, right = text_terms(before), text_terms(after)
        subject = question.cjk < 0.3 and match is not None and not _AUXILIARY.match(after)
        return cls(
            frozenset(left[-_BESIDE:]), frozenset(right[:_BESIDE]), frozenset(right[-_BESIDE:]), subject
        )

    def fit(self, before: str, after: str) -> list[float]:
        """How far the words around a candidate are those around the asking word, and the question's last."""
        ahead = set(text_terms(before[-60:])[-2 * _BESIDE :])
        behind = set(text_terms(after[:60])[: 2 * _BESIDE])
        shares = [
            len(wanted & there) / len(wanted) if wanted else 0.0
            for wanted, there in (
                (self.left, ahead),
                (self.right, behind),
                (self.tail, ahead),
                (self.tail, behind),
                (self.right, ahead),
                (self.right, behind),
            )
        ]
        subject = float(self.asks_subject)
        return [*shares[:4], subject * shares[4], subject * shares[5]]


def short_span(
    question: Question,
    units: Sequence[Unit],
    model: LinearModel | None = None,
    least: float = 0.0,
    written: str = "",
) -> ShortSpan | None:
    """The likeliest short answer in some units, best first; None where the question wants none.

    Questions for reasons, ways, meanings and yes or no have no short answer in a text, nor has one
    whose likeliest candidate stays under `least`. A candidate that an answer `written` by a model repeats
    is the likelier for it, unless the question names it already.
    """
    if not wants_short_answer(question):
        return None
    candidates, matrix = measure_spans(question, units)
    if not candidates:
        return None
    scores = (model or load_short_model()).scores(matrix)
    scores = scores + _REPEATED * _repeated(candidates, matrix, written)
    possible = [
        i
        for i in _in_measure(question, candidates)
        if not _DENIED.search(candidates[i][0].text[: candidates[i][1].start])
    ]
    if not possible:
        return None
    odds = np.exp(scores - scores.max())
    best = max(possible, key=lambda i: scores[i])
    unit, candidate = candidates[best]
    probability = float(odds[best] / odds.sum())
    if probability < least:
        return None
    start = unit.start + candidate.start
    return ShortSpan(unit, start, unit.start + candidate.end, candidate.text, probability)


def _repeated(candidates: Sequence[tuple[Unit, Candidate]], matrix: Matrix, written: str) -> Matrix:
    """1.0 for each candidate that a written answer holds and the question does not, shape (n,)."""
    if not written:
        return np.zeros(len(candidates))
    text = _spaced(written)
    asked = matrix[:, SHORT_FEATURES.index("all_asked")]
    held = [_spaced(found.text) in text for _, found in candidates]
    return np.array(held, np.float64) * (1.0 - asked)


def _spaced(text: str) -> str:
    return f" {' '.join(words(text))} "


def _in_measure(question: Question, candidates: Sequence[tuple[Unit, Candidate]]) -> Sequence[int]:
    """The candidates that are not in another measure than the question asks for."""
    measure = asked_measure(question.text)
    if measure is None:
        return range(len(candidates))
    return fitting(measure, [(found.text, unit.text[found.end :]) for unit, found in candidates])


def wants_short_answer(question: Question) -> bool:
    """Whether a name, a number, a date, a place or a phrase can be the whole answer."""
    return question.kind in _WANTED


def answer_scores(question: Question, units: Sequence[Unit]) -> Matrix:
    """How well the likeliest short answer inside each unit fits, shape (len(units),), in log odds.

    By what the unit itself holds, not by its rank. All 0 where the question wants no short answer.
    """
    best = np.zeros(len(units))
    if not wants_short_answer(question):
        return best
    model = load_short_model()
    weights = np.where([name in _RANK_FEATURES for name in SHORT_FEATURES], 0.0, model.weights)
    for i, unit in enumerate(units):
        matrix = measure_spans(question, [unit])[1]
        best[i] = (matrix @ weights).max() if len(matrix) else _NO_CANDIDATE
    return best


def measure_spans(question: Question, units: Sequence[Unit]) -> tuple[list[tuple[Unit, Candidate]], Matrix]:
    """All candidates of some units, and their features, shape (n, len(SHORT_FEATURES))."""
    found: list[tuple[Unit, Candidate]] = []
    rows = []
    noun, slot = _asked_noun(question), _Slot.of(question)
    for rank, unit in enumerate(units):
        places = _term_places(question, unit.text)
        for candidate in candidate_spans(unit.text):
            found.append((unit, candidate))
            rows.append(_row(question, unit, rank, candidate, places, noun, slot))
    return found, np.array(rows, np.float64).reshape(len(rows), len(SHORT_FEATURES))


@cache
def load_short_model() -> LinearModel:
    """The weights that ship in `data/calibration/short.json`, fitted by `benchmarks/fit_short.py`."""
    path = resource("data", "calibration", "short.json")
    return LinearModel.from_json(read_parameters(path), SHORT_FEATURES, str(path))


def _row(
    question: Question,
    unit: Unit,
    rank: int,
    candidate: Candidate,
    places: Sequence[int],
    noun: frozenset[str],
    slot: _Slot,
) -> list[float]:
    text, before, after = unit.text, unit.text[: candidate.start], unit.text[candidate.end :]
    typed = f"{candidate.kind}_{_WANTED.get(question.kind, 'other')}"
    terms = text_terms(candidate.text)
    known = sum(term in question.terms for term in terms) / len(terms) if terms else 0.0
    gaps = [_gap(place, candidate) for place in places]
    cjk = has_cjk(candidate.text)
    size = float(len(candidate.text)) if cjk else float(len(candidate.text.split()))
    next_words = set(text_terms(after[:30])[:2])
    wanted = question.kind
    return [
        *(float(name == typed) for name in _TYPED),
        known,
        float(known == 1.0),
        sum(math.exp(-gap / _WINDOW) for gap in gaps) / (len(gaps) or 1),
        math.exp(-min(gaps) / _WINDOW) if gaps else 0.0,
        float(bool(places) and candidate.start >= max(places)),
        0.0 if cjk else math.log(size + 0.5),
        math.log(size + 0.5) if cjk else 0.0,
        float(size > (10 if cjk else 4)),
        float(bool(noun & next_words)),
        float(_COPULA.search(before[-24:]) is not None),
        float(wanted is AnswerKind.PERSON and _BY.search(before[-12:]) is not None),
        float(wanted is AnswerKind.PLACE and _PLACE_WORD.search(before[-12:]) is not None),
        float(wanted is AnswerKind.TIME and _TIME_WORD.search(before[-12:]) is not None),
        float(not before.strip()),
        float(len(after.strip()) <= 1),
        float(before.rstrip().endswith(("(", "（"))),
        *slot.fit(before, after),
        float(rank == 0),
        float(rank),
        float("\t" in text),
    ]


def _term_places(question: Question, text: str) -> list[int]:
    """Where the question's content words begin in a text."""
    lowered = text.lower()
    if question.cjk > 0.3:
        terms = [term for term in question.terms if term in lowered]
        return [lowered.index(term) for term in terms]
    wanted = set(question.terms)
    return [m.start() for m in re.finditer(r"[\w'’-]+", lowered) if stem(m.group()) in wanted]


def _gap(place: int, candidate: Candidate) -> float:
    """Characters between a word and a candidate; a CJK character counts for four."""
    gap = max(candidate.start - place, place - candidate.end, 0)
    return gap * (4.0 if cjk_share(candidate.text) > 0.5 else 1.0)


def _asked_noun(question: Question) -> frozenset[str]:
    """The content words right after "how many", "which" or "what": what is counted or named."""
    match = _NOUN.search(question.asked)
    if not match or not asked_kind(question.asked)[1]:
        return frozenset()
    return frozenset(text_terms(match.group(1))[:2])
