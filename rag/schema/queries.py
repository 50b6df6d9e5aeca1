"""What is asked of tables in SQL, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from rag.schema.answers import Citation
from rag.schema.passages import Place

__all__ = ["QueryColumn", "QueryResult", "QueryRow", "QueryTable", "ResultColumn"]


@dataclass(frozen=True, slots=True)
class QueryColumn:
    """A column by its name in SQL, as it is headed in the document, with DuckDB's type of its values.

    `unit` is what stands beside its numbers, "" where nothing does or it differs.
    """

    name: str
    header: str
    type: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class QueryTable:
    """A table of a document as SQL names it: characters `start` to `end`, from `page` on.

    `totals` counts the rows that sum up others and are left out of the `rows`.
    """

    name: str
    document_id: str
    source: str
    title: str
    page: int
    place: Place | None
    start: int
    end: int
    rows: int
    totals: int
    columns: tuple[QueryColumn, ...]


class ResultColumn(NamedTuple):
    """A column of a result with DuckDB's type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class QueryRow:
    """A row of a result with the cells that it was taken or computed from."""

    values: tuple[Any, ...]
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a statement found; `tables` are those it names, `complete` is false where rows were cut off.

    `note` says what the rows or their citations leave out.
    """

    sql: str
    columns: tuple[ResultColumn, ...]
    rows: tuple[QueryRow, ...]
    tables: tuple[str, ...]
    complete: bool = True
    note: str = ""
