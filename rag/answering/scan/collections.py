"""Records that stand beside each other: the rows of a table, or sections of `name: value` lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rag.attribution import Row, Unit, text_terms
from rag.text.tables import is_total

__all__ = ["Collection", "Field", "Record", "collections_of"]

_LINE: Final = re.compile(r"[\W_]*+(?P<name>[^:：\n]{1,60}?)\s{0,9}[:：]\s+(?P<value>\S.*)", re.S)
_COMMON: Final = 0.6
"""The share of labels from which on a word says what all of them are: "Project Heron", "Project Kite"."""


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


@dataclass(frozen=True)
class Collection:
    """Records with the same names of fields; `about` are words that say what all of them are."""

    records: tuple[Record, ...]
    label_name: str
    about: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields in the order of their first use."""
        return tuple(dict.fromkeys(field.name for record in self.records for field in record.fields))


def collections_of(units: Sequence[Unit], named: str) -> list[Collection]:
    """The collections of one document's units, in their order; `named` is what the document is called."""
    found = [
        *_gathered(_rows(units), named),
        *_gathered(_sections(units), named),
    ]
    return [collection for collection in found if len(collection.records) > 1]


def _gathered(records: Iterator[tuple[tuple[object, ...], str, Record]], named: str) -> Iterator[Collection]:
    """Records by their key; with each the name of what their labels are."""
    groups: dict[tuple[object, ...], list[tuple[str, Record]]] = {}
    for key, label_name, record in records:
        groups.setdefault(key, []).append((label_name, record))
    for key, members in groups.items():
        count = Counter(term for _, record in members for term in set(text_terms(record.label)))
        common = {term for term, times in count.items() if times >= _COMMON * len(members)}
        words = " ".join([named, members[0][0], *(part for part in key if isinstance(part, str))])
        yield Collection(
            tuple(record for _, record in members), members[0][0], frozenset(common | set(text_terms(words)))
        )


def _rows(units: Sequence[Unit]) -> Iterator[tuple[tuple[object, ...], str, Record]]:
    for unit in units:
        row = unit.row
        if row is None or row.is_header or row.names_nothing or is_total(_own_label(row)):
            continue
        first = max(row.labels, 1)
        label, label_name = row.label(), row.cells[0].column if row.cells else ""
        if not any(map(str.isalpha, label)):  # a running number or a rank: the next cell says what it is
            named = next((cell for cell in row.cells[first:] if any(map(str.isalpha, cell.text))), None)
            label, label_name = (named.text, named.column) if named else (label, label_name)
            first = 0
        fields = tuple(
            Field(cell.column, cell.text, unit)
            for cell in row.cells[first:]
            if cell.column and cell.text != label
        )
        columns = tuple(cell.column for cell in row.cells)
        if fields:
            key = (
                "row",
                row.caption,
                unit.heading,
                row.cells[0].column,
                len(columns) if "" in columns else 0,
            )
            yield key, label_name, Record(label, fields, unit)


def _own_label(row: Row) -> str:
    """The first text of a row."""
    return row.cells[0].text if row.cells else ""


def _sections(units: Sequence[Unit]) -> Iterator[tuple[tuple[object, ...], str, Record]]:
    """Sections whose lines name what they tell, under headings of one parent."""
    sections: dict[tuple[str, ...], list[Field]] = {}
    for unit in units:
        line = _LINE.fullmatch(unit.text.strip()) if unit.row is None and unit.headings else None
        if line is not None:
            sections.setdefault(unit.headings, []).append(Field(line["name"], line["value"], unit))
    for headings, fields in sections.items():
        yield ("section", *headings[:-1]), "", Record(headings[-1], tuple(fields), fields[0].unit)
