"""Whether the chooser understands questions on tables that its training did not see.

    python -m benchmarks.tabular.measure [--folder data/tables] [--show] [--json]

Told are, by what is asked, how many requests come to the records that the label says, how many at all are
followed at several least surenesses, and how many of these are right.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tabular.questions import Asked, asked_of, read_tables
from rag.answering.tables.choice_layout import laid_out
from rag.answering.tables.choices import Operation
from rag.answering.tables.chooser import Chooser, logits_of
from rag.answering.tables.request import EXTREMES, Request, leaves_out, request_of
from rag.answering.tables.table_records import Collection
from rag.resources import resource

__all__ = ["Judged", "denotation", "judged", "told"]

_LEAST = (0.0, 0.3, 0.5, 0.7, 0.9)
_FAR = 50.0


@dataclass(frozen=True)
class Judged:
    """A question with the request that was read; `sureness` is 0 where there is none."""

    asked: Asked
    file: str
    request: Request | None
    is_right: bool

    @property
    def sureness(self) -> float:
        """That of the request."""
        return 0.0 if self.request is None else self.request.sureness


def judged(
    networks: Sequence[Mapping[str, np.ndarray]], heads: int, tables: Iterable[Mapping[str, Any]]
) -> list[Judged]:
    """Every question of some tables, read by networks of these weights."""
    read = [{name: part.astype(np.float32) for name, part in weights.items()} for weights in networks]

    def logits(asked: Asked) -> Sequence[float]:
        laid = laid_out(asked.question, asked.collection, asked.choices)
        return logits_of(laid, read, heads).tolist()

    return [
        _judged(asked, str(table["file"]), logits(asked))
        for table in tables
        for asked in asked_of(table)
        if asked.is_whole and asked.choices
    ]


def _judged(asked: Asked, file: str, logits: Sequence[float]) -> Judged:
    wanted = request_of(asked.choices, [_FAR if mark else -_FAR for mark in asked.marks], asked.collection)
    said = request_of(asked.choices, logits, asked.collection)
    if said is not None and leaves_out(asked.question, said, asked.choices, asked.collection):
        said = None
    same = denotation(said, asked.collection) == denotation(wanted, asked.collection)
    return Judged(asked, file, said, same)


def denotation(request: Request | None, collection: Collection) -> tuple[object, ...]:
    """What a request comes to: the operation, the places of its records, and the columns that are looked up.

    Nothing where there is no request.
    """
    if request is None:
        return ()
    places = {id(record): i for i, record in enumerate(collection.records)}
    records = list(request.records)
    kind = request.operation.value
    if request.operation in EXTREMES:
        column = collection.columns[request.field]
        orders = {id(r): column.order(r.field(request.field).value) for r in records}
        known = [order for order in orders.values() if order is not None]
        best = (max if request.operation is Operation.LARGEST else min)(known, default=None)
        records = [record for record in records if best is not None and orders[id(record)] == best]
        kind = "list"
    shown = sorted(request.shown) if request.operation is Operation.VALUE else ()
    return (kind, *sorted(places[id(record)] for record in records), *shown)


def told(found: Sequence[Judged]) -> str:
    """The figures as a table."""
    lines = [
        "asked | questions | right | " + " | ".join(f"followed at {least}: right / wrong" for least in _LEAST)
    ]
    groups = [
        (op, [one for one in found if one.asked.op == op]) for op in sorted({one.asked.op for one in found})
    ]
    for name, held in [*groups, ("all", list(found))]:
        cells = list(_cells(held))
        right = np.mean([one.is_right for one in held])
        lines.append(f"{name} | {len(held)} | {right:.2f} | " + " | ".join(cells))
    return "\n".join(lines)


def _cells(held: Sequence[Judged]) -> Iterator[str]:
    for least in _LEAST:
        followed = [one.is_right for one in held if one.request is not None and one.sureness >= least]
        right = sum(followed)
        yield f"{right / len(held):.2f} / {(len(followed) - right) / len(held):.2f}"


def main() -> None:
    """Ask, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, default=resource("data", "tables"))
    parser.add_argument("--show", action="store_true", help="print what was understood wrongly")
    given = parser.parse_args()
    chooser = Chooser(given.folder)
    found = [
        _judged(asked, table["file"], chooser.logits(asked.question, asked.collection, asked.choices))
        for table in read_tables(held_out=True)
        for asked in asked_of(table)
        if asked.is_whole and asked.choices
    ]
    for one in found if given.show else ():
        if not one.is_right:
            marked = [c.text for c, mark in zip(one.asked.choices, one.asked.marks, strict=True) if mark]
            said = one.request and (one.request.operation.value, one.request.field)
            said_by = [c.text for c in one.request.conditions] if one.request else []
            print(one.file, json.dumps(one.asked.question, ensure_ascii=False), marked, "|", said, said_by)
    print(told(found))


if __name__ == "__main__":
    main()
