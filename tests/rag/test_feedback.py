"""Pools grow from use: what people approve of a library's answers."""

from __future__ import annotations

import pytest

from rag.errors import NotFoundError
from rag.evaluation.questions import parse_question
from rag.examples import load_pool
from rag.library import Library
from rag.schema import Answer
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
    quoting = library.settings.generator.model_copy(update={"writes": False})
    asked = Library(
        library.store, library.settings.model_copy(update={"generator": quoting}), library.embedder
    )
    found = asked.ask(QUESTION)
    assert not found.abstained
    return found


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
    again = library.ask(QUESTION.upper())
    assert library.rate(answer.run_id, 1) is not None
    assert library.rate(again.run_id, 1) is None
    shipped = load_pool("default")[0].question
    known = library.ask(shipped)
    assert library.rate(known.run_id, 1) is None


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
    other = library.ask("Who sold flour to the bakers?")
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
