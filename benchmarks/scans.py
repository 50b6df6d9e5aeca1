"""How often the scan of tables is right: questions on CSV files, each asked of its own table.

    python -m benchmarks.scans SETS/wtq_test [--most N] [--show]

The set is WikiTableQuestions (Pasupat and Liang 2015), with its denotation accuracy: the answers are the
same set of values, numbers compared as numbers. Told are how many questions the scan takes and how many of
these are right; what it leaves goes the way of every other question. Nothing was fitted on the set.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from ingest import ingest_paths
from rag.answering.tables import Chooser, Scanned, Scanner
from rag.answering.tables.choices import Operation
from rag.answering.tables.columns import number_of
from rag.models import build_embedder
from rag.reading import read_question
from rag.retrieval.passage_merging import to_passages
from rag.schema import Hit
from rag.settings import load_settings
from rag.store import Store
from rag.text import words

_FAST = "packaged:universal-sentence-encoder-multilingual"


def main() -> None:
    """Ask, and print how many are taken and right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=500, help="questions, from the first on")
    parser.add_argument("--show", action="store_true", help="print what was told wrongly")
    given = parser.parse_args()
    lines = (given.folder / "questions.jsonl").read_text("utf-8").splitlines()[: given.most]
    questions = [json.loads(line) for line in lines]
    settings = load_settings(overrides={"embedder": {"model": _FAST}})
    embedder = build_embedder(settings)
    chooser = Chooser()
    taken = right = 0
    with tempfile.TemporaryDirectory() as work, Store.open(Path(work)) as store:
        names = dict.fromkeys(name for question in questions for name in question["gold_doc_ids"])
        for _ in ingest_paths([given.folder / name for name in names], store, embedder, settings):
            pass
        documents = {info.source: info.document_id for info in store.documents()}
        for question in questions:
            ids = [i for source, i in documents.items() if source.endswith(question["gold_doc_ids"][0])]
            chunks = [chunk for i in ids for chunk in store.document_chunks(i)[:1]]
            passages = to_passages(store, [Hit(chunk.chunk_id, 1.0) for chunk in chunks], {})
            found = Scanner(store, chooser).scan(read_question(question["question"]), passages)
            if found is None:
                continue
            taken += 1
            good = is_right(found, question["answers"])
            right += good
            if given.show and not good:
                print(question["question"], question["answers"], found.request.operation, denotation(found))
    print(json.dumps({"questions": len(questions), "taken": taken, "right": right}))


def denotation(found: Scanned) -> list[str]:
    """What the scan says, as values."""
    request = found.request
    if request.operation is Operation.COUNT:
        return [str(len(request.records))]
    if request.operation in (Operation.SUM, Operation.MEAN):
        column = found.collection.columns[request.field]
        values = [column.order(record.field(request.field).value) or 0.0 for record in request.records]
        return [f"{sum(values) / (len(values) if request.operation is Operation.MEAN else 1):g}"]
    if request.shown:
        return [record.field(request.shown[0]).value for record in found.told]
    return [record.label for record in found.told]


def is_right(found: Scanned, answers: list[str]) -> bool:
    """Whether the values are the same; the value that was the largest is right beside its record."""
    told = denotation(found)
    if _plain(told) == _plain(answers):
        return True
    values = [f.value for record in found.told for f in record.fields if f.name == found.request.field]
    return bool(values) and _plain(values) == _plain(answers)


def _plain(values: list[str]) -> set[str]:
    return {
        f"{number:g}"
        if (number := number_of(value)) is not None and value.strip()[:1].isdigit()
        else " ".join(words(value))
        for value in values
    }


if __name__ == "__main__":
    main()
