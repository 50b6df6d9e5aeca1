"""Records that stand beside each other: the rows of a table, or sections of `name: value` lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from rag.answering.scan.values import Column, column_of, is_currency, is_date, name_terms
from rag.reading import Row, Unit, text_terms
from rag.text import search_terms
from rag.text.tables import is_total

__all__ = ["Collection", "Field", "Record", "collections_of"]

_LINE: Final = re.compile(r"[\W_]*+(?P<name>[^:：\n]{1,60}?)\s{0,9}[:：]\s+(?P<value>\S.*)", re.S)
_COMMON: Final = 0.6
"""The share of labels from which on a word says what all of them are: "Project Heron", "Project Kite"."""
_Found = tuple[tuple[object, ...], tuple[str, ...], str, "Record"]
"""What a record's collection is known by, what stands above it, the name of what its label is, and it."""


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


@dataclass(frozen=True)
class Collection:
    """Records with the same names of fields; `about` are words that say what all of them are.

    A document that holds several collections names none of them: its own words are then not in `about`.
    """

    records: tuple[Record, ...]
    label_name: str
    about: frozenset[str]

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns by their names, in the order of their first use."""
        names = dict.fromkeys(field.name for record in self.records for field in record.fields)
        return {name: column_of(name, [v for r in self.records for v in r.values(name)]) for name in names}

    @cached_property
    def value_terms(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """The words of each value of each column."""
        found: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in self.columns}
        for record in self.records:
            for field in record.fields:
                if field.value not in found[field.name]:
                    found[field.name][field.value] = text_terms(field.value)
        return found

    @cached_property
    def mixes_currencies(self) -> bool:
        """Whether a column tells of which currency each sum is, and they differ."""
        told = [{value for value in values if value} for values in self.value_terms.values()]
        return any(len(values) > 1 and all(map(is_currency, values)) for values in told)

    @cached_property
    def labels_differ(self) -> bool:
        """Whether no two records have the same label."""
        return len({record.label for record in self.records}) == len(self.records)


def collections_of(units: Sequence[Unit], named: str) -> list[Collection]:
    """The collections of one document's units, in their order; `named` is what the document is called."""
    found = [*_gathered(_rows(units)), *_gathered(_sections(units))]
    several = [collection for collection in found if len(collection.records) > 1]
    if len(several) > 1:
        return several
    words = frozenset(search_terms(named))
    return [replace(collection, about=collection.about | words) for collection in several]


def _gathered(records: Iterator[_Found]) -> Iterator[Collection]:
    """Records by their key; with each the name of what their labels are."""
    groups: dict[tuple[object, ...], list[tuple[str, Record]]] = {}
    said: dict[tuple[object, ...], tuple[str, ...]] = {}
    for key, above, label_name, record in records:
        said[key] = above
        groups.setdefault(key, []).append((label_name, record))
    for key, members in groups.items():
        count = Counter(term for _, record in members for term in set(text_terms(record.label)))
        common = {term for term, times in count.items() if times >= _COMMON * len(members)}
        words = text_terms(" ".join(said[key]))
        label_name = members[0][0]
        about = frozenset({*common, *words}) | name_terms(label_name)[0]
        yield Collection(tuple(record for _, record in members), label_name, about)


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
        fields = tuple(Field(cell.column, cell.text, unit) for cell in told)
        columns = tuple(cell.column for cell in row.cells)
        if any(cell.text != label for cell in told[first:] or told):
            key = (
                "row",
                row.caption,
                unit.heading,
                row.cells[0].column,
                len(columns) if "" in columns else 0,
            )
            yield key, (row.caption, unit.heading), label_name, Record(label, fields, unit)


def _names(text: str) -> bool:
    """Whether a text may say what a row is about: a number or a date does not."""
    return any(map(str.isalpha, text)) and not is_date(text)


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
        yield (
            ("section", *headings[:-1]),
            headings[:-1],
            "",
            Record(headings[-1], tuple(fields), fields[0].unit),
        )
