"""Asking a library every question of a file, and judging what it says."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.answering.answer_cache import fitted_weights
from rag.answering.run_records import settings_json
from rag.errors import UsageError
from rag.evaluation.judgement import JUDGEMENT, Judged, Sliced, judge
from rag.evaluation.questions import AnswerQuestion
from rag.library import Library
from rag.reading import PassageSource
from rag.schema import Answer, RunRecord
from rag.store.durable import replacing

__all__ = ["AnswerJudge", "evaluate_answers", "read_judged", "write_judged"]


@dataclass(frozen=True)
class AnswerJudge:
    """Asks one library, with its own settings, and again without its threshold where it keeps silent.

    So abstention is measured as a user meets it, and confidence for every question. A question's own
    passages are read instead of the library's.
    """

    library: Library
    frank: Library
    circumstances: str
    documents: str

    @classmethod
    def of(cls, library: Library) -> AnswerJudge:
        """A judge of a library; both askings share its store and its models."""
        frank = library.answering(library.settings.answering.model_copy(update={"abstain_below": 0.0}))
        settings = settings_json(library.settings)
        circumstances = {part: settings[part] for part in settings.keys() - {"library", "ui", "ingest"}}
        circumstances["fitted"] = fitted_weights(library.settings)
        circumstances["judgement"] = JUDGEMENT
        documents = sorted(document.document_id for document in library.documents())
        return cls(library, frank, _digest(circumstances), _digest(documents))

    def key(self, question: AnswerQuestion) -> str:
        """Names all that a judgement hangs on: question, settings, fitted weights, documents read."""
        given = [(passage.source, passage.title, passage.text) for passage in question.passages]
        asked = [
            question.question_id,
            question.question,
            question.answers,
            question.answerable,
            repr(question.gold),
        ]
        return _digest([self.circumstances, asked, given or self.documents])

    def judged(self, question: AnswerQuestion) -> Judged:
        """Ask and score one question."""
        started = time.perf_counter()
        given, record = self._asked(self.library, question)
        seconds = time.perf_counter() - started
        best, best_record = self._asked(self.frank, question) if given.abstained else (given, record)
        return judge(
            question,
            given,
            best,
            self._sliced(question),
            seconds=seconds,
            features=confidence_features_of(best_record),
            key=self.key(question),
        )

    def _asked(self, library: Library, question: AnswerQuestion) -> tuple[Answer, RunRecord]:
        if question.passages:
            return library.answerer.answer_from(question.question, question.passages)
        return library.answerer.answer(question.question)

    def _sliced(self, question: AnswerQuestion) -> Sliced:
        if question.passages:
            return PassageSource(question.passages).text
        return self.library.store.text


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def confidence_features_of(record: RunRecord) -> dict[str, float]:
    """What the confidence of a run was computed from, as its record tells."""
    told: Mapping[str, Any] = record.why.get("confidence", {})
    return {name: float(value) for name, value in told.get("features", {}).items()}


def evaluate_answers(
    library: Library,
    questions: Sequence[AnswerQuestion],
    output: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Judged]:
    """Judge every question, in order; `progress` gets questions done and questions in all.

    With `output` each judgement is written at once, one JSON line a question. Lines that are there
    already are kept if nothing that they hang on has changed, so that an interrupted run goes on where
    it stopped; other lines are replaced.

    Raises:
        UsageError: the output cannot be written, or is a file of another kind.
    """
    judge_of = AnswerJudge.of(library)
    keys = [judge_of.key(question) for question in questions]
    kept = {line.key: line for line in read_judged(output)} if output and output.exists() else {}
    found = {number: kept[key] for number, key in enumerate(keys) if key in kept}
    if output is not None:
        write_judged(output, found.values())
    for number, question in enumerate(questions):
        if number not in found:
            found[number] = judge_of.judged(question)
            if output is not None:
                with output.open("a", encoding="utf-8") as file:
                    file.write(found[number].to_json() + "\n")
        if progress is not None:
            progress(number + 1, len(questions))
    ordered = [found[number] for number in range(len(questions))]
    if output is not None:
        write_judged(output, ordered)
    return ordered


def write_judged(path: Path, judged: Iterable[Judged]) -> None:
    """Write judgements, one JSON line each, in place of what was there.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        with replacing(path) as file:
            file.write("".join(f"{line.to_json()}\n" for line in judged).encode())
    except OSError as error:
        raise UsageError(f"cannot write judged answers {str(path)!r}: {error.strerror}") from None


def read_judged(path: Path) -> list[Judged]:
    """The judgements of an earlier evaluation; a line that was cut off at the end is passed over.

    Raises:
        UsageError: the file cannot be read, or another line is no judgement.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read judged answers {str(path)!r}: {error}") from None
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(Judged.from_json(line))
        except ValueError as error:
            if number == len(lines):
                break
            raise UsageError(
                f"{path}, line {number}: {error}: give the file that `evaluate answers --output` wrote"
            ) from None
    return found
