"""Whether what the scan says of tables is right, on questions of which half are not told or laid as traps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest import ingest_paths
from rag.answering.tables import Chooser, Scanned, Scanner
from rag.answering.tables.choices import Operation
from rag.reading import read_question
from rag.retrieval.passage_merging import to_passages
from rag.schema import Hit, Passage
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder
from tests.rag.answering.tables.many_questions import QUESTIONS, write_tables

_LEAST_RIGHT = 0.95
_LEAST_TAKEN = 55

Asked = tuple[Scanner, dict[str, tuple[Passage, ...]]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder)
    settings = load_settings(environment={})
    with Store.open(folder / "library") as store:
        results = list(ingest_paths(sorted(folder.glob("*.*")), store, HashingEmbedder(), settings))
        assert [result.status for result in results] == ["added"] * 8
        hits = {
            info.source: [Hit(c.chunk_id, 1.0) for c in store.document_chunks(info.document_id)[:1]]
            for info in store.documents()
        }
        yield (
            Scanner(store, Chooser()),
            {source: to_passages(store, held, {}) for source, held in hits.items()},
        )


def scanned(asked: Asked, question: str) -> Scanned | None:
    """What the first table says that takes a question; each is asked, whatever a search would find."""
    scanner, passages = asked
    found = [scanner.scan(read_question(question), held) for held in passages.values()]
    return next((one for one in found if one is not None), None)


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


def test_nearly_all_that_is_said_is_right(asked: Asked) -> None:
    wrong, taken = [], 0
    for question, expected in QUESTIONS:
        found = scanned(asked, question)
        if found is None:
            continue
        taken += 1
        if denotation(found) != expected:
            wrong.append((question, expected, denotation(found)))
    assert len(wrong) <= (1 - _LEAST_RIGHT) * taken, wrong
    assert taken >= _LEAST_TAKEN
