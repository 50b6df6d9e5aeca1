"""Fit the weights of evidence and confidence for passages in other languages than the question.

    python -m benchmarks.fit_foreign SETS_FOLDER --work FOLDER [--most N] [--write]

Fitted on XQuAD's English questions with its Chinese passages and the other way round, and on our own
questions of the kind `cross_language`. Half of XQuAD's questions and the cases of `HELD_OUT` are
only reported. Every question is asked with the passages that answer it and once more without. Both models
are those of `benchmarks/fit_evidence.py` and `benchmarks/fit_confidence.py`, kept in one file.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.answers import library_of
from benchmarks.confidence_data import Example
from benchmarks.crossing import CROSSINGS, crossed_set
from benchmarks.field_judge import FieldQuestion, read_field_set
from benchmarks.fit_confidence import figures_by_way
from benchmarks.fit_confidence import fit as fit_calibrator
from benchmarks.fit_data import OWN_SETS, CachedEmbedder, Case, Task, holds_answer, labels_of, read_tasks
from benchmarks.fit_evidence import EMBEDDERS, MOST_QUESTIONS, fit_units
from ingest import ingest_paths
from rag.answering.calibration import Calibrator
from rag.answering.confidence import confidence_features
from rag.answering.term_weights import library_term_weights
from rag.library import Library
from rag.models import build_embedder, load_readers
from rag.reading import EvidenceSelector, read_question
from rag.reading.evidence import Measured, select_measured
from rag.reading.evidence_weights import UnitModels
from rag.resources import resource
from rag.retrieval import ForeignRetriever, merge_neighbours
from rag.schema import source_name
from rag.settings import load_settings
from rag.store import Store

_OWN: Final = frozenset(folder.name for folder in OWN_SETS)
HELD_OUT: Final = ("abroad-clinic", "abroad-orchard", "t2-en-museum", "t2-fr-camping", "t2-zh-huiyi")
"""Cases that are never fitted on."""
CONFIDENCE: Final = (
    *("cosine", "score", "kind", "numbers_missing", "numbers_far", "identifiers_far"),
    *("read", "read_evidence", "read_answerable", "read_span", "read_margin", "read_best"),
    *("read_anywhere", "read_alone"),
)
"""What the confidence rests on: all other features speak of shared words, or fit a few questions too well."""
_KIND: Final = "cross_language"
_SENTENCES: Final = 3


class Abroad:
    """Asks the libraries of all sets, with one embedder whose vectors are kept in a file."""

    def __init__(self, sets: Path, work: Path, most: int) -> None:
        settings = load_settings()
        first, second = (
            build_embedder(load_settings(overrides={"embedder": {"model": name}})) for name in EMBEDDERS
        )
        self._settings, self._first = settings, first
        self._embedder = CachedEmbedder(second, work / "embeddings")
        self._selector = EvidenceSelector(None, load_readers(settings), second=lambda: self._embedder)
        self._sets, self._work, self._most = sets, work, most

    def cases(self) -> Iterator[Case]:
        """Every question with the best passages in another language, and without those that answer."""
        for name in CROSSINGS:
            yield from self._crossed(crossed_set(self._sets, name, self._work))
            self._embedder.save()
        for folder in OWN_SETS:
            yield from self._own(folder)
        self._embedder.save()

    def _crossed(self, folder: Path) -> Iterator[Case]:
        library = library_of(folder, self._work)
        names = {info.source: info.document_id for info in library.documents()}
        for task in read_tasks(folder.parent, folder.name, self._most):
            rest = [own for source, own in names.items() if source not in task.gold]
            for kind, documents in (("retrieved", None), ("without", rest)):
                measured = self._measured(library, task.question, documents)
                if measured is not None and measured.units:
                    yield Case(task, kind, measured, labels_of(task, measured))

    def _own(self, folder: Path) -> Iterator[Case]:
        questions = [q for q in read_field_set(folder) if q.kind == _KIND]
        for case in dict.fromkeys(question.case for question in questions):
            store = Store.open(self._work / f"{folder.name}-{case}")  # left open, as in `field_cases`
            for _ in ingest_paths([folder / "files" / case], store, self._first, self._settings):
                pass
            library = Library(store, self._settings, self._first)
            for question in (q for q in questions if q.case == case):
                task = _task(question, folder.name)
                others = [d for d in library.documents() if source_name(d.source) not in task.gold]
                for kind, documents in (("retrieved", None), ("without", [d.document_id for d in others])):
                    measured = self._measured(library, question.question, documents)
                    if measured is not None and measured.units:
                        shown = measured.passages if kind == "retrieved" else ()
                        told = [bool(shown) and holds_answer(u, shown, question) for u in measured.units]
                        yield Case(task, kind, measured, np.array([told], np.float64))

    def _measured(self, library: Library, question: str, documents: Sequence[str] | None) -> Measured | None:
        retriever = ForeignRetriever(
            library.store, library.retriever, lambda: self._embedder, self._settings.retrieval
        )
        found = retriever.retrieve(question, documents)
        if found is None:
            return None
        passages = merge_neighbours(found.passages, library.store)
        weight = library_term_weights(library.store, read_question(question).terms)
        return self._selector.measure(question, passages, weight, foreign=True)


def main() -> None:
    """Fit, report, and write `data/language/foreign.json` when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for libraries and embeddings")
    parser.add_argument("--most", type=int, default=MOST_QUESTIONS, help="questions of a set")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    measured = list(Abroad(arguments.sets, arguments.work, arguments.most).cases())
    seen = [case for case in measured if not is_unseen(case.task)]
    models = fit_units(seen)
    calibrator = fit_calibrator([example_of(case, models) for case in seen])
    unseen = [example_of(case, models) for case in measured if is_unseen(case.task)]
    report = figures_by_way(unseen, calibrator)
    print(json.dumps(report, indent=1))
    if arguments.write:
        write(models, calibrator, report)


def is_unseen(task: Task) -> bool:
    """Whether a question is only reported on."""
    if task.set_name in _OWN:
        return task.question_id.startswith(HELD_OUT)
    return task.half == 1


def example_of(case: Case, models: UnitModels) -> Example:
    """What the confidence rests on; right is an answer that tells a sentence with the answer."""
    selection = select_measured(case.measured, models, _SENTENCES)
    features = confidence_features(selection, case.measured.passages, case.measured.weight)
    marked = {unit for unit, label in zip(case.measured.units, case.any_label, strict=True) if label}
    answerable = case.task.answerable and case.kind != "without"
    return Example(
        key=case.task.question_id,
        set_name=case.task.set_name,
        way="searched" if case.kind == "retrieved" else case.kind,
        held_out=is_unseen(case.task),
        answerable=answerable,
        right=answerable and any(evidence.unit in marked for evidence in selection.told),
        features={name: features.get(name, 0.0) for name in CONFIDENCE},
    )


def write(models: UnitModels, calibrator: Calibrator, report: dict[str, Any]) -> None:
    """Write the shipped file."""
    tree = {
        "about": "Weights for passages in other languages than the question, by benchmarks/fit_foreign.py.",
        **models.to_json(),
        "answers": calibrator.to_json(),
        "report": report,
    }
    path = resource("data", "language", "foreign.json")
    path.write_text(json.dumps(tree, indent=1) + "\n", "utf-8")


def _task(question: FieldQuestion, set_name: str) -> Task:
    return Task(
        set_name,
        question.question_id,
        question.question,
        question.answers,
        bool(question.answers),
        frozenset(question.documents),
    )


if __name__ == "__main__":
    main()
