"""What a preset's generator does to answers: quotes alone against models that write, on the same questions.

    python -m benchmarks.presets --data SETS_FOLDER --work FOLDER [--gguf FILE ...] [--questions N]

Each way of answering is asked the first questions of every set's own sample, through a library of the
whole collection, or (RGB) of passages that hold no answer. A GGUF file is asked under the preset
`cpu-writer`. Every draft is kept under the work folder with the time it took: a run that was stopped goes
on, and what is done with a draft can be measured again without rewriting it. `--sets` and `--only` ask
less and store all that there is. Stores `benchmarks/results/presets.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from pydantic import PrivateAttr

from benchmarks.answers import is_held_out, library_of, tasks
from rag.evaluation import AnswerQuestion, bootstrap_mean, read_answer_set
from rag.evaluation.text_metrics import best_over_answers, contains, f1
from rag.library import Library
from rag.models import build_generator
from rag.models.streaming_chat import StreamingChatModel
from rag.schema import Answer, Support
from rag.settings import GeneratorSettings, Settings, load_settings

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
    confidence: float = 0.0
    reason: str = ""


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
            until = end if asks else 0.0
            told = measured(folder, arguments.work, way, settings, arguments.questions, until)
            if told:
                found[folder.name, way] = told
    store(found)


def ways(weights: Iterable[Path]) -> dict[str, Settings]:
    """The settings of each way of answering, by its name in the table."""
    evidence = {"prompt": {"reads": "evidence", "refuses": False}, "examples": {"selector": "none"}}
    passages = {"prompt": {"reads": "passages", "refuses": True}}
    writes = {"generator": {"writes": True, "max_new_tokens": 96}}
    found = {
        "quotes (default)": load_settings(),
        f"{_PACKAGED}: reads passages": load_settings(None, writes | passages),
        f"{_PACKAGED}: reads evidence": load_settings(None, writes | evidence),
    }
    for file in weights:
        model = {"generator": {"model": str(file)}}
        found[f"{file.stem}: reads evidence"] = load_settings("cpu-writer", model)
        told = model | {"prompt": {"refuses": True}}
        found[f"{file.stem}: told to refuse"] = load_settings("cpu-writer", told)
    return found


def measured(folder: Path, work: Path, way: str, settings: Settings, limit: int, end: float) -> list[Told]:
    """The answers to a set's questions; nothing new is written once the clock shows `end`."""
    name = f"{folder.name}-{way.replace(' ', '-').replace(':', '')}.jsonl"
    drafts_file = work / f"drafts-{name}"
    late = time.monotonic() >= end
    if not folder.is_dir() or (settings.generator.writes and late and not drafts_file.is_file()):
        return []
    found = []
    with library_of(folder, work) as plain:
        library, drafts = plain.under(settings), None
        if settings.generator.writes:
            drafts = RememberedDrafts(build_generator(settings), drafts_file, end)
            library = Library(plain.store, library.settings, plain.embedder, drafts)
        for question in questions_of(folder, limit):
            told = ask(library, question, drafts)
            if drafts is not None and drafts.late:
                break
            print(f"{folder.name}, {way}: {told.seconds:.1f} s, {told.text[:90]!r}", flush=True)
            found.append(told)
    lines = (json.dumps(asdict(told), ensure_ascii=False) + "\n" for told in found)
    (work / f"told-{name}").write_text("".join(lines), "utf-8")
    return found


class RememberedDrafts(StreamingChatModel):
    """A chat model whose texts are kept in a file, by what was asked, with the CPU seconds they took.

    `spared` is what the latest text took that had not to be written again. Past `end` on the monotonic
    clock nothing is written that is not known, and `late` says so.
    """

    spared: float = 0.0
    late: bool = False
    _model: BaseChatModel = PrivateAttr()
    _path: Path = PrivateAttr()
    _end: float = PrivateAttr()
    _known: dict[str, tuple[str, float]] = PrivateAttr()

    def __init__(self, model: BaseChatModel, path: Path, end: float) -> None:
        """Take in the texts that the file holds already."""
        super().__init__(GeneratorSettings())  # type: ignore[call-arg]
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
        self._known = {key: (text, seconds) for key, text, seconds in map(json.loads, lines)}
        self._model, self._path, self._end = model, path, end

    @property
    def _llm_type(self) -> str:
        return "remembered"

    def get_num_tokens(self, text: str) -> int:
        """As the model counts."""
        return self._model.get_num_tokens(text)

    def _pieces(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> Generator[AIMessageChunk]:
        key = hashlib.sha256("\0".join(f"{m.type}: {m.content}" for m in messages).encode()).hexdigest()
        self.spared = 0.0
        if key in self._known:
            text, self.spared = self._known[key]
        elif time.monotonic() >= self._end:
            text, self.late = "", True
        else:
            started = time.process_time()
            text = str(self._model.invoke(messages, stop, **options).content)
            self._known[key] = (text, time.process_time() - started)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, *self._known[key]], ensure_ascii=False) + "\n")
        yield AIMessageChunk(content=text)


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


def ask(library: Library, question: AnswerQuestion, drafts: RememberedDrafts | None) -> Told:
    """Ask one question and score what is told."""
    answerer = library.answerer
    if drafts is not None:
        drafts.spared = 0.0
    started = time.process_time()  # the clock of one thread's work: the machine may be shared
    if question.passages:
        answer, _ = answerer.answer_from(question.question, question.passages)
    else:
        answer, _ = answerer.answer(question.question)
    spared = drafts.spared if drafts is not None else 0.0
    return scored(question, answer, time.process_time() - started + spared)


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
        confidence=answer.confidence,
        reason=answer.reason,
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
            "Every way has the same retrieval, evidence and confidence below which nothing is told; what the "
            "evidence does not support gives way to quotes. Told to refuse: the model reads besides what to "
            "say where the passages hold no answer. Gold contained and F1 count a refusal as 0; the short "
            "answer is cut from the evidence, and where a model wrote, by what it repeats. Supported: share "
            "of told sentences that the evidence supports. "
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
