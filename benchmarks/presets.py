"""What a preset's generator does to answers: quotes alone against models that write, on the same questions.

    python -m benchmarks.presets --data SETS_FOLDER --work FOLDER [--gguf FILE ...] [--questions N]

Each way of answering is asked the first questions of every set's own sample, through a library of the
whole collection, or (RGB) of passages that hold no answer. A GGUF file is asked under the preset
`cpu-writer`. Every answer is kept under the work folder, so that a run that was stopped goes on;
`--sets` and `--only` ask less and store all that there is. Stores `benchmarks/results/presets.json`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks.answers import is_held_out, library_of, tasks
from rag.evaluation import AnswerQuestion, bootstrap_mean, read_answer_set
from rag.evaluation.text_metrics import best_over_answers, contains, f1
from rag.library import Library
from rag.schema import Answer, Support
from rag.settings import Settings, load_settings

ROOT: Final = Path(__file__).resolve().parent.parent
SETS: Final = {
    "xquad_en": "searched",
    "clapnq_dev": "searched",
    "xquad_zh": "searched",
    "rgb_en_fact": "noise only",
    "rgb_zh_fact": "noise only",
}
COLUMNS: Final = (
    *("set", "answers", "questions", "gold contained", "F1 of the text", "F1 of the short answer"),
    *("supported sentences", "answerable refused", "unanswerable refused", "words", "CPU s"),
)
_PACKAGED: Final = "SmolLM2-135M, packaged"


@dataclass(frozen=True)
class Told:
    """One question's answer, scored. Scores of an answer to what has none are 0; silence scores 0 too."""

    question: str
    answerable: bool
    abstained: bool
    contained: float
    f1: float
    short_f1: float
    supported: float | None
    words: int
    seconds: float
    text: str


def main() -> None:
    """Ask what has not been asked yet, and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of sets with questions.jsonl")
    parser.add_argument("--work", type=Path, required=True, help="folder for libraries and answers")
    parser.add_argument("--gguf", type=Path, nargs="*", default=[], help="weights for the preset cpu-writer")
    parser.add_argument("--questions", type=int, default=20, help="questions a set")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    parser.add_argument("--only", nargs="+", help="ask only these ways of answering")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="ask nothing new after so long")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + arguments.seconds
    found: dict[tuple[str, str], list[Told]] = {}
    for way, settings in ways(arguments.gguf).items():
        for folder in (arguments.data / name for name in SETS):
            asks = folder.name in arguments.sets and way in (arguments.only or [way])
            told = measured(folder, arguments.work, way, settings, arguments.questions, end if asks else 0.0)
            if told:
                found[folder.name, way] = told
    store(found)


def ways(weights: Iterable[Path]) -> dict[str, Settings]:
    """The settings of each way of answering, by its name in the table."""
    evidence = {"prompt": {"reads": "evidence"}, "examples": {"selector": "none"}}
    writes = {"generator": {"writes": True, "max_new_tokens": 96}}
    found = {
        "quotes (default)": load_settings(),
        f"{_PACKAGED}: reads passages": load_settings(None, writes),
        f"{_PACKAGED}: reads evidence": load_settings(None, writes | evidence),
    }
    for file in weights:
        model = {"generator": {"model": str(file)}}
        found[f"{file.stem}: reads evidence"] = load_settings("cpu-writer", model)
    return found


def measured(folder: Path, work: Path, way: str, settings: Settings, limit: int, end: float) -> list[Told]:
    """The answers to a set's questions; nothing is asked once the clock shows `end`."""
    if not folder.is_dir():
        return []
    kept = work / f"presets-{folder.name}-{way.replace(' ', '-').replace(':', '')}.jsonl"
    lines = kept.read_text("utf-8").splitlines() if kept.is_file() else []
    known = {line["key"]: Told(**line["told"]) for line in map(json.loads, lines)}
    asked = questions_of(folder, limit)
    missing = [question for question in asked if question.question_id not in known]
    if missing and time.monotonic() < end:
        with library_of(folder, work) as plain:
            library = plain.under(settings)
            for question in missing:
                if time.monotonic() >= end:
                    break
                known[question.question_id] = told = ask(library, question)
                with kept.open("a", encoding="utf-8") as file:
                    line = {"key": question.question_id, "told": asdict(told)}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                print(f"{folder.name}, {way}: {told.seconds:.1f} s, {told.text[:90]!r}", flush=True)
    return [known[question.question_id] for question in asked if question.question_id in known]


