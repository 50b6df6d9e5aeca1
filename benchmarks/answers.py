"""Measure answers on shared sets, with given passages and through a library of the whole collection.

    python -m benchmarks.answers --data SETS_FOLDER --work FOLDER [--sample N] [--sets NAME ...]

Stores `benchmarks/results/answers.json` and draws `docs/reliability.svg` and `docs/risk_coverage.svg`.
Libraries and judgements are kept under the work folder, so that a run that was stopped goes on. Fails
if a single quote of a single answer is not what its document holds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ingest import ingest_paths
from ingest.chunkers import StructureChunker
from rag.evaluation import (
    AnswerFigures,
    AnswerSet,
    Judged,
    evaluate_answers,
    figures,
    index_corpus,
    read_answer_set,
    write_pictures,
)
from rag.library import Library
from rag.settings import load_settings

ROOT: Final = Path(__file__).resolve().parent.parent
SETS: Final = (
    *("clapnq_dev", "hotpot_small", "rgb_en_fact", "rgb_zh_fact", "xquad_en", "xquad_zh"),
    *("cmrc2018_trial", "drcd_dev", "tatqa_dev", "financebench_dev"),
)
COLUMNS: Final = (
    *("set", "passages", "questions", "gold contained", "F1", "citation precision", "citation recall"),
    *("right", "unanswerable refused", "answerable refused", "AUROC answerable", "conflict told", "s"),
)
_MEASURES: Final = (
    *("contained", "f1", "citation_precision", "citation_recall", "accuracy"),
    *("abstention_recall", "answerable_refused", "auroc_answerable", "conflicts_told"),
)
_GIVEN_PASSAGES: Final = 5
_ORDINARY: Final = ("given", "searched")


@dataclass(frozen=True)
class Task:
    """Questions asked in one way; those that bring passages are not asked of the library of their set."""

    label: str
    asked: AnswerSet


def main() -> None:
    """Measure, store, draw; exit 1 where a quote does not verify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of sets with questions.jsonl")
    parser.add_argument("--work", type=Path, required=True, help="folder for libraries and judgements")
    parser.add_argument("--sample", type=int, default=100, help="questions a set and way; 0: all")
    parser.add_argument("--sets", nargs="+", default=SETS, help="only these")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    found: dict[tuple[str, str], list[Judged]] = {}
    for name in arguments.sets:
        for task, judged in measured(arguments.data / name, arguments.work, arguments.sample or None):
            found[name, task.label] = judged
            print(f"{name}, {task.label}: {json.dumps(figures(judged, samples=1).metrics)}", flush=True)
    every = [line for judged in found.values() for line in judged]
    store(found, every, arguments.sample)
    if lines := ordinary(found):
        write_pictures(ROOT / "docs", lines)
    wrong = [line for line in every if line.quotes != line.verified]
    if wrong:
        sys.exit(f"{len(wrong)} answers with a quote that does not verify, such as {wrong[0].question_id}")


def measured(folder: Path, work: Path, sample: int | None) -> Iterator[tuple[Task, list[Judged]]]:
    """Each way of asking a set, with its judgements."""
    asked = unseen_first(read_answer_set(folder), sample)
    with library_of(folder, work) as library:
        for task in tasks(asked, folder):
            output = work / f"{folder.name}-{task.label.replace(' ', '-')}.jsonl"
            yield task, evaluate_answers(library, task.asked.questions, output)


def tasks(asked: AnswerSet, folder: Path) -> Iterator[Task]:
    """Given passages and search; for sets that come with noise, noise of two strengths."""
    if folder.name.startswith("rgb"):
        yield from noise_tasks(asked, folder)
        return
    if asked.entries:
        yield Task("given", asked.with_given_passages())
    yield Task("searched", asked)


def unseen_first(asked: AnswerSet, sample: int | None) -> AnswerSet:
    """At most `sample` questions: of those that no fit of the confidence has seen, then of the others."""
    if sample is None:
        return asked
    held_out = [q for q in asked.questions if is_held_out(q.question_id)]
    seen = [q for q in asked.questions if not is_held_out(q.question_id)]
    first = replace(asked, questions=tuple(held_out)).limited(sample).questions
    rest = replace(asked, questions=tuple(seen)).limited(sample - len(first)).questions
    return replace(asked, questions=(*first, *rest))


def is_held_out(question_id: str) -> bool:
    """Whether a question belongs to the half that `benchmarks/fit_confidence.py` does not fit on."""
    return hashlib.sha256(question_id.encode()).digest()[0] % 2 == 1


