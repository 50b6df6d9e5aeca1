"""Answers judged right or wrong, asked in many ways, for the fit of the confidence.

Every example comes from the program itself: its answerer is asked without a threshold, and
`rag.evaluation` judges what it says, so that what is fitted is what a user sees.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from benchmarks.answers import is_held_out, library_of, noise_tasks
from benchmarks.field_judge import Said, judge
from benchmarks.fit_data import CachedEmbedder, field_libraries
from rag.evaluation import AnswerJudge, AnswerQuestion, AnswerSet, read_answer_set
from rag.evaluation.answer_evaluation import confidence_features_of
from rag.evaluation.judgement import is_right
from rag.evaluation.questions import entry_passages
from rag.library import Library
from rag.models import build_embedder
from rag.schema import Answer, Passage, RunRecord
from rag.settings import Settings

__all__ = ["SETS", "WITHHELD", "Example", "examples_of", "field_examples"]

SETS: Final = {
    "clapnq_dev": 160,
    "hotpot_small": 60,
    "musique_small": 50,
    "xquad_en": 60,
    "xquad_zh": 60,
    "cmrc2018_trial": 40,
    "drcd_dev": 60,
    "tatqa_dev": 50,
    "rgb_en_fact": 40,
    "rgb_zh_fact": 40,
    "financebench_dev": 34,
}
"""At most so many questions of each set, drawn with a fixed seed."""

WITHHELD: Final = ("without", "noise", "noise only")
"""Ways of asking in which the passages that answer are kept from the answerer."""
_AMBIGUOUS: Final = ("tatqa_dev", "financebench_dev")
"""Their questions do not name their company or are few: where the gold is taken out, others answer too."""
_GIVEN: Final = 5

Asked = tuple[Answer, RunRecord]


@dataclass(frozen=True)
class Example:
    """One answer: how it was asked for, what its confidence rests on, whether it was right.

    `held_out` is whether the question belongs to the half that fits never see; `answerable` whether the
    passages hold an answer, as far as the set tells.
    """

    key: str
    set_name: str
    way: str
    held_out: bool
    answerable: bool
    right: bool
    features: dict[str, float]


def examples_of(folder: Path, work: Path) -> Iterator[Example]:
    """The examples of a set; what an earlier run has asked of the same fit of weights is not asked again."""
    output = work / f"{folder.name}-confidence.jsonl"
    lines = output.read_text("utf-8").splitlines() if output.exists() else []
    known = {example.key: example for example in (Example(**json.loads(line)) for line in lines if line)}
    asked = read_answer_set(folder).limited(SETS[folder.name])
    with library_of(folder, work) as opened, output.open("a", encoding="utf-8") as file:
        embedder = CachedEmbedder(opened.embedder, work / f"{folder.name}-embedded")
        library = Library(opened.store, opened.settings, embedder)
        circumstances = AnswerJudge.of(library).circumstances
        frank = library.answering(library.settings.answering.model_copy(update={"abstain_below": 0.0}))
        for way, question, ask in _askings(asked, folder, frank):
            key = _key(circumstances, way, question)
            if key not in known:
                example = _example(folder.name, way, question, ask(), key)
                if example is None:
                    continue
                known[key] = example
                file.write(json.dumps(asdict(example)) + "\n")
            yield known[key]
        embedder.save()


def field_examples(
    folder: Path, work: Path, settings: Settings, *, combined: bool = False
) -> Iterator[Example]:
    """The examples of a field set (`benchmarks/field.py`), asked of each case's library or of one of all.

    Right is an answer whose text is; whether its short answer is shown is decided elsewhere.
    """
    embedder = build_embedder(settings)
    for store, questions in field_libraries(folder, work, embedder, settings, combined=combined):
        answerer = Library(store, settings, embedder).answerer
        for question in (q for q in questions if q.kind != "cross_language"):
            answer, record = answerer.answer(question.question, None, question.history)
            features = confidence_features_of(record)
            if features:
                yield Example(
                    question.question_id,
                    folder.name,
                    "combined" if combined else "searched",
                    False,
                    bool(question.answers),
                    judge(question, Said.of(answer)) in "RSP",
                    features,
                )


def _example(set_name: str, way: str, question: AnswerQuestion, asked: Asked, key: str) -> Example | None:
    """None where the answer cannot be judged or rests on nothing."""
    answer, record = asked
    features, right = confidence_features_of(record), is_right(question, answer)
    if right is None or not features:
        return None
    answerable = question.answerable and way not in WITHHELD
    return Example(key, set_name, way, is_held_out(question.question_id), answerable, right, features)


def _askings(
    asked: AnswerSet, folder: Path, library: Library
) -> Iterator[tuple[str, AnswerQuestion, Callable[[], Asked]]]:
    """Way, question, and how to ask it so."""
    answerer = library.answerer
    if folder.name.startswith("rgb"):
        for task in noise_tasks(asked, folder):
            if task.label != "counterfactual":
                for question in task.asked.questions:
                    yield (
                        task.label,
                        question,
                        partial(answerer.answer_from, question.question, question.passages),
                    )
        return
    for question in asked.questions:
        text, gold = question.question, set(question.near_documents)
        yield "searched", question, partial(answerer.answer, text)
        if not asked.entries:
            continue
        given = entry_passages(asked.entries[name] for name in question.near_documents)
        yield "given", question, partial(answerer.answer_from, text, given)
        if not question.answerable or folder.name in _AMBIGUOUS:
            continue
        rest = [found.document_id for found in library.documents() if found.source not in gold]
        yield "without", question, partial(answerer.answer, text, rest)
        others = library.retriever.retrieve(text, top_k=_GIVEN, documents=rest).passages
        draw = random.Random(question.question_id)
        mixed = [*given, *others][: max(_GIVEN, len(given) + 1)]
        yield (
            "mixed",
            question,
            partial(answerer.answer_from, text, _unranked(draw.sample(mixed, len(mixed)))),
        )
        noise = others[: draw.randint(1, _GIVEN)]
        yield (
            "noise",
            question,
            partial(answerer.answer_from, text, _unranked(draw.sample(noise, len(noise)))),
        )


def _unranked(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Passages as someone gives them, without a retriever's scores."""
    return tuple(replace(passage, score=1.0) for passage in passages)


def _key(circumstances: str, way: str, question: AnswerQuestion) -> str:
    made_of = json.dumps([circumstances, way, question.question_id, question.question])
    return sha256(made_of.encode("utf-8", "surrogatepass")).hexdigest()[:16]
