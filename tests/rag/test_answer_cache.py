"""The same question again: from what was kept, until anything changes."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.answering import AnswerEvent, answer_cache
from rag.answering.answer_cache import fitted_weights, installed
from rag.errors import UsageError
from rag.library import Library
from rag.models import load_readers
from rag.resources import resource
from rag.schema import Answer, Message
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

MILL = "The mill by the weir was built in 1884. The miller sold flour to the bakers of the town."
QUESTION = "When was the mill by the weir built?"


def opened(store: Store, embedder: HashingEmbedder, **answering: Any) -> Library:
    overrides = {"answering": {"abstain_below": 0.0, **answering}}
    return Library(store, load_settings(overrides=overrides, environment={}), embedder)


@pytest.fixture
def library(store: Store, embedder: HashingEmbedder) -> Library:
    add_to_store(store, document(MILL, "mill.txt"), embedder)
    return opened(store, embedder)


def told(answer: Answer) -> tuple[Any, ...]:
    return (answer.text, answer.citations, answer.confidence, answer.passages, answer.short_answer)


def test_the_same_question_gets_the_kept_answer(library: Library) -> None:
    first, again = library.ask(QUESTION), library.ask(QUESTION)
    assert (first.cached, again.cached) == (False, True)
    assert again.run_id == first.run_id
    assert told(again) == told(first)
    assert len(library.runs()) == 1


def test_it_is_kept_for_the_next_process(library: Library, embedder: HashingEmbedder) -> None:
    library.ask(QUESTION)
    with Store.open(library.store.path) as store:
        assert opened(store, embedder).ask(QUESTION).cached


def test_any_change_of_the_library_makes_it_miss(library: Library, embedder: HashingEmbedder) -> None:
    library.ask(QUESTION)
    add_to_store(library.store, document("The mill burnt down in 1901.", "fire.txt"), embedder)
    assert not library.ask(QUESTION).cached
    library.remove(["mill.txt"])
    answer = library.ask(QUESTION)
    assert not answer.cached
    assert all(citation.source != "mill.txt" for citation in answer.citations)


def test_another_setting_scope_or_history_makes_it_miss(library: Library, embedder: HashingEmbedder) -> None:
    library.ask(QUESTION)
    assert not opened(library.store, embedder, max_sentences=1).ask(QUESTION).cached
    assert not library.ask(QUESTION, ["mill.txt"]).cached
    assert not library.ask(QUESTION, history=[Message("user", "What stands by the weir?")]).cached
    assert library.ask(QUESTION, ["mill.txt"]).cached


def test_it_can_be_passed_over_and_switched_off(library: Library, embedder: HashingEmbedder) -> None:
    first = library.ask(QUESTION)
    anew = library.ask(QUESTION, use_cache=False)
    assert not anew.cached
    assert anew.run_id != first.run_id
    assert library.ask(QUESTION).run_id == anew.run_id
    plain = opened(library.store, embedder, cache=False)
    assert not plain.ask(QUESTION).cached
    assert not plain.ask(QUESTION).cached


def test_another_calibration_makes_it_miss(
    library: Library, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    fitted = json.loads(resource("data", "calibration", "default.json").read_text("utf-8"))
    own = tmp_path / "own.json"
    own.write_text(json.dumps(fitted), "utf-8")
    assert not opened(library.store, embedder, calibration=str(own)).ask(QUESTION).cached
    assert opened(library.store, embedder, calibration=str(own)).ask(QUESTION).cached
    own.write_text(json.dumps(fitted, indent=1), "utf-8")
    assert not opened(library.store, embedder, calibration=str(own)).ask(QUESTION).cached


def test_another_release_makes_it_miss(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.ask(QUESTION)
    assert library.ask(QUESTION).cached
    monkeypatch.setattr(answer_cache, "_program", lambda: "the next release")
    assert not library.ask(QUESTION).cached


def test_a_release_is_known_by_its_modules_and_data(tmp_path: Path) -> None:
    code, data = tmp_path / "rag", tmp_path / "data"
    for folder in (code, data):
        folder.mkdir()
    (code / "reading.py").write_text("SURE = 0.8\n")
    first = installed(code, data)
    (code / "reading.pyc").write_bytes(b"compiled")
    assert installed(code, data) == first
    (data / "weights.json").write_text("[]")
    second = installed(code, data)
    os.utime(code / "reading.py", (1, 1))
    third = installed(code, data)
    assert len({first, second, third}) == 3


def test_answers_hang_on_the_weights_of_the_readers() -> None:
    """A folder whose weights were replaced keeps its name in the settings: the weights tell."""
    packaged = load_settings(environment={})
    without = load_settings(overrides={"reader": {"model": "none"}}, environment={})
    read = [reader.fingerprint for reader in load_readers(packaged)]
    assert len(read) == 2
    assert fitted_weights(packaged) == [*fitted_weights(without), *read]


def test_a_kept_answer_goes_with_its_run(library: Library) -> None:
    library.ask(QUESTION)
    with library.store._database.writing() as connection:
        connection.execute("DELETE FROM runs")
    assert not library.ask(QUESTION).cached


def test_many_questions_keep_their_order_and_their_errors(library: Library) -> None:
    questions = [QUESTION, "?!", "Who sold flour to the bakers?", QUESTION]
    answers = list(library.ask_many(questions))
    assert isinstance(answers[1], UsageError)
    assert [a.question for a in answers if isinstance(a, Answer)] == [
        questions[0],
        questions[2],
        questions[3],
    ]
    assert answers[3] is answers[0]
    assert len(library.runs()) == 2


def test_many_questions_are_asked_again_each_without_the_cache(library: Library) -> None:
    answers = [a for a in library.ask_many([QUESTION] * 3, use_cache=False) if isinstance(a, Answer)]
    assert len({answer.run_id for answer in answers}) == 3
    assert all(told(answer) == told(answers[0]) for answer in answers)


def test_leaving_many_questions_stops_those_under_way(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopped = [], []

    def stream(question: str, *_: object, stop: threading.Event, **__: object) -> Iterator[AnswerEvent]:
        begun.append(question)
        if question.startswith("long"):
            stopped.append(stop.wait(60))
        raise UsageError("no answer")
        yield

    monkeypatch.setattr(library, "ask_stream", stream)
    longest = [f"long {number}" for number in range(2 * (os.cpu_count() or 1))]
    answers = library.ask_many(["short", *longest, "never"])
    assert isinstance(next(answers), UsageError)
    answers.close()  # type: ignore[attr-defined]
    assert all(stopped)
    assert "never" not in begun


@pytest.mark.parametrize(
    "typed",
    [
        "when was the mill by the weir built",
        "WHEN WAS THE MILL BY THE WEIR BUILT?!",
        "  When was   the mill by weir built?? ",
        "Please, when was the mill by the weir built? Thanks!",
    ],
)
def test_a_question_that_asks_the_same_gets_the_kept_answer(
    library: Library, embedder: HashingEmbedder, typed: str
) -> None:
    similar = opened(library.store, embedder, reuse_similar=True)
    first, again, once_more = similar.ask(QUESTION), similar.ask(typed), similar.ask(typed)
    assert (again.cached, again.question, again.understood) == (True, typed, QUESTION)
    assert told(again) == told(first)
    assert again.run_id == once_more.run_id != first.run_id
    assert once_more.understood == QUESTION
    record = similar.run(again.run_id)
    assert (record.question, record.answer["understood"], record.timings) == (typed, QUESTION, {})
    assert record.tokens == {"input": 0, "output": 0}
    assert record.answer["answer"] == first.text
    assert similar.run(first.run_id).question == QUESTION
    assert not similar.ask(typed, use_cache=False).cached
    assert not similar.ask(typed, ["mill.txt"]).cached
    assert not similar.ask(typed.lower(), history=[Message("user", "What stands by the weir?")]).cached


@pytest.mark.parametrize(
    "other",
    [
        "Where was the mill by the weir built?",
        "When was the weir by the mill built?",
        "When was the mill by the weir not built?",
        "When was mill 2 by the weir built?",
        "When was the mill by the bridge built?",
        "When was the first mill by the weir built?",
    ],
)
def test_a_question_that_asks_something_else_does_not(
    library: Library, embedder: HashingEmbedder, other: str
) -> None:
    similar = opened(library.store, embedder, reuse_similar=True)
    similar.ask(QUESTION)
    assert not similar.ask(other).cached


def test_it_is_off_by_default_and_never_gives_silence_again(
    library: Library, embedder: HashingEmbedder
) -> None:
    library.ask(QUESTION)
    assert not library.ask(QUESTION.lower()).cached
    silent = opened(library.store, embedder, reuse_similar=True, abstain_below=1.0)
    assert silent.ask("Who painted the bridge?").abstained
    assert not silent.ask("who painted the bridge").cached


def test_a_change_of_the_library_makes_similar_questions_miss(
    library: Library, embedder: HashingEmbedder
) -> None:
    similar = opened(library.store, embedder, reuse_similar=True)
    similar.ask(QUESTION)
    add_to_store(library.store, document("The mill burnt down in 1901.", "fire.txt"), embedder)
    assert not similar.ask(QUESTION.lower()).cached


def test_the_example_of_the_documentation_is_answered_once(
    library: Library, embedder: HashingEmbedder
) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "configuration.md").read_text("utf-8")
    first, again = re.findall(r'^citewell ask --set answering.reuse_similar=true "(.*)"$', page, re.MULTILINE)
    similar = opened(library.store, embedder, reuse_similar=True)
    assert not similar.ask(first).cached
    assert similar.ask(again).understood == first
