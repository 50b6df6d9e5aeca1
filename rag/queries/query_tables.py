"""The tables and lists of a document as tables of SQL, each cell with its place in the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rag.answering.tables.table_records import Collection, Record, collections_of
from rag.places import place_of
from rag.queries.names import DIVIDER, named_apart, sql_name
from rag.queries.typed_columns import typed, unit_beside
from rag.reading import Row, Unit, quotable_units
from rag.retrieval.passage_merging import to_passages
from rag.schema import DocumentInfo, Hit, QueryColumn, QueryTable, Span
from rag.store import Store
from rag.text.tables import PATH

__all__ = ["ReadTable", "read_tables"]

_SECTION: Final = "section"
_LABEL: Final = "label"
_COLUMN: Final = "column"
_JOINED: Final = "; "
_LONGEST_TITLE: Final = 120
_NOTHING: Final = " -–—/"
_MOST_PLACED: Final = 200
"""Tables of a document that are told with their place: each is looked up among all blocks before it."""


@dataclass(frozen=True)
class ReadTable:
    """A table with the values of its rows, and where each stands: None where that cannot be told."""

    told: QueryTable
    rows: tuple[tuple[object, ...], ...]
    places: tuple[tuple[Span | None, ...], ...]


@dataclass(frozen=True)
class _Column:
    """A column on the way: its header, and the text and place of each row's cell."""

    header: str
    cells: tuple[tuple[str, Span | None], ...]

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.cells]


def read_tables(store: Store, document: DocumentInfo, name: str) -> list[ReadTable]:
    """The tables of a document, in their order; `name` is the document's in SQL.

    The one table of a document has its name; of several each has its own title behind that.
    """
    chunks = store.document_chunks(document.document_id)
    units = quotable_units(to_passages(store, [Hit(chunk.chunk_id, 1.0) for chunk in chunks], {}))
    found = [
        (c, table) for c in collections_of(units, least_rows=1, with_totals=True) if (table := _columns(c))
    ]
    titles = [_title(collection) for collection, _ in found]
    own = named_apart([sql_name(title.split(PATH)[-1], f"table_{i}") for i, title in enumerate(titles, 1)])
    names = [name] if len(own) == 1 else [f"{name}{DIVIDER}{title}" for title in own]
    return [
        _table(store, document, name, title, collection, columns, placed=i < _MOST_PLACED)
        for i, (name, title, (collection, columns)) in enumerate(zip(names, titles, found, strict=True))
    ]


def _title(collection: Collection) -> str:
    return collection.named[:_LONGEST_TITLE]


def _table(
    store: Store,
    document: DocumentInfo,
    name: str,
    title: str,
    collection: Collection,
    columns: Sequence[_Column],
    *,
    placed: bool,
) -> ReadTable:
    units = {unit for record in collection.records for unit in record.units}
    start, end = min(unit.start for unit in units), max(unit.end for unit in units)
    said = Counter(unit.row.unit for unit in units if unit.row is not None).most_common(1)
    told: list[tuple[QueryColumn, list[object], _Column]] = []
    for column in columns:
        names_rows = column.header in (collection.label_name, _LABEL)
        kind, values = typed(column.header, column.texts, names_rows=names_rows)
        unit = (
            "" if kind == "VARCHAR" else unit_beside(column.header, column.texts, said[0][0] if said else "")
        )
        told.append((QueryColumn("", column.header, kind, unit), values, column))
        if any(v is None and text.strip(_NOTHING) for v, text in zip(values, column.texts, strict=True)):
            text_column = QueryColumn("", f"{column.header} text".strip(), "VARCHAR")
            told.append((text_column, [text or None for text in column.texts], column))
    own = named_apart([sql_name(column.header, _COLUMN) for column, _, _ in told])
    head = tuple(
        QueryColumn(name, column.header, column.type, column.unit)
        for name, (column, _, _) in zip(own, told, strict=True)
    )
    rows = tuple(zip(*(values for _, values, _ in told), strict=True))
    places = tuple(zip(*([place for _, place in column.cells] for _, _, column in told), strict=True))
    return ReadTable(
        QueryTable(
            name,
            document.document_id,
            document.source,
            title,
            store.page_at(document.document_id, start).number,
            place_of(store, document.document_id, start, end) if placed else None,
            start,
            end,
            len(rows),
            sum(record.sums_up for record in collection.records),
            head,
        ),
        rows,
        places,
    )


def _columns(collection: Collection) -> list[_Column]:
    """The columns of a collection over the records that sum up no others; empty where there are none.

    A name that stands over several cells of a row makes a column each where all rows have as many, else one.
    """
    records = [record for record in collection.records if not record.sums_up]
    entries = [list(_entries(record, collection.label_name)) for record in records]
    counts = [Counter(header for header, _, _ in row) for row in entries]
    found = []
    for header in dict.fromkeys(header for row in entries for header, _, _ in row):
        held = [[(text, place) for name, text, place in row if name == header] for row in entries]
        most = max(count[header] for count in counts)
        if most > 1 and all(count[header] == most for count in counts):
            found += [_Column(header or _LABEL, tuple(row[i] for row in held)) for i in range(most)]
        else:
            found.append(_Column(header or _LABEL, tuple(map(_joined, held))))
    return found


def _entries(record: Record, label_name: str) -> Iterator[tuple[str, str, Span | None]]:
    """What a record tells: header, text and place; the header of a label without one is ""."""
    row = record.unit.row
    if row is not None:
        if row.sections:
            yield _SECTION, PATH.join(row.sections), None
        yield from _cells(row)
        return
    if label_name not in {field.name for field in record.fields}:
        yield label_name, record.label, _place(record.unit, record.label)
    for field in record.fields:
        yield field.name, field.value, _place(field.unit, field.value)


def _cells(row: Row) -> Iterator[tuple[str, str, Span | None]]:
    for i, cell in enumerate(row.cells):
        if not row.labels_next(i):
            yield cell.column, cell.text, Span(cell.start, cell.end)


def _place(unit: Unit, text: str) -> Span | None:
    """Where a unit says a text: the one place, or all of it where there are several; None where none."""
    if not text or text not in unit.text:
        return None
    start = unit.start + unit.text.index(text)
    return Span(start, start + len(text)) if unit.text.count(text) == 1 else unit.span


def _joined(held: Sequence[tuple[str, Span | None]]) -> tuple[str, Span | None]:
    """Cells under one name as one; their place reaches from the first to the last."""
    places = [place for _, place in held if place is not None]
    span = Span(min(p.start for p in places), max(p.end for p in places)) if places else None
    return _JOINED.join(text for text, _ in held), span
