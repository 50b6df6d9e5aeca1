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

_LEAST_RIGHT = 44
_MOST_WRONG = 3
"""Of 76 questions that the tables answer."""
_MOST_TRAPPED = 26
"""Of 70 that name their values and ask for what they do not tell."""


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


def test_most_questions_are_understood_and_most_traps_are_seen(library: Library) -> None:
    scanner = Scanner(library.store, Chooser())
    right, wrong, trapped = [], [], []
    for question, expected in QUESTIONS:
        found = scanner.scan(read_question(question), library.retriever.retrieve(question).passages)
        if found is not None:
            told = denotation(found)
            (trapped if expected is None else right if told == expected else wrong).append((question, told))
    assert len(right) >= _LEAST_RIGHT
    assert len(wrong) <= _MOST_WRONG, wrong
    assert len(trapped) <= _MOST_TRAPPED, trapped
