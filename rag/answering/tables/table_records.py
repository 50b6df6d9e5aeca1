"""Records beside each other: rows of a table, sections, blocks of `name: value` lines, items of a list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from typing import Final

from rag.answering.tables.columns import Column, Holds, column_of
from rag.answering.tables.moments import day_of
from rag.reading import Row, Unit
from rag.text.tables import is_total

__all__ = ["Collection", "Field", "Record", "collections_of", "turned"]

_LINE: Final = re.compile(r"[\W_]*+(?P<name>[^:：\n]{1,60}?)\s{0,9}[:：]\s+(?P<value>\S.*)", re.S)
_PARTS: Final = re.compile(r"(?<!\s)\s*+[,;，；]\s+|(?<=[^\d])[，；、]|\.\s+")
_NUMBERED: Final = re.compile(r"(?P<name>[^\d€$£¥]{0,30}?)(?P<value>[€$£¥]?\s?\d.*)", re.S)
_ENDS: Final = (".", "!", "?", "。", "！", "？", ":", "：")
_UNNAMED: Final = "–"
"""The name of what is told without one, such as a singer's voice in a list."""
_LEAST_ITEMS: Final = 3
"""Of lines with commas: two may be an address."""
_SHORT_SECTION: Final = 240
"""Characters of a section that may say all that it says by words and commas."""
_LONGEST_ITEM: Final = 160
_WORDS_OF_LABEL: Final = 6
_LONGEST_NAMED: Final = 120
_MOST_COLUMNS: Final = 100
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

    @property
    def units(self) -> set[Unit]:
        """All that holds it."""
        return {self.unit, *(field.unit for field in self.fields)}

    def values(self, name: str) -> list[str]:
        """The values of a column."""
        return [field.value for field in self.fields if field.name == name]

    @property
    def sums_up(self) -> bool:
        """Whether it is the row of a table that sums up others."""
        return self.unit.row is not None and is_total(_own_label(self.unit.row))

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
        return {name: column_of(name, values) for name, values in self.told.items()}

    @cached_property
    def told(self) -> Mapping[str, Sequence[str]]:
        """The values of each column in the order of the records."""
        found: dict[str, list[str]] = {}
        for record in self.records:
            for field in record.fields:
                found.setdefault(field.name, []).append(field.value)
        return found

    @cached_property
    def labels_differ(self) -> bool:
        """Whether no two records have the same label."""
        return len({record.label for record in self.records}) == len(self.records)


def collections_of(
    units: Sequence[Unit], *, least_rows: int = 2, with_totals: bool = False
) -> list[Collection]:
    """The collections of one document's units, in their order; none with more columns than anybody reads.

    A table has to have so many rows; those that sum up others are records only `with_totals`.
    """
    rows = partial(_rows, with_totals=with_totals)
    sections = filter(_is_alike, _gathered(_sections(units)))
    others = ((_gathered(_blocks(units)), 2), (_gathered(_items(units)), _LEAST_ITEMS))
    ways = ((_gathered(rows(units)), least_rows), (sections, 2), *others)
    found = [(collection, least) for gathered, least in ways for collection in gathered]
    return [c for c, least in found if len(c.records) >= least and len(c.told) <= _MOST_COLUMNS]


def turned(collection: Collection) -> Collection:
    """The collection with a record for each column where those are what its table compares, else itself.

    In a table of models side by side a row holds one measure of all of them: its values are alike, those of
    a column are not.
    """
    names = [name for name in collection.columns if name != collection.label_name]
    labels = [record.label for record in collection.records]
    is_compared = (
        len(names) > 1
        and len(set(labels)) == len(labels)
        and all(record.unit.row is not None for record in collection.records)
        and all(collection.columns[name].holds is Holds.TEXTS for name in names)
    )
    if not is_compared:
        return collection
    across = [column_of(r.label, [r.field(name).value for name in names]) for r in collection.records]
    if 2 * sum(column.is_ordered for column in across) < len(across):
        return collection
    records = tuple(
        Record(
            name,
            tuple(
                Field(record.label, record.field(name).value, record.unit) for record in collection.records
            ),
            collection.records[0].unit,
        )
        for name in names
    )
    return Collection(records, collection.label_name, collection.named)


def _is_alike(collection: Collection) -> bool:
    """Whether half of what some sections tell is told of several of them: a name, or a number without one.

    Paragraphs under headings, taken apart at their commas, tell what no other does: they are no records.
    """
    told = [
        [field.name for field in record.fields if field.name != _UNNAMED or field.value[:1].isdigit()]
        for record in collection.records
    ]
    counts = Counter(name for names in told for name in set(names))
    again = sum(counts[name] > 1 for names in told for name in names)
    return 2 * again >= sum(len(record.fields) for record in collection.records)


def _gathered(records: Iterator[_Found]) -> Iterator[Collection]:
    groups: dict[tuple[object, ...], tuple[str, str, list[Record]]] = {}
    for key, named, label_name, record in records:
        groups.setdefault(key, (named, label_name, []))[2].append(record)
    for named, label_name, members in groups.values():
        yield Collection(tuple(members), label_name, named)