def questions_of(folder: Path, limit: int) -> Sequence[AnswerQuestion]:
    """The first questions of a set's own sample, those first that no fit of the confidence has seen.

    Questions that come with noise bring the passages that they are to be read from.
    """
    whole = read_answer_set(folder)
    listed = folder / "lite_ids.json"
    every = [question.question_id for question in whole.questions]
    ids = json.loads(listed.read_text("utf-8")) if listed.is_file() else every
    places = {str(key): place for place, key in enumerate(ids)}
    sample = [question for question in whole.questions if question.question_id in places]
    sample.sort(key=lambda q: (not is_held_out(q.question_id), places[q.question_id]))
    asked = replace(whole, questions=tuple(sample[:limit]))
    task = next(task for task in tasks(asked, folder) if task.label == SETS[folder.name])
    return task.asked.questions


def ask(library: Library, question: AnswerQuestion) -> Told:
    """Ask one question and score what is told."""
    answerer = library.answerer
    started = time.process_time()  # the clock of one thread's work: the machine may be shared
    if question.passages:
        answer, _ = answerer.answer_from(question.question, question.passages)
    else:
        answer, _ = answerer.answer(question.question)
    return scored(question, answer, time.process_time() - started)


def scored(question: AnswerQuestion, answer: Answer, seconds: float) -> Told:
    """An answer against the right ones; the short answer, where there is none, is the whole text."""
    text = "" if answer.abstained else answer.text
    short = answer.short_answer.text if answer.short_answer and text else text
    right = question.answers if question.answerable else ()
    borne = [sentence.support is Support.SUPPORTED for sentence in answer.sentences]
    return Told(
        question=question.question,
        answerable=question.answerable,
        abstained=answer.abstained,
        contained=best_over_answers(contains, text, right),
        f1=best_over_answers(f1, text, right),
        short_f1=best_over_answers(f1, short, right),
        supported=statistics.mean(borne) if borne and text else None,
        words=len(text.split()),
        seconds=seconds,
        text=text,
    )


def store(found: dict[tuple[str, str], list[Told]]) -> None:
    """Write the table, set by set."""
    order = sorted(found, key=lambda key: list(SETS).index(key[0]))
    result = {
        "columns": COLUMNS,
        "rows": [row(name, way, found[name, way]) for name, way in order],
        "note": (
            "Questions of each set's own sample, first those that no fit of the confidence has seen; the "
            "whole collection searched (RGB: passages given that hold no answer); 95 % bootstrap intervals. "
            "Every way has the same retrieval, evidence and confidence below which nothing is told; a model "
            "may refuse besides. Gold contained and F1 count a refusal as 0; the short answer is cut from "
            "the evidence, whoever writes. Supported: share of told sentences that the evidence bears out. "
            "CPU s: median CPU seconds a question on one thread (AVX2, no GPU). GGUF weights are Q4_K_M."
        ),
    }
    path = ROOT / "benchmarks" / "results" / "presets.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def row(name: str, way: str, told: Sequence[Told]) -> list[str]:
    """One line of the table; what a set cannot show is a dash."""
    answerable = [line for line in told if line.answerable]
    others = [line for line in told if not line.answerable]
    given = [line for line in told if not line.abstained]
    return [
        *(name, way, str(len(told))),
        *(_share(getattr(line, score) for line in answerable) for score in ("contained", "f1", "short_f1")),
        _share(line.supported for line in given if line.supported is not None),
        _share(float(line.abstained) for line in answerable),
        _share(float(line.abstained) for line in others),
        f"{statistics.median(line.words for line in given):.0f}" if given else "–",
        f"{statistics.median(line.seconds for line in told):.1f}",
    ]


def _share(values: Iterable[float]) -> str:
    known = list(values)
    if not known:
        return "–"
    interval = bootstrap_mean(known)
    return f"{_short(interval.mean)} ({_short(interval.low)}–{_short(interval.high)})"


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


if __name__ == "__main__":
    main()