def library_of(folder: Path, work: Path) -> Library:
    """The library of a set's collection or PDFs with the default preset, made once."""
    library = Library.open(work / f"{folder.name}-library", load_settings())
    if library.store.chunk_count():
        return library
    pdfs = sorted((folder / "pdfs").glob("*.pdf"))
    if pdfs:
        for result in ingest_paths(pdfs, library.store, library.embedder, library.settings):
            print(f"{result.source}: {result.status}", flush=True)
        return library
    chunker = StructureChunker(library.settings.chunking)
    entries = tuple(read_answer_set(folder).entries.values())
    index_corpus(library.store, library.embedder, entries, lambda d: chunker.chunks(d, library.embedder))
    return library


def store(found: dict[tuple[str, str], list[Judged]], every: Sequence[Judged], sample: int) -> None:
    """Write the table with its figures."""
    measures = {key: figures(judged) for key, judged in found.items()}
    result = {
        "columns": COLUMNS,
        "rows": [_row(name, label, measures[name, label]) for name, label in found],
        "note": _note(figures(ordinary(found) or every), sum(line.quotes for line in every), sample),
        "figures": {
            **{f"{name}, {label}": _plain(figure) for (name, label), figure in measures.items()},
            "given and searched": _plain(figures(ordinary(found) or every)),
            "all": _plain(figures(every)),
        },
    }
    path = ROOT / "benchmarks" / "results" / "answers.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def ordinary(found: dict[tuple[str, str], list[Judged]]) -> list[Judged]:
    """What was asked of given or searched passages, of the half that no fit of the confidence has seen.

    Noise and contradictions are tests of strength.
    """
    return [
        line
        for (_, label), judged in found.items()
        for line in judged
        if label in _ORDINARY and is_held_out(line.question_id)
    ]


def _note(whole: AnswerFigures, quotes: int, sample: int) -> str:
    size = (
        f"up to {sample} questions a row, those first that the confidence was not fitted on"
        if sample
        else "all questions"
    )
    (low, high), metrics = whole.intervals["ece"], whole.metrics
    return (
        f"Default preset, two CPU cores, {size}; 95 % bootstrap intervals. Passages given: those of the "
        "question; searched: the whole collection; noise: two or all of five passages do not answer; "
        "counterfactual: two of five tell something else. Right: the short answer is held by what is cited, "
        "else gold evidence is cited (docs/measuring.md). s: median seconds. Every one of "
        f"{quotes} quotes verifies. Confidence before any refusal, over {whole.questions} answers from given "
        "and searched passages to questions that no fit has seen: ECE "
        f"{metrics['ece']:.3f} ({low:.3f} to {high:.3f}), Brier {metrics['brier']:.3f}, AUROC "
        f"{metrics.get('auroc', 0.0):.3f}."
    )


def noise_tasks(asked: AnswerSet, folder: Path) -> Iterator[Task]:
    lines = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    rows = {str(line["id"]): line for line in lines}

    def named(choose: Callable[[dict[str, Any]], list[str]]) -> AnswerSet:
        return asked.with_passages(
            [_shuffled(choose(rows[q.question_id]), q.question_id) for q in asked.questions]
        )

    mixed = named(lambda row: _mixed(row["gold_doc_ids"][:3], row["negative_doc_ids"]))
    yield Task("noise .4", mixed)
    yield Task("counterfactual", named(_both_sides))
    noise = named(lambda row: row["negative_doc_ids"][:_GIVEN_PASSAGES])
    unanswerable = tuple(replace(q, answerable=False) for q in noise.questions if q.passages)
    yield Task("noise only", replace(noise, questions=unanswerable))


def _both_sides(row: dict[str, Any]) -> list[str]:
    return _mixed(row["gold_doc_ids"][:2] + row["counterfactual_doc_ids"][:2], row["negative_doc_ids"])


def _mixed(gold: list[str], noise: list[str]) -> list[str]:
    return gold + noise[: _GIVEN_PASSAGES - len(gold)]


def _shuffled(names: list[str], seed: str) -> list[str]:
    return random.Random(seed).sample(names, len(names))


def _row(name: str, label: str, found: AnswerFigures) -> list[str]:
    cells = [_cell(found, measure) for measure in _MEASURES]
    return [name, label, str(found.questions), *cells, f"{found.metrics['latency_p50']:.2f}"]


def _cell(found: AnswerFigures, measure: str) -> str:
    if measure not in found.metrics:
        return "–"
    low, high = found.intervals[measure]
    return f"{_short(found.metrics[measure])} ({_short(low)}–{_short(high)})"


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def _plain(found: AnswerFigures) -> dict[str, Any]:
    return {
        "questions": found.questions,
        "metrics": {name: round(value, 4) for name, value in found.metrics.items()},
        "intervals": {n: [round(low, 4), round(high, 4)] for n, (low, high) in found.intervals.items()},
    }


if __name__ == "__main__":
    main()
