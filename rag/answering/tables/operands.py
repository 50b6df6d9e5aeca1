"""The values of a table that a question names, and the question with letters in the place of their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rag.answering.tables.choices import Choice, Relation, choices_of
from rag.answering.tables.chooser import Chooser
from rag.answering.tables.columns import Column, Holds, spoken
from rag.answering.tables.request import MOST_CHOICES
from rag.answering.tables.table_records import Collection, Field, Record
from rag.text import has_cjk, words

__all__ = ["Operand", "operand_of", "operands_of"]

_VALUE: Final = "V"
_OWNER: Final = "X"
_LETTERS: Final = "ABCDEF"
"""What stands in worked questions for a column, for what two columns are of, and for the operands."""
_LIKELY: Final = -1.0
_AHEAD: Final = 2.0
"""The logit of a column that the question does not name, and how far it has to lead, to be meant."""
_MOST_OPERANDS: Final = 6


@dataclass(frozen=True)
class Operand:
    """A value by what it is the value of, and its number."""

    name: str
    record: Record
    field: Field
    number: Decimal


def operands_of(asked: str, collection: Collection, chooser: Chooser) -> tuple[tuple[Operand, ...], str]:
    """The values that a question names, in its order, and it with letters; none where it is not sure."""
    records = _named_records(asked, collection)
    if not 0 < len(records) <= _MOST_OPERANDS:
        return (), ""
    columns = _named_columns(asked, collection)
    if len(records) == 1 and len(columns) == 2:
        found = [operand_of(spoken(column.name), records[0][1], column) for column in columns]
        letters = {records[0][0]: _OWNER, **_apart(columns)}
    else:
        choices = choices_of(asked, collection)
        if len(choices) > MOST_CHOICES:
            return (), ""
        logits = chooser.logits(asked, collection, choices)
        if len(columns) > 1 or _is_narrowed(choices, logits, [record for _, record in records]):
            return (), ""
        likely = columns or _likely_column(collection, choices, logits)
        found = [operand_of(name, record, likely[0]) if likely else None for name, record in records]
        letters = {name: letter for (name, _), letter in zip(records, _LETTERS, strict=False)}
        letters |= {spoken(column.name): _VALUE for column in likely}
    operands = tuple(operand for operand in found if operand is not None)
    used = f"{collection.named} {' '.join(f'{o.name} {o.field.name}' for o in operands)}"
    known = words(used.casefold())
    unknown = [w for w in words(asked.casefold()) if any(map(str.isdigit, w)) and w not in known]
    if unknown or len(operands) < len(found):
        return (), ""
    return operands, _lettered(asked, letters)


def _apart(columns: Sequence[Column]) -> dict[str, str]:
    """The letters of the words that two columns share, and of those that set them apart."""
    first, second = (spoken(column.name).split() for column in columns)
    shared = [word for word in first if word in second]
    own = [" ".join(word for word in name if word not in shared) for name in (first, second)]
    return {" ".join(shared): _VALUE, **dict(zip(own, _LETTERS, strict=False))}


def _lettered(asked: str, letters: Mapping[str, str]) -> str:
    """A question with letters in the place of names, the longest first."""
    names = sorted(filter(None, letters), key=len, reverse=True)
    by_name = {name.casefold(): letters[name] for name in names}
    whole = re.compile("|".join(map(_pattern, names)), re.IGNORECASE)
    return whole.sub(lambda found: by_name.get(found[0].casefold(), found[0]), asked)


def operand_of(name: str, record: Record, column: Column) -> Operand | None:
    """The value of a record in a column; None where it is no number, or which one is not clear."""
    field = record.field(column.name)
    order = column.order(field.value)
    return (
        None if order is None or column.unclear_point else Operand(name, record, field, Decimal(repr(order)))
    )


def _named_records(asked: str, collection: Collection) -> list[tuple[str, Record]]:
    """The records whose label, or year, the question says as it stands, in its order; each has its own."""
    for name in (
        collection.label_name,
        *(c.name for c in collection.columns.values() if c.holds is Holds.YEARS),
    ):
        values = [
            record.label if name == collection.label_name else record.field(name).value
            for record in collection.records
        ]
        if len(set(values)) < len(values):
            continue
        told = [
            (place, value, record)
            for value, record in zip(values, collection.records, strict=True)
            if (place := _place(asked, value))
        ]
        told = [
            one for one in told if not any(_holds(other[0], one[0]) for other in told if other is not one)
        ]
        if told:
            return [(value, record) for _, value, record in sorted(told, key=lambda one: one[0])]
    return []


def _place(asked: str, name: str) -> tuple[int, int] | None:
    """Where a question says a name, whole."""
    if not any(map(str.isalnum, name)):
        return None
    found = re.search(_pattern(name), asked, re.IGNORECASE)
    return found.span() if found else None


def _pattern(name: str) -> str:
    """A regular expression for a name as a word of its own, where its script parts words."""
    edges = ("", "") if has_cjk(name) else (r"(?<!\w)", r"(?!\w)")
    return re.escape(name.strip()).join(edges)


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1] and outer != inner


def _named_columns(asked: str, collection: Collection) -> list[Column]:
    """The columns of numbers all of whose words the question says, in the order of what sets them apart."""
    said = words(asked.casefold())
    own = {c.name: words(spoken(c.name).casefold()) for c in _numbers(collection)}
    found = {name: set(parts) for name, parts in own.items() if parts and set(parts) <= set(said)}
    kept = [name for name, parts in found.items() if not any(parts < other for other in found.values())]
    shared = set.intersection(*(found[name] for name in kept)) if len(kept) > 1 else set()
    kept.sort(key=lambda name: min((said.index(w) for w in found[name] - shared), default=0))
    return [collection.columns[name] for name in kept]


def _numbers(collection: Collection) -> list[Column]:
    return [
        c for c in collection.columns.values() if c.holds is Holds.NUMBERS and c.name != collection.label_name
    ]


def _likely_column(
    collection: Collection, choices: Sequence[Choice], logits: Sequence[float]
) -> list[Column]:
    """The column that the chooser would tell, where it is likely and leads."""
    own = {c.name for c in _numbers(collection)}
    tells = {
        choice.column: logit
        for choice, logit in zip(choices, logits, strict=True)
        if choice.operation is None and choice.relation is None and choice.column in own
    }
    order = sorted(tells, key=lambda name: -tells[name])
    if not order or tells[order[0]] < _LIKELY:
        return []
    leads = len(order) == 1 or tells[order[0]] - tells[order[1]] >= _AHEAD
    return [collection.columns[order[0]]] if leads else []


def _is_narrowed(choices: Sequence[Choice], logits: Sequence[float], records: Sequence[Record]) -> bool:
    """Whether the question names a value that the records do not have."""
    return any(
        logit > 0
        and choice.relation is Relation.IS
        and not any(r.values(choice.column).count(choice.value) for r in records)
        for choice, logit in zip(choices, logits, strict=True)
    )
