"""Which records a question is about: those with the values it names, or without, and within its bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rag.answering.scan.record_collections import Collection, Record
from rag.answering.scan.values import YES, Column, Holds
from rag.answering.scan.words import Word, are_joined, is_deed, windows
from rag.reading import text_terms
from rag.text import STOP_WORDS, stem, words

__all__ = ["Condition", "called_in", "named_values", "told_denials"]

_LISTED: Final = re.compile(r"[,;/&、]|\band\b", re.IGNORECASE)
_POLAR: Final = frozenset(
    ("not", "no", "non", "never", "without", "in", "out", "on", "off", "up", "down", "over", "under")
)
_BY: Final = re.compile(r"\W*by\b", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """What a column has to hold; `used` are the numbers of the question's words that say it.

    `start` is where it begins in the question, `said` tells it in words.
    """

    column: Column
    admits: Callable[[str], bool]
    said: str
    start: int
    used: frozenset[int]
    is_bound: bool = False
    is_denied: bool = False
    has_several: bool = False
    is_had: bool = False
    """Whether it is denied as what a record has, not what it is: "no backup" is not "not for backup"."""

    def holds(self, record: Record) -> bool:
        """Whether a record meets it."""
        return any(map(self.admits, record.values(self.column.name))) is not self.is_denied


def named_values(
    text: str, whole: str, said: Sequence[Word], collection: Collection
) -> list[Condition] | None:
    """The conditions that name values; None where it isn't clear which column is meant, or who did what.

    Values of one column that are joined ("diesel or electric") are one condition, else they are two that
    must both hold. `text` is the question without what is read otherwise, `whole` the question.
    """
    columns = collection.columns.values()
    places = [place for column in columns for place in _places(column, whole, said, collection)]
    if any(_is_told_as_deed(text, said, place) for place in places):
        return None
    longest = [a for a in places if not any(_is_within(a, b) for b in places)]
    by_window: dict[tuple[int, int], list[_Place]] = {}
    for place in longest:
        by_window.setdefault(place.window, []).append(place)
    clear: list[_Place] = []
    for held in by_window.values():
        one = held if len(held) == 1 else [p for p in held if called_in(p.column, said)]
        if len(one) != 1:
            return None
        clear += one
    clear.sort(key=lambda place: place.window)
    if any(a.window[1] > b.window[0] for a, b in pairwise(clear)):
        return None
    groups = list(_grouped(clear, text, said))
    if any(_is_phrase(a[-1], b[0]) for a, b in pairwise(groups)):
        return None
    conditions = [_condition(group, said, collection) for group in groups]
    return None if None in conditions else [condition for condition in conditions if condition]


@dataclass(frozen=True)
class _Place:
    """A value of a column, and the words of the question that name it."""

    column: Column
    value: str
    window: tuple[int, int]


def _places(column: Column, whole: str, said: Sequence[Word], collection: Collection) -> Iterator[_Place]:
    if column.holds is Holds.YES_NO:
        own = [w for w in words(column.name.replace("_", " ")) if w not in STOP_WORDS]
        is_said = bool(own) and (not _is_polar(column.name) or bool(_verbatim(column.name, whole)))
        for window in windows([stem(w) for w in own], said) if is_said else []:
            if all(_is_same_form(word.text, own) for word in said[slice(*window)]):
                yield _Place(column, "yes", window)
        return
    if column.holds is Holds.DATES:
        return
    open_terms = {word.term for word in said}
    for value, terms in collection.value_terms[column.name].items():
        if not terms or not open_terms.issuperset(terms):
            continue
        if column.holds is Holds.NUMBERS and not called_in(column, said):
            continue
        if _is_polar(value) and not _verbatim(value, whole):
            continue
        for window in windows(terms, said):
            if len(terms) > 1 or not is_deed(value) or said[window[0]].text == value.casefold():
                yield _Place(column, value, window)


def told_denials(whole: str, collection: Collection) -> list[tuple[int, int]]:
    """Where a text names values or columns that deny themselves, from where to where: "not started"."""
    values = [value for told in collection.value_terms.values() for value in told]
    return [
        match.span()
        for name in (*values, *collection.columns)
        if _is_polar(name)
        for match in _verbatim(name, whole)
    ]


def _is_polar(name: str) -> bool:
    """Whether a small word makes a name: "not started", "out of stock" are not what is started or stocked."""
    return not _POLAR.isdisjoint(words(name)) and bool(text_terms(name))


def _verbatim(name: str, whole: str) -> list[re.Match[str]]:
    """Where a text says a name as it is written."""
    form = r"\W+".join(map(re.escape, words(name)))
    return list(re.finditer(rf"(?<!\w){form}(?!\w)", whole, re.IGNORECASE))


def _is_same_form(word: str, own: Sequence[str]) -> bool:
    return any(word in (name, f"{name}s") or f"{word}s" == name for name in own)


def called_in(column: Column, said: Sequence[Word]) -> bool:
    """Whether a question says the name of a column."""
    return bool(column.terms) and column.terms <= {word.term for word in said}


def _is_within(a: _Place, b: _Place) -> bool:
    return a.window != b.window and b.window[0] <= a.window[0] and a.window[1] <= b.window[1]


def _is_told_as_deed(text: str, said: Sequence[Word], place: _Place) -> bool:
    """Whether a value is told as somebody's deed: "approved by" asks who did it."""
    last = said[place.window[1] - 1]
    return is_deed(last.text) and _BY.match(text, last.end) is not None


def _grouped(places: Sequence[_Place], text: str, said: Sequence[Word]) -> Iterator[list[_Place]]:
    """Places in their order, those of one column together that are joined."""
    group: list[_Place] = []
    for place in places:
        if group and not (
            group[-1].column is place.column
            and (
                are_joined(text, said[group[-1].window[1] - 1], said[place.window[0]])
                or group[-1].value == place.value
            )
        ):
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _is_phrase(a: _Place, b: _Place) -> bool:
    """Whether two values of one column stand side by side: "fourth round winners" are not of both."""
    return a.column is b.column and a.window[1] == b.window[0]


def _condition(group: Sequence[_Place], said: Sequence[Word], collection: Collection) -> Condition | None:
    """The condition of values that are joined; None where a value's words are a part of another one's name.

    Of a cell that lists several values each counts.
    """
    column, values = group[0].column, list(dict.fromkeys(place.value for place in group))
    used = frozenset(i for place in group for i in range(*place.window))
    said_as = f"{column.name}: {', '.join(values)}"
    if column.holds is Holds.YES_NO:
        return Condition(column, _is_yes, said_as, said[min(used)].start, used)
    wanted = {value.casefold() for value in values}
    own = [set(collection.value_terms[column.name][value]) for value in values]
    for value, terms in collection.value_terms[column.name].items():
        parts = {part.strip().casefold() for part in _LISTED.split(value)}
        if parts & wanted:
            wanted.add(value.casefold())
        elif any(named < set(terms) for named in own) and value not in values:
            return None
    return Condition(
        column,
        lambda value: value.casefold() in wanted,
        said_as,
        said[min(used)].start,
        used,
        has_several=len(values) > 1,
    )


def _is_yes(value: str) -> bool:
    return value.casefold() in YES
