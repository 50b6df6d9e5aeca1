"""What a question asks of a table: the choices that are taken, put together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rag.answering.tables.choices import Choice, Operation, Relation, choices_of
from rag.answering.tables.chooser import Chooser
from rag.answering.tables.columns import Holds, number_of
from rag.answering.tables.literals import ZERO
from rag.answering.tables.table_records import Collection, Record
from rag.text import words

__all__ = ["COMPUTED", "EXTREMES", "MOST_CHOICES", "Request", "leaves_out", "read_request", "request_of"]

EXTREMES: Final = frozenset({Operation.LARGEST, Operation.SMALLEST})
COMPUTED: Final = frozenset({Operation.SUM, Operation.MEAN})
MOST_CHOICES: Final = 1_000
"""The chooser holds each against each other; a table of thirty columns has some five hundred."""


@dataclass(frozen=True)
class Request:
    """An operation on the records that meet the conditions.

    `field` is the column that is compared or added up, `shown` are those whose values are asked for, and
    `sureness` is the probability that all of this is what the question asks.
    """

    operation: Operation
    records: tuple[Record, ...]
    field: str = ""
    conditions: tuple[Choice, ...] = ()
    shown: tuple[str, ...] = ()
    sureness: float = 1.0

    @property
    def by(self) -> tuple[str, ...]:
        """The names of the columns whose values selected the records."""
        return tuple(dict.fromkeys(condition.column for condition in self.conditions))


def read_request(chooser: Chooser, question: str, collection: Collection) -> Request | None:
    """What a question asks of a table; None where that is nothing."""
    choices = choices_of(question, collection)
    if len(choices) > MOST_CHOICES:
        return None
    request = request_of(choices, chooser.logits(question, collection, choices), collection)
    return None if request is None or leaves_out(question, request, choices, collection) else request


def request_of(choices: Sequence[Choice], logits: Sequence[float], collection: Collection) -> Request | None:
    """The request of the choices whose logits are above 0; None where no operation is among them.

    `logits` has one number a choice. Of several operations the likeliest is done. A column's conditions that
    name values are met by any of these; of two that exclude each other the likelier counts.
    """
    paired = list(zip(choices, logits, strict=True))
    operation, best = max(
        (pair for pair in paired if pair[0].operation is not None), key=lambda pair: pair[1]
    )
    if best <= 0 or operation.operation is None:
        return None
    taken = _compatible([p for p in paired if p[0].relation is not None and p[1] > 0], collection)
    shown = [c for c, logit in paired if c.operation is None and c.relation is None and logit > 0]
    records = tuple(record for record in collection.records if _meets(record, taken, collection))
    chosen = {id(operation), *map(id, taken), *map(id, shown)}
    tells = operation.operation is Operation.VALUE
    return Request(
        operation=operation.operation,
        records=records,
        field=operation.column,
        conditions=tuple(taken),
        shown=tuple(choice.column for choice in shown),
        sureness=math.exp(
            sum(_log_right(logit, id(c) in chosen) for c, logit in paired if tells or _counts(c))
        ),
    )


def leaves_out(question: str, request: Request, choices: Sequence[Choice], collection: Collection) -> bool:
    """Whether a question names a value of the table, or a number, that no condition is about.

    Who counts only the electric ones has not understood "how many are diesel or electric". A number may stand
    in a value or say how many records the table has ("all six"), and a value be what the table or a column is
    called.
    """
    asked = f" {' '.join(words(question.casefold()))} "
    used = " ".join(f"{c.text} {c.value}" for c in request.conditions)
    known = {*words(f"{used} {collection.named} {' '.join(collection.columns)}".casefold())}
    for choice in choices:
        if choice.literal is not None and choice.literal != ZERO:
            if not (
                known.intersection(words(choice.literal.text.casefold()))
                or _says(choice, request, collection, asked)
            ):
                return True
        elif choice.value and not choice.value.isdigit():
            said = words(choice.value.casefold())
            if f" {' '.join(said)} " in asked and any(len(w) > 2 and w not in known for w in said):
                return True
    return False


def _says(bound: Choice, request: Request, collection: Collection, asked: str) -> bool:
    """Whether a number is part of a value, as in `room 3B`, is a value in words, or counts all records."""
    literal = bound.literal
    if literal is None or literal.number is None:
        return False
    values = [word for c in request.conditions for word in words(c.value.casefold())]
    return (
        literal.number == len(collection.records)
        or literal.number in map(number_of, values)
        or any(literal.text.casefold() in value and f" {value} " in asked for value in values)
    )


def _counts(choice: Choice) -> bool:
    """Whether a wrong choice makes every answer wrong: a column too much or too few spoils a value alone."""
    return choice.operation is not None or choice.relation is not None


def _log_right(logit: float, taken: bool) -> float:
    return -float(np.logaddexp(0.0, -logit if taken else logit))


def _compatible(paired: Iterable[tuple[Choice, float]], collection: Collection) -> list[Choice]:
    """The conditions without those that a likelier one excludes."""
    kept: list[Choice] = []
    for choice, _ in sorted(paired, key=lambda pair: -pair[1]):
        if not any(_exclude(choice, other, collection) for other in kept):
            kept.append(choice)
    return kept


def _exclude(a: Choice, b: Choice, collection: Collection) -> bool:
    """Whether only one of two conditions can be meant: a number bounds one column, in one direction."""
    if a.literal is not None and a.literal == b.literal and a.literal != ZERO:
        return True
    if a.column != b.column:
        return False
    if a.literal is not None and b.literal is not None:
        return a.literal == b.literal
    if {a.relation, b.relation} == {Relation.EMPTY, Relation.FILLED}:
        return True
    if collection.columns[a.column].holds is Holds.YES_NO and a.value and b.value:
        return True
    return a.value == b.value and a.relation is not b.relation and a.literal is None and b.literal is None


def _meets(record: Record, conditions: Sequence[Choice], collection: Collection) -> bool:
    """Whether a record meets all conditions; of those that name values of one column one is enough."""
    either: dict[str, list[bool]] = {}
    for condition in conditions:
        holds = condition.holds(record, collection.columns[condition.column])
        if condition.relation is Relation.IS:
            either.setdefault(condition.column, []).append(holds)
        elif not holds:
            return False
    return all(any(held) for held in either.values())
