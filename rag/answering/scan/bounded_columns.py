"""Which columns the bounds of a question are set on, and the conditions that they make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rag.answering.scan.bounds import Bound
from rag.answering.scan.conditions import Condition
from rag.answering.scan.cues import MONEY, fits
from rag.answering.scan.record_collections import Collection
from rag.answering.scan.values import Column, Holds
from rag.answering.scan.words import Word, is_deed
from rag.reading import text_terms

__all__ = ["bounded"]

_ORIGIN: Final = frozenset(
    text_terms("built made bought purchased produced manufactured constructed acquired released founded")
)
"""How a thing came to be or to be owned, which a column called `Year` tells the year of."""
_BE: Final = re.compile(r"\b(?:is|are|was|were|been|being|be)\W+(?:\w+\W+)?$", re.IGNORECASE)


@dataclass(frozen=True)
class _Place:
    """What stands around a bound: the words before it by their numbers, and those behind it.

    `of_state` says that a value stands right before it: "were paid in March" tells when they were paid.
    """

    before: Sequence[tuple[int, Word]]
    behind: Sequence[tuple[int, Word]]
    of_state: bool

    @property
    def terms(self) -> set[str]:
        """The words before."""
        return {word.term for _, word in self.before}


def bounded(
    text: str,
    bounds: Sequence[Bound],
    said: Sequence[Word],
    valued: Sequence[Condition],
    collection: Collection,
) -> list[Condition] | None:
    """A condition for each bound; None where it isn't clear what is bounded."""
    found = []
    values = {number for condition in valued for number in condition.used}
    for i, bound in enumerate(bounds):
        after = bounds[i - 1].end if i else 0
        before = [(number, w) for number, w in enumerate(said) if after <= w.start < bound.start]
        behind = [(number, w) for number, w in enumerate(said) if w.start >= bound.end]
        if behind and text[bound.end : behind[0][1].start].strip():
            behind = []
        of_state = bool(before) and before[-1][0] in values and _is_state(text, before[-1][1], bound)
        condition = _bounded(bound, _Place(before, behind, of_state), collection)
        if condition is None:
            return None
        found.append(condition)
    return found


def _is_state(text: str, word: Word, bound: Bound) -> bool:
    """Whether a value stands right before a bound as what was done, or what something is."""
    adjacent = not text[word.end : bound.start].strip()
    return adjacent and (is_deed(word.text) or _BE.search(text[: word.start]) is not None)


def _bounded(bound: Bound, place: _Place, collection: Collection) -> Condition | None:
    columns, used = _called(bound, place, collection)
    if not columns:
        if place.of_state or (place.behind and not bound.unit and not bound.of_time):
            return None  # "more than 3 boats" tells nothing of a column
        columns = _unnamed(bound, place, collection)
    if len(columns) != 1 or (bound.unit and columns[0].unit != bound.unit):
        return None
    column = columns[0]
    if collection.mixes_currencies and column.holds is Holds.NUMBERS and not column.unit:
        return None
    if bound.adjective == "speed" and column.is_duration:
        return None
    kept = column.terms | column.aside | (MONEY if column.is_money else frozenset())
    if column.holds is Holds.YEARS and len(column.terms) == 1:
        kept |= _ORIGIN
    used |= {number for number, word in place.before if word.term in kept}
    if column.holds is Holds.NUMBERS and bound.of_time:
        bound = replace(bound, of_time=False)
    start = min([bound.start, *(word.start for number, word in place.before if number in used)])
    said = f"{column.name}: {bound.said}"
    return Condition(column, bound.admits, said, start, frozenset(used), is_bound=True)


def _called(bound: Bound, place: _Place, collection: Collection) -> tuple[list[Column], set[int]]:
    """The column that is named right behind a number, or else last before it; the words behind that do."""
    columns = [column for column in collection.columns.values() if column.terms and _may_be_of(bound, column)]
    for column in columns:
        own = place.behind[: len(column.terms)]
        if (
            not bound.unit
            and column.holds is Holds.NUMBERS
            and {word.term for _, word in own} == column.terms
        ):
            return [column], {number for number, _ in own}
    called = [column for column in columns if column.terms <= place.terms]
    if len(called) > 1:
        last = {word.term: number for number, word in place.before}
        ends = [max(last[term] for term in column.terms) for column in called]
        called = [column for column, end in zip(called, ends, strict=True) if end == max(ends)]
    return called, set()


def _may_be_of(bound: Bound, column: Column) -> bool:
    if bound.of_time and column.is_time:
        return True
    return column.holds is Holds.NUMBERS and (not bound.of_time or bound.may_be_number)


def _unnamed(bound: Bound, place: _Place, collection: Collection) -> list[Column]:
    """The columns that a bound may be of where the question says no name of one."""
    columns = [column for column in collection.columns.values() if _may_be_of(bound, column)]
    if place.terms & MONEY and not bound.of_time:
        return [column for column in columns if column.is_money]
    if bound.adjective:
        return [column for column in columns if fits(column, bound.adjective)]
    if bound.unit:
        return [column for column in columns if column.unit == bound.unit]
    if bound.of_time and not bound.may_be_number:
        return [column for column in columns if column.is_time]
    return columns if len(columns) == 1 and columns[0].is_money else []
