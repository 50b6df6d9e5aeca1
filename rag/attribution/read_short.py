"""The short answer that the reader sees, where it is sure enough of it to be shown in bold."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rag.attribution.measures import asked_measure, fitting
from rag.attribution.question import Question, text_terms
from rag.attribution.short import ShortSpan
from rag.attribution.units import Unit
from rag.attribution.votes import ReadSpan

if TYPE_CHECKING:
    from rag.attribution.evidence import Selection

__all__ = ["READ_SHORT_FEATURES", "read_short_features", "read_short_span"]

READ_SHORT_FEATURES: Final = ("logit", "share", "evidence", "answerable", "margin", "repeated")
"""What tells whether the reader's short answer is right; see `read_short_features`."""
_WEIGHTS: Final = {
    "logit": 0.6,
    "share": 2.0,
    "evidence": 0.3,
    "answerable": 0.1,
    "margin": 0.2,
    "repeated": 1.5,
}
_INTERCEPT: Final = -3.0
_SURE: Final = 0.5
_CUT: Final = re.compile(r"[\w]|[.,:/-]\d")
_CUT_BEFORE: Final = re.compile(r"(?:[\w$€£¥]|\d[.,:/-])$")
_NEAR: Final = 3.0


def read_short_span(selection: Selection, units: Sequence[Unit], written: str = "") -> ShortSpan | None:
    """The reader's likeliest short answer in some units; None where it is not sure enough.

    It is not one that the question holds already, a part of a longer word or number, or in another
    measure than the question asks for. One that a model has `written` is the likelier for it.
    """
    best = read_short_features(selection, units, written)
    if best is None:
        return None
    unit, span, features = best
    odds = _INTERCEPT + sum(_WEIGHTS[name] * features[name] for name in READ_SHORT_FEATURES)
    probability = 1.0 / (1.0 + math.exp(-odds))
    if probability < _SURE:
        return None
    return ShortSpan(unit, span.start, span.end, span.text, probability)


def read_short_features(
    selection: Selection, units: Sequence[Unit], written: str = ""
) -> tuple[Unit, ReadSpan, dict[str, float]] | None:
    """The likeliest span in some units and what tells whether it is right; None where there is none."""
    known = set(units)
    found = [(unit, span) for unit, span in selection.spans if unit in known]
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
            "repeated": float(bool(spaced) and f" {' '.join(text_terms(span.text))} " in spaced),
        },
    )


def _can_answer(question: Question, unit: Unit, span: ReadSpan) -> bool:
    terms = text_terms(span.text)
    if not terms or all(term in question.terms for term in terms):
        return False
    before = unit.text[: max(span.start - unit.start, 0)]
    after = unit.text[max(span.end - unit.start, 0) :]
    if _CUT.match(after) or _CUT_BEFORE.search(before[-2:]):
        return False
    measure = asked_measure(question.text)
    return measure is None or bool(fitting(measure, [(span.text, after)]))
