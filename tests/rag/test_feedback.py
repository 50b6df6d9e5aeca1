"""Pools grow from use: what people approve of a library's answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ConfigurationError, NotFoundError
from rag.evaluation.questions import parse_question
from rag.examples import load_pool
from rag.library import Library
from rag.schema import Answer, Message
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

MILL = "The mill by the weir was built in 1884. The miller sold flour to the bakers of the town."
QUESTION = "When was the mill by the weir built?"


@pytest.fixture
def library(store: Store, embedder: HashingEmbedder) -> Library:
    add_to_store(store, document(MILL, "mill.txt"), embedder)
    settings = load_settings(overrides={"answering": {"abstain_below": 0.0}, "generator": {"writes": True}})
    return Library(store, settings, embedder)


@pytest.fixture
def answer(library: Library) -> Answer:
    found = quoting(library).ask(QUESTION)
    assert not found.abstained
    return found


def quoting(library: Library) -> Library:
    generator = library.settings.generator.model_copy(update={"writes": False})
    return Library(
        library.store, library.settings.model_copy(update={"generator": generator}), library.embedder
    )


def ids(library: Library) -> list[str]:
    return [example.example_id for example in library.example_pool()]


def test_an_approved_answer_joins_the_pool_and_the_selector(library: Library, answer: Answer) -> None:
    selector = library.parts.selector
    assert selector is not None
    before = ids(library)
    example = library.rate(answer.run_id, 1)
    assert example is not None
    assert example.passages == (MILL,)
    assert "[1]" in example.answer
    assert ids(library) == [*before, example.example_id]
    _ = library.answerer
    assert example in selector.examples
    assert selector.select_examples({"question": QUESTION})[-1]["example_id"] == example.example_id


def test_a_rejected_answer_never_is_an_example_and_leaves_if_it_was(library: Library, answer: Answer) -> None:
    before = ids(library)
    assert library.rate(answer.run_id, -1) is None
    assert library.rate(answer.run_id, -1, "It was built in 1884.") is None
    assert ids(library) == before
    assert library.rate(answer.run_id, 1) is not None
    _ = library.answerer
    library.rate(answer.run_id, -1)
    _ = library.answerer
    assert ids(library) == before
    assert library.parts.selector is not None
    assert len(library.parts.selector) == len(before)


def test_the_same_question_is_no_second_example(library: Library, answer: Answer) -> None:
    again = quoting(library).ask(QUESTION.upper())
    assert library.rate(answer.run_id, 1) is not None
    assert library.rate(again.run_id, 1) is None
    shipped = load_pool("default")[0].question
    known = quoting(library).ask(shipped)
    assert library.rate(known.run_id, 1) is None


def test_an_answer_that_another_run_had_rejected_is_no_example(library: Library, answer: Answer) -> None:
    again = quoting(library).ask(QUESTION.upper())
    assert (again.run_id != answer.run_id, again.text) == (True, answer.text)
    before = ids(library)
    assert library.rate(answer.run_id, 1) is not None
    library.rate(again.run_id, -1)
    assert ids(library) == before
    assert library.rate(answer.run_id, 1) is None
    library.rate(again.run_id, 1)  # whoever rejected it thinks better of it
    assert len(ids(library)) == len(before) + 1


def test_another_approved_answer_takes_the_place_of_a_rejected_one(library: Library, answer: Answer) -> None:
    again = quoting(library).ask(QUESTION.upper())
    first = library.rate(answer.run_id, 1)
    assert library.rate(again.run_id, 1, "It was built in 1884.") is None
    assert library.store.examples.all() == (first,)
    library.rate(answer.run_id, -1)
    (second,) = library.store.examples.all()
    assert second.answer == "It was built in 1884 [1]."
    assert library.rate(again.run_id, 1, "It was built in 1884.") == second


def test_why_an_answer_is_no_example_is_told(library: Library, answer: Answer) -> None:
    again = quoting(library).ask(QUESTION.upper())
    with pytest.raises(NotFoundError, match="not rated"):
        library.why_no_example(answer.run_id)
    told = {}
    library.rate(answer.run_id, 1)
    library.rate(again.run_id, 1)
    told["is the example"] = library.why_no_example(answer.run_id)
    told["second"] = library.why_no_example(again.run_id)
    library.rate(again.run_id, -1)
    told["rejected elsewhere"] = library.why_no_example(answer.run_id)
    told["rejected"] = library.why_no_example(again.run_id)
    library.rate(answer.run_id, 1, "By two brothers from Ghent.")
    told["unborne"] = library.why_no_example(answer.run_id)
    library.rate(answer.run_id, 1, "It was built in 1884.")
    library.remove(["mill.txt"])
    told["gone"] = library.why_no_example(answer.run_id)
    shipped = quoting(library).ask(load_pool("default")[0].question)
    library.rate(shipped.run_id, 1)
    told["shipped"] = library.why_no_example(shipped.run_id)
    assert told == {
        "is the example": "",
        "second": f"run {answer.run_id} is the example for this question already",
        "rejected elsewhere": f"the same answer was rejected as run {again.run_id}",
        "rejected": "the answer was rejected",
        "unborne": "no passage that was found bears the answer out",
        "gone": "a document that it rests on is not in the library any more",
        "shipped": "the pool 'default' comes with one for this question",
    }


def test_to_approve_again_does_not_move_an_example(library: Library, answer: Answer) -> None:
    first = library.rate(answer.run_id, 1)
    other = library.rate(quoting(library).ask("Who sold flour to the bakers of the town?").run_id, 1)
    assert other is not None
    library.rate(answer.run_id, 1)
    assert library.store.examples.all() == (first, other)


def test_a_follow_up_becomes_an_example_in_words_that_stand_alone(library: Library) -> None:
    asking = quoting(library)
    asked = asking.ask("Where did he sell it?", history=[Message("user", "Who sold flour to the bakers?")])
    record = library.run(asked.run_id)
    assert record.question != asked.understood != ""
    example = library.rate(asked.run_id, 1)
    assert example is not None
    assert example.question == asked.understood
    assert library.feedback_questions()[0]["question"] == asked.understood


def test_the_pool_is_the_same_object_until_it_changes(
    store: Store, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    pool = tmp_path / "pool.jsonl"
    pool.write_text('{"example_id": "a", "question": "Who?", "answer": "Ana"}\n', "utf-8")
    overrides = {"examples": {"pool": str(pool)}, "answering": {"abstain_below": 0.0}}
    add_to_store(store, document(MILL, "mill.txt"), embedder)
    library = Library(store, load_settings(overrides=overrides), embedder)
    before = library.example_pool()
    assert library.example_pool() is before
    answer = library.ask(QUESTION)
    library.rate(answer.run_id, 1)
    assert len(library.example_pool()) == 2
    pool.write_text('{"example_id": "a", "question": "Who?", "answer": "Bo, not Ana"}\n', "utf-8")
    assert library.example_pool()[0].answer == "Bo, not Ana"
    pool.unlink()
    with pytest.raises(ConfigurationError, match="cannot read example pool"):
        library.example_pool()


def test_approving_twice_is_one_example(library: Library, answer: Answer) -> None:
    first = library.rate(answer.run_id, 1)
    assert library.rate(answer.run_id, 1) == first
    assert len(library.store.examples.all()) == 1


def test_an_example_leaves_with_its_document(library: Library, answer: Answer) -> None:
    library.rate(answer.run_id, 1)
    library.remove(["mill.txt"])
    assert library.store.examples.all() == ()
    assert library.rate(answer.run_id, 1) is None


def test_feedback_goes_out_as_questions_that_the_evaluation_reads(library: Library, answer: Answer) -> None:
    library.rate(answer.run_id, 1)
    other = quoting(library).ask("Who sold flour to the bakers?")
    library.rate(other.run_id, -1)
    (line,) = library.feedback_questions()
    question = parse_question(line, "line 1", "1", {})
    assert (question.question, question.answerable) == (QUESTION, True)
    assert question.gold.level == "sentence"
    library.rate(other.run_id, -1, "The miller.")
    assert {tuple(line["answers"]) for line in library.feedback_questions()} >= {("The miller.",)}


def test_a_run_that_is_not_there_cannot_be_rated(library: Library) -> None:
    with pytest.raises(NotFoundError):
        library.rate("nothing", 1)
