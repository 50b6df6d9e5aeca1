"""Records that stand beside each other: the rows of a table, or sections of `name: value` lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rag.answering.tables.columns import Column, column_of
from rag.answering.tables.moments import day_of
from rag.reading import Row, Unit
from rag.text.tables import is_total

__all__ = ["Collection", "Field", "Record", "collections_of"]

_LINE: Final = re.compile(r"[\W_]*+(?P<name>[^:：\n]{1,60}?)\s{0,9}[:：]\s+(?P<value>\S.*)", re.S)
_LONGEST_NAMED: Final = 120
_Found = tuple[tuple[object, ...], str, str, "Record"]
"""What a record's collection is known by, what that is called, the name of what its label is, and it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A named value of a record, and the unit that holds it."""

    name: str
    value: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Record:
    """What the record is about and what is said of it; `unit` is the one that is cited for its label."""

    label: str
    fields: tuple[Field, ...]
    unit: Unit

    def values(self, name: str) -> list[str]:
        """The values of a column."""
        return [field.value for field in self.fields if field.name == name]

    def field(self, name: str) -> Field:
        """The field of a name; an empty one where there is none."""
        return next((field for field in self.fields if field.name == name), Field(name, "", self.unit))


@dataclass(frozen=True)
class Collection:
    """Records with the same names of fields; `named` is what stands above them."""

    records: tuple[Record, ...]
    label_name: str
    named: str = ""

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns by their names, in the order of their first use."""
        names = dict.fromkeys(field.name for record in self.records for field in record.fields)
        return {name: column_of(name, [v for r in self.records for v in r.values(name)]) for name in names}

    @cached_property
    def labels_differ(self) -> bool:
        """Whether no two records have the same label."""
        return len({record.label for record in self.records}) == len(self.records)


def collections_of(units: Sequence[Unit]) -> list[Collection]:
    """The collections of one document's units, in their order."""
    found = [*_gathered(_rows(units)), *_gathered(_sections(units))]
    return [collection for collection in found if len(collection.records) > 1]


def _gathered(records: Iterator[_Found]) -> Iterator[Collection]:
    groups: dict[tuple[object, ...], tuple[str, str, list[Record]]] = {}
    for key, named, label_name, record in records:
        groups.setdefault(key, (named, label_name, []))[2].append(record)
    for named, label_name, members in groups.values():
        yield Collection(tuple(members), label_name, named)


def _rows(units: Sequence[Unit]) -> Iterator[_Found]:
    for unit in units:
        row = unit.row
        if row is None or row.is_header or row.names_nothing or is_total(_own_label(row)):
            continue
        first = max(row.labels, 1)
        label, label_name = row.label(), row.cells[0].column if row.cells else ""
        if not _names(label):  # a running number, a rank or a date: the next cell says what it is
            named = next((cell for cell in row.cells[first:] if _names(cell.text)), None)
            label, label_name = (named.text, named.column) if named else (label, label_name)
            first = 0
        told = [cell for cell in row.cells if cell.column]
        columns = tuple(cell.column for cell in row.cells)
        if any(cell.text != label for cell in told[first:] or told):
            width = len(columns) if "" in columns else 0
            key = ("row", row.caption, unit.heading, row.cells[0].column, width)
            above = " > ".join(dict.fromkeys(part for part in (unit.heading, row.caption) if part))
            fields = tuple(Field(cell.column, cell.text, unit) for cell in told)
            yield key, above[:_LONGEST_NAMED], label_name, Record(label, fields, unit)


def _names(text: str) -> bool:
    """Whether a text may say what a row is about: a number or a date does not."""
    return any(map(str.isalpha, text)) and day_of(text) is None


def _own_label(row: Row) -> str:
    """The first text of a row."""
    return row.cells[0].text if row.cells else ""


def _sections(units: Sequence[Unit]) -> Iterator[_Found]:
    """Sections whose lines name what they tell, under headings of one parent."""
    sections: dict[tuple[str, ...], list[Field]] = {}
    for unit in units:
        line = _LINE.fullmatch(unit.text.strip()) if unit.row is None and unit.headings else None
        if line is not None:
            sections.setdefault(unit.headings, []).append(Field(line["name"], line["value"], unit))
    for headings, fields in sections.items():
        above = headings[:-1]
        record = Record(headings[-1], tuple(fields), fields[0].unit)
        yield ("section", *above), " > ".join(above)[:_LONGEST_NAMED], "", record