def _rows(units: Sequence[Unit], *, with_totals: bool = False) -> Iterator[_Found]:
    for unit, row, table in _numbered(units):
        if not with_totals and is_total(_own_label(row)):
            continue
        if all(cell.text == cell.column for cell in row.cells):  # the head once more
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
            key = ("row", row.caption, unit.heading, row.cells[0].column, width, table)
            above = " > ".join(dict.fromkeys(part for part in (unit.heading, row.caption) if part))
            fields = tuple(Field(cell.column, cell.text, unit) for cell in told)
            yield key, above[:_LONGEST_NAMED], label_name, Record(label, fields, unit)


def _numbered(units: Sequence[Unit]) -> Iterator[tuple[Unit, Row, int]]:
    """The rows that say something, each with the number of its table among those that are headed alike.

    Rows go on with a table before them, over what stands between (a break of a page, a repeated head), where
    one of both has no column that the other lacks.
    """
    known: dict[tuple[str, str, str], list[set[str]]] = {}
    for is_row, run in groupby(units, key=lambda unit: unit.row is not None and not unit.row.is_header):
        told = [(u, u.row) for u in run if is_row and u.row is not None and not u.row.names_nothing]
        by_head: dict[tuple[str, str, str], list[tuple[Unit, Row]]] = {}
        for unit, row in told:
            head = (row.caption, unit.heading, row.cells[0].column)
            by_head.setdefault(head, []).append((unit, row))
        for head, rows in by_head.items():
            names = {cell.column for _, row in rows for cell in row.cells}
            tables = known.setdefault(head, [])
            if tables and (names <= tables[-1] or names >= tables[-1]):
                tables[-1] |= names
            else:
                tables.append(names)
            yield from ((unit, row, len(tables)) for unit, row in rows)


def _names(text: str) -> bool:
    """Whether a text may say what a row is about: a number or a date does not."""
    return any(map(str.isalpha, text)) and day_of(text) is None


def _own_label(row: Row) -> str:
    """The first text of a row."""
    return row.cells[0].text if row.cells else ""


def _sections(units: Sequence[Unit]) -> Iterator[_Found]:
    """Sections beside each other whose lines name what they tell, or which say little."""
    sections: dict[tuple[str, ...], list[Unit]] = {}
    for unit in units:
        if unit.row is None and unit.headings and not unit.is_heading:
            sections.setdefault(unit.headings, []).append(unit)
    for headings, held in sections.items():
        is_short = sum(len(unit.text) for unit in held) <= _SHORT_SECTION
        fields = [field for unit in held for field in _facts(unit, in_words=is_short)]
        if fields:
            above = headings[:-1]
            record = Record(headings[-1], tuple(fields), fields[0].unit)
            yield ("section", *above), " > ".join(above)[:_LONGEST_NAMED], "", record


def _blocks(units: Sequence[Unit]) -> Iterator[_Found]:
    """`name: value` lines one below the other; the first name begins a record each time it comes again."""
    held: list[Field] = []
    for unit in [*units, None]:
        line = None if unit is None or unit.row is not None else _LINE.fullmatch(unit.text.strip())
        goes_on = line is not None and bool(held) and held[0].unit.headings == (unit.headings if unit else ())
        if held and (not goes_on or (line is not None and line["name"] == held[0].name)):
            first = held[0]
            if len(held) > 1:
                key = ("block", *first.unit.headings, first.name)
                yield key, first.unit.heading, first.name, Record(first.value, tuple(held), first.unit)
            held = []
        if line is not None and unit is not None:
            held.append(Field(line["name"], line["value"], unit))


def _items(units: Sequence[Unit]) -> Iterator[_Found]:
    """List items that say several things, with commas between: "Ivy Lacey, soprano, since 2023"."""
    for unit in units:
        text = unit.text.strip()
        if unit.row is not None or unit.is_heading or len(text) > _LONGEST_ITEM or text.endswith(_ENDS):
            continue
        label, *parts = _PARTS.split(text)
        if parts and len(label.split()) <= _WORDS_OF_LABEL and not _LINE.fullmatch(text):
            fields = tuple(Field(name, value, unit) for name, value in map(_part, parts))
            yield ("item", *unit.headings), unit.heading, "", Record(label, fields, unit)


def _facts(unit: Unit, *, in_words: bool) -> Iterator[Field]:
    """What a unit says by name; `in_words` reads "Height 45 cm, likes shade." as well."""
    text = unit.text.strip()
    line = _LINE.fullmatch(text)
    if line is not None:
        yield Field(line["name"], line["value"].rstrip("."), unit)
    elif in_words:
        for part in _PARTS.split(text.rstrip(".")):
            yield Field(*_part(part), unit)


def _part(text: str) -> tuple[str, str]:
    """A part by the words before its number and what begins there: "since 2019", "price $14"."""
    match = _NUMBERED.fullmatch(text.strip())
    if match is None or not match["name"].strip():
        return _UNNAMED, text.strip()
    return match["name"].strip(), match["value"]
