"""Invented tables with questions and what they ask, as training data for the chooser.

`benchmarks/tabular/tables` holds one table a line:

    {"title": "Paint stock", "lang": "en", "columns": ["Paint", "Price (EUR)", "Stock"],
     "rows": [["Linen", "18.50", "sold out"], ...],
     "questions": [{"q": "Which paints are sold out?", "op": "list", "where": [["Stock", "is", "sold out"]]},
                   {"q": "what's the cheapest?", "op": "smallest", "by": "Price (EUR)"}]}

`op` is list, count, largest, smallest, sum, mean, value (a cell of a named row) or none (the table does not
tell); `show` names columns whose values are asked for. The first column is what a row is called by. Relations
are those of `Relation`, and a bound is written as the question says it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rag.answering.tables.choices import Choice, Operation, Relation, choices_of
from rag.answering.tables.columns import Column
from rag.answering.tables.literals import Literal, literals_of
from rag.answering.tables.table_records import Collection, Field, Record
from rag.reading import Unit
from rag.text import words

__all__ = ["FOLDER", "Asked", "asked_elsewhere", "asked_of", "collection_of", "read_tables"]

FOLDER: Final = Path(__file__).resolve().parent / "tables"
_HELD_OUT: Final = 12
"""One table in so many is kept out."""
_LONG: Final = 4
"""Letters of a word that may tell what a question is about."""
_NOWHERE: Final = Unit(0, 0, "", 0, 0, "")


@dataclass(frozen=True)
class Asked:
    """A question on a table with its choices, and which of them it asks for: none where `op` is none.

    `is_whole` says that all that it asks for is among the choices.
    """

    question: str
    op: str
    collection: Collection
    choices: tuple[Choice, ...]
    marks: tuple[bool, ...]
    is_whole: bool


def read_tables(folder: Path = FOLDER, *, held_out: bool) -> Iterator[dict[str, Any]]:
    """The tables that are kept out of training, or the others; each with the name of its file as `file`."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            table = json.loads(line)
            if _is_held_out(table) is held_out:
                yield {**table, "file": path.stem}


def collection_of(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> Collection:
    """A table as the program reads it; the first column is what its rows are called by."""
    records = tuple(
        Record(row[0], tuple(Field(n, v, _NOWHERE) for n, v in zip(columns, row, strict=True)), _NOWHERE)
        for row in rows
    )
    return Collection(records, columns[0], title)


def asked_of(table: Mapping[str, Any]) -> Iterator[Asked]:
    """The questions of a table."""
    collection = collection_of(table["columns"], table["rows"], table["title"])
    for row in table["questions"]:
        choices = tuple(choices_of(row["q"], collection))
        marks, is_whole = _marks(row, collection, choices)
        yield Asked(row["q"], row["op"], collection, choices, marks, is_whole)


def asked_elsewhere(table: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Asked]:
    """The questions of a table put to another one, which does not answer them.

    They have to name something that the table holds and the other one does not.
    """
    own, foreign = (words(" ".join(_texts(one)).casefold()) for one in (table, other))
    collection = collection_of(other["columns"], other["rows"], other["title"])
    for row in table["questions"]:
        said = [word for word in words(row["q"].casefold()) if len(word) >= _LONG or not word.isascii()]
        if any(word in own and word not in foreign for word in said):
            choices = tuple(choices_of(row["q"], collection))
            yield Asked(row["q"], "none", collection, choices, (False,) * len(choices), is_whole=True)


def _texts(table: Mapping[str, Any]) -> list[str]:
    return [table["title"], *table["columns"], *(cell for row in table["rows"] for cell in row)]


def _is_held_out(table: Mapping[str, Any]) -> bool:
    return hashlib.sha256(json.dumps(table["rows"]).encode()).digest()[0] % _HELD_OUT == 0


def _marks(
    row: Mapping[str, Any], collection: Collection, choices: Sequence[Choice]
) -> tuple[tuple[bool, ...], bool]:
    if row["op"] == "none":
        return (False,) * len(choices), True
    wanted = [("where", *condition) for condition in _conditions(row)]
    wanted += [("tell", name, "", "") for name in row.get("show") or ()]
    if row["op"] in set(Operation):
        wanted.append(("do", row.get("by", ""), row["op"], ""))
    marks = [False] * len(choices)
    is_whole = True
    for kind, column, relation, value in wanted:
        found = [
            i for i, choice in enumerate(choices) if _is_it(choice, kind, column, relation, value, collection)
        ]
        is_whole = is_whole and (bool(found) or kind == "tell")
        for i in found:
            marks[i] = True
    return tuple(marks), is_whole


def _conditions(row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Column, relation and value of each condition; the value of one that needs none is empty."""
    return [(w[0], w[1], str(w[2]) if len(w) > 2 else "") for w in row.get("where") or ()]


def _is_it(choice: Choice, kind: str, column: str, relation: str, value: str, collection: Collection) -> bool:
    if kind == "do":
        by = "" if relation in ("list", "value", "count") else column
        return choice.operation is not None and choice.operation.value == relation and choice.column == by
    if choice.operation is not None or choice.column != column:
        return False
    if kind == "tell":
        return choice.relation is None
    return choice.relation is not None and _is_condition(choice, relation, value, collection.columns[column])


def _is_condition(choice: Choice, relation: str, value: str, column: Column) -> bool:
    assert choice.relation is not None
    if choice.literal is not None:
        within = choice.relation is Relation.WITHIN and relation == "is"
        return (within or choice.relation.value == relation) and _same(value, choice.literal, column)
    if choice.relation in (Relation.EMPTY, Relation.FILLED):
        return choice.relation.value == relation
    same = choice.value.casefold() == value.strip().casefold()
    return same and (choice.relation.value == relation or {choice.relation.value, relation} == {"is", "has"})


def _same(value: str, literal: Literal, column: Column) -> bool:
    bound = literal.bound(column)
    others = [other.bound(column) for other in literals_of(value)]
    return bound is not None and (bound in others or literal.point(value, column) == bound)
