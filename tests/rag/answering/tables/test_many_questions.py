"""Whether what the scan says of tables is right, on questions of which half are not told or laid as traps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest import ingest_paths
from rag.answering.tables import Chooser, Scanned, Scanner
from rag.answering.tables.choices import Operation
from rag.library import Library
from rag.reading import read_question
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder
from tests.rag.answering.tables.many_questions import QUESTIONS, write_tables

_LEAST_RIGHT = 0.95
_LEAST_FOUND = 55


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder)
    settings = load_settings(environment={})
    with Store.open(folder / "library") as store:
        results = list(ingest_paths(sorted(folder.glob("*.*")), store, HashingEmbedder(), settings))
        assert [result.status for result in results] == ["added"] * 8
        yield Library(store, settings, HashingEmbedder())


def denotation(found: Scanned) -> set[str] | float:
    """What is said, as labels or a number."""
    request = found.request
    if request.operation is Operation.COUNT:
        return float(len(found.told))
    if request.operation in (Operation.SUM, Operation.MEAN):
        column = found.collection.columns[request.field]
        values = [column.order(value) or 0.0 for r in request.records for value in r.values(request.field)]
        return round(sum(values) / (len(values) if request.operation is Operation.MEAN else 1), 2)
    return {record.label for record in found.told}


def test_most_that_is_said_is_right(library: Library) -> None:
    scanner = Scanner(library.store, Chooser())
    wrong, taken, right = [], 0, 0
    for question, expected in QUESTIONS:
        found = scanner.scan(read_question(question), library.retriever.retrieve(question).passages)
        if found is None:
            continue
        taken += 1
        right += denotation(found) == expected
        if denotation(found) != expected:
            wrong.append((question, expected, denotation(found)))
    assert right >= _LEAST_RIGHT * taken, wrong
    assert right >= _LEAST_FOUND, right
