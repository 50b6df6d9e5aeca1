"""What a question may want of a table: choices among which a small model takes those that are asked for.

A table with its columns and values admits so many operations ("smallest Price") and conditions ("Stock: sold
out", "Start after 1 March"). The chooser (`rag/answering/tables/chooser.py`) says of each how likely the
question asks for it. It was trained on questions in fifteen languages (`benchmarks/tabular`): no word of a
question is on any list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rag.answering.tables.columns import Column, Holds, number_of, spoken
from rag.answering.tables.literals import ZERO, Literal, literals_of
from rag.answering.tables.table_records import Collection, Record
from rag.text import words

__all__ = ["Choice", "Operation", "Relation", "Said", "choices_of"]

_FEW: Final = 8
"""Of a column with no more different values all are offered, else those that the question names."""
_MOST_VALUES: Final = 5_000
"""Different values of a column that are looked at."""
_MOST_NAMED: Final = 5
_LONGEST_VALUE: Final = 60
_LEAST_COMMON: Final = 4
_LISTED: Final = re.compile(r"(?<!\s)(?:\s*+[,;/&、，]\s*|\s++and\s+)")
"""A run of white space is looked at from its beginning only."""


class Operation(StrEnum):
    """What is done with the records that count; of `VALUE`, columns of the one that is named are told."""

    LIST = "list"
    VALUE = "value"
    COUNT = "count"
    LARGEST = "largest"
    SMALLEST = "smallest"
    SUM = "sum"
    MEAN = "mean"


class Relation(StrEnum):
    """How the value of a column has to stand to what a condition names."""

    IS = "is"
    NOT = "not"
    HAS = "has"
    EMPTY = "empty"
    FILLED = "filled"
    UNDER = "<"
    AT_MOST = "<="
    OVER = ">"
    AT_LEAST = ">="
    WITHIN = "="


_SAID: Final = {
    Relation.UNDER: "under",
    Relation.AT_MOST: "at most",
    Relation.OVER: "over",
    Relation.AT_LEAST: "at least",
    Relation.WITHIN: "in",
}
_SAID_OF_TIME: Final = {
    Relation.UNDER: "before",
    Relation.AT_MOST: "until",
    Relation.OVER: "after",
    Relation.AT_LEAST: "from",
    Relation.WITHIN: "in",
}


@dataclass(frozen=True)
class Choice:
    """One thing that a question may want: an operation, a condition, or a column to be told.

    With an operation `column` is what it compares or adds up; with a relation it is what the condition is
    about; with neither it is to be told.
    """

    text: str
    column: str = ""
    operation: Operation | None = None
    relation: Relation | None = None
    value: str = ""
    literal: Literal | None = None

    def holds(self, record: Record, column: Column) -> bool:
        """Whether a record meets the condition."""
        values = record.values(self.column)
        match self.relation:
            case Relation.EMPTY:
                return not any(value.strip() for value in values)
            case Relation.FILLED:
                return any(value.strip() for value in values)
            case Relation.NOT:
                return not any(self._names(value) for value in values)
            case Relation.IS | Relation.HAS:
                return any(self._names(value) for value in values)
            case _:
                return any(self._bounds(value, column) for value in values)

    def _names(self, value: str) -> bool:
        wanted = self.value.casefold()
        return value.casefold() == wanted or wanted in {part.casefold() for part in _LISTED.split(value)}

    def _bounds(self, value: str, column: Column) -> bool:
        if self.literal is None:
            return False
        own, bound = self.literal.point(value, column), self.literal.bound(column)
        if own is None or bound is None:
            return False
        match self.relation:
            case Relation.UNDER:
                return own < bound
            case Relation.AT_MOST:
                return own <= bound
            case Relation.OVER:
                return own > bound
            case Relation.AT_LEAST:
                return own >= bound
            case _:
                return own == bound


def choices_of(question: str, collection: Collection) -> list[Choice]:
    """What the question may want of the table, in the order of its columns."""
    columns = list(collection.columns.values())
    told = collection.told
    rows = collection.label_name or "rows"
    found = [
        Choice(f"list {spoken(rows)}", operation=Operation.LIST),
        Choice(f"look up {spoken(rows)}", operation=Operation.VALUE),
        Choice(f"count {spoken(rows)}", operation=Operation.COUNT),
    ]
    for column in columns:
        found.extend(_operations(column))
    found.extend(Choice(f"tell {spoken(c.name)}", c.name) for c in columns if c.name != collection.label_name)
    literals = literals_of(question)
    for column in columns:
        numbers = told[column.name] if column.holds is Holds.NUMBERS else ()
        crosses = any((column.order(value) or 0) <= 0 for value in numbers)
        found.extend(_bounds(column, [*literals, *([ZERO] if crosses else [])]))
    for column in columns:
        found.extend(_values(question, column, told[column.name]))
    return found


def _operations(column: Column) -> Iterator[Choice]:
    name = spoken(column.name)
    if column.is_time:
        yield Choice(f"latest {name}", column.name, Operation.LARGEST)
        yield Choice(f"earliest {name}", column.name, Operation.SMALLEST)
    elif column.is_ordered:
        yield Choice(f"largest {name}", column.name, Operation.LARGEST)
        yield Choice(f"smallest {name}", column.name, Operation.SMALLEST)
        yield Choice(f"sum of {name}", column.name, Operation.SUM)
        yield Choice(f"average {name}", column.name, Operation.MEAN)


def _bounds(column: Column, literals: Sequence[Literal]) -> Iterator[Choice]:
    said = _SAID_OF_TIME if column.is_time else _SAID
    for literal in literals:
        if literal.bound(column) is None:
            continue
        for relation, word in said.items():
            if relation is not Relation.WITHIN or column.is_time:
                text = f"{spoken(column.name)} {word} {literal.text}"
                yield Choice(text, column.name, relation=relation, literal=literal)


def _values(question: str, column: Column, told: Sequence[str]) -> Iterator[Choice]:
    """Conditions that name a value of a column, or that there is none."""
    name = spoken(column.name)
    if any(not value.strip() for value in told):
        yield Choice(f"{name}: empty", column.name, relation=Relation.EMPTY)
        yield Choice(f"{name}: filled", column.name, relation=Relation.FILLED)
    values = _different(told)
    if column.holds is Holds.YES_NO:
        for value in values:
            yield Choice(f"{name}: {value}", column.name, relation=Relation.IS, value=value)
        return
    offered = values if len(values) <= _FEW and not column.is_time else _named(question, values)
    for value in offered:
        yield Choice(f"{name}: {value}", column.name, relation=Relation.IS, value=value)
        if len(offered) <= _FEW:
            yield Choice(f"{name}: not {value}", column.name, relation=Relation.NOT, value=value)


def _different(told: Sequence[str]) -> list[str]:
    """The different values of a column; each thing of cells that list several, where cells share some."""
    whole = list(dict.fromkeys(value.strip() for value in told if value.strip()))
    parts = [part for value in whole for part in _LISTED.split(value)]
    if len(parts) > len(whole) and len(set(parts)) < len(parts) and all(map(_lists, whole)):
        whole = list(dict.fromkeys(parts))
    return [value for value in whole if len(value) <= _LONGEST_VALUE][:_MOST_VALUES]


def _lists(value: str) -> bool:
    """Whether a comma in a value parts things, not digits: `Mon, Thu` is two days, `1,200` one number."""
    return number_of(value) is None


def _named(question: str, values: Sequence[str]) -> list[str]:
    """The values of which the question may name something, those it says most of first."""
    asked = question.casefold()
    said = Said(asked)
    shares = [(said.share(value.casefold()), -i) for i, value in enumerate(values)]
    best = sorted((pair for pair in shares if pair[0] > 0), reverse=True)[:_MOST_NAMED]
    return [values[-i] for _, i in best]


class Said:
    """The words of a question, to be looked for with other endings; each look costs one word's letters.

    Two words are alike where they are equal, or begin alike: with four letters, and all but two of the
    shorter one.
    """

    def __init__(self, asked: str) -> None:
        self._asked = asked
        self._words = set(words(asked))
        self._beginnings: dict[str, int] = {}
        """Of every beginning, how long the longest word is that has it."""
        self._stems: dict[str, int] = {}
        """Of every word without its ending, how long the shortest is."""
        for word in self._words:
            size = len(word)
            for end in range(_LEAST_COMMON, size + 1):
                self._beginnings[word[:end]] = max(self._beginnings.get(word[:end], 0), size)
            if size >= _LEAST_COMMON:
                stem = word[: max(_LEAST_COMMON, size - 2)]
                self._stems[stem] = min(self._stems.get(stem, size), size)

    def share(self, value: str) -> float:
        """The share of a value's words that the question says; 2 where it says the value as it stands."""
        if value in self._asked:
            return 2.0
        told = words(value)
        return sum(map(self.has, told)) / len(told) if told else 0.0

    def has(self, word: str) -> bool:
        """Whether the question says a word, also with another ending."""
        size = len(word)
        if word in self._words:
            return True
        if size < _LEAST_COMMON:
            return False
        if self._beginnings.get(word[: max(_LEAST_COMMON, size - 2)], 0) >= size:
            return True
        ends = range(_LEAST_COMMON, size + 1)
        return any(self._stems.get(word[:end], size) < size for end in ends)
