"""The short answer that the reader sees, where it is sure enough of it to be shown in bold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from rag.reading.linear import LinearModel, read_parameters
from rag.reading.measures import asked_measure, fitting
from rag.reading.notation import held_tokens, identifiers
from rag.reading.question import Question, text_terms
from rag.reading.units import Unit
from rag.reading.votes import ReadSpan
from rag.resources import resource

if TYPE_CHECKING:
    from rag.reading.evidence import Selection

__all__ = ["READ_SHORT_FEATURES", "ShortSpan", "load_read_short", "read_short_features", "read_short_span"]

READ_SHORT_FEATURES: Final = (
    *("logit", "share", "evidence", "answerable", "margin"),
    *("best_unit", "lead", "repeated"),
)
"""What tells whether the reader's short answer is right; see `read_short_features`."""
_BEHIND: Final = re.compile(r"(?:[-/.,:'’](?=\w)|\w|[%°€£$¥⁻⁺])*(?:\s?[×x]\s?10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)?")
_BEFORE: Final = re.compile(r"(?:\d[\d.,]{0,20}\s?[×x]\s?|[€£$¥]\s?|[\w.,:/-]{0,60}[\w/-])?$")
_WORDS: Final = re.compile(r"[^\W_][\w/-]*")
_LETTERED: Final = re.compile(r"([^\W\d_]{3,30}) ([A-Z])(?!\w)")
_LONGEST_TOKEN: Final = 40
_NEAR: Final = 3.0


@dataclass(frozen=True, slots=True)
class ShortSpan:
    """A short answer by its place in a document, and how likely it is right."""

    unit: Unit
    start: int
    end: int
    text: str
    probability: float


def read_short_span(selection: Selection, units: Sequence[Unit], written: str = "") -> ShortSpan | None:
    """The reader's likeliest short answer in some units; None where it is not sure enough.

    It is likelier to the reader than none. It is not one that the question holds already, a part of a longer
    word or number, or in another measure than the question asks for. One that a model has `written` is the
    likelier for it.
    """
    best = read_short_features(selection, units, written)
    if best is None:
        return None
    unit, span, features = best
    if features["logit"] < 0.0:
        return None  # the reader itself finds it likelier that there is none
    model, sure = load_read_short()
    row = np.array([[features[name] for name in READ_SHORT_FEATURES]])
    probability = float(model.probabilities(row)[0])
    if probability < sure:
        return None
    return ShortSpan(unit, span.start, span.end, span.text, probability)


@cache
def load_read_short() -> tuple[LinearModel, float]:
    """The model in `data/calibration/read_short.json`, and the least probability that is shown."""
    path = resource("data", "calibration", "read_short.json")
    tree = read_parameters(path)
    return LinearModel.from_json(tree, READ_SHORT_FEATURES, str(path)), float(tree["sure"])


def read_short_features(
    selection: Selection, units: Sequence[Unit], written: str = ""
) -> tuple[Unit, ReadSpan, dict[str, float]] | None:
    """The likeliest span in some units and what tells whether it is right; None where there is none."""
    known = set(units)
    found = [(unit, span) for unit, span in selection.spans if unit in known]
    found = [(unit, _whole(unit, span)) for unit, span in found]
    found = [pair for pair in found if _can_answer(selection.question, *pair)]
    if not found:
        return None
    spaced = f" {' '.join(text_terms(written))} " if written else ""
    by_unit = {evidence.unit: evidence.features for evidence in selection.ranked}

    def worth(pair: tuple[Unit, ReadSpan]) -> float:
        repeated = bool(spaced) and f" {' '.join(text_terms(pair[1].text))} " in spaced
        return pair[1].logit + 0.5 * by_unit[pair[0]]["reader_evidence"] + _NEAR * repeated

    ordered = sorted(found, key=lambda pair: -worth(pair))
    unit, span = ordered[0]
    others = [worth(pair) for pair in ordered[1:] if pair[1].text.casefold() != span.text.casefold()]
    features = by_unit[unit]
    return (
        unit,
        span,
        {
            "logit": min(max(span.logit, -8.0), 8.0),
            "share": span.share,
            "evidence": features["reader_evidence"],
            "answerable": features["reader_answerable"],
            "margin": min(worth(ordered[0]) - max(others), 8.0) if others else 8.0,
            "best_unit": float(bool(units) and unit == units[0]),
            "lead": min(_lead(selection), 8.0),
            "repeated": float(bool(spaced) and f" {' '.join(text_terms(span.text))} " in spaced),
        },
    )


def _lead(selection: Selection) -> float:
    """How far the best unit is ahead of the next."""
    scores = [evidence.score for evidence in selection.ranked[:2]]
    return scores[0] - scores[1] if len(scores) > 1 else 8.0


def _whole(unit: Unit, span: ReadSpan) -> ReadSpan:
    """A span that touches a digit, grown to the whole number or identifier: `MV-7781`, `3 × 10⁶`."""
    start, end = span.start - unit.start, span.end - unit.start
    text = unit.text
    if not 0 <= start < end <= len(text) or not any(map(str.isdigit, text[max(start - 1, 0) : end + 1])):
        return span
    if text[end - 1].isdigit():
        behind = _BEHIND.match(text[end : end + _LONGEST_TOKEN])
        end += behind.end() if behind else 0
    if text[start].isdigit():
        before = _BEFORE.search(text[max(start - _LONGEST_TOKEN, 0) : start])
        start -= len(before.group()) if before else 0
    return replace(span, start=unit.start + start, end=unit.start + end, text=text[start:end])


def _can_answer(question: Question, unit: Unit, span: ReadSpan) -> bool:
    terms = text_terms(span.text)
    if not terms or all(term in question.terms for term in terms):
        return False
    if _belongs_to_another(question, unit, span):
        return False
    after = unit.text[max(span.end - unit.start, 0) :]
    measure = asked_measure(question.text)
    return measure is None or bool(fitting(measure, [(span.text, after)]))


def _belongs_to_another(question: Question, unit: Unit, span: ReadSpan) -> bool:
    """Whether the identifier before a span is not the one asked for, which the unit holds elsewhere.

    "Invoice 17B is 480 euros and invoice 18B 1,250 euros": 1,250 is not what invoice 17B is.
    """
    before = unit.text[: max(span.start - unit.start, 0)]
    wanted = dict(_lettered(question.asked))
    named = [(word, letter) for word, letter in _lettered(before) if word in wanted]
    if named and wanted[named[-1][0]] != named[-1][1]:
        return True
    asked = identifiers(question.asked)
    if not asked & held_tokens(unit.text):
        return False
    held = next(filter(None, (identifiers(word) for word in reversed(_WORDS.findall(before)))), frozenset())
    return bool(held) and not held & asked


def _lettered(text: str) -> list[tuple[str, str]]:
    """What a text calls by a word and a capital letter, in order: ("sample", "B")."""
    return [(word.casefold(), letter) for word, letter in _LETTERED.findall(text)]
