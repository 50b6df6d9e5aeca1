"""What is asked of the program is answered at once; slips are mended, names only suggested."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.understanding import did_you_mean
from rag.library import Library
from rag.models import build_embedder
from rag.schema import Message
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import add_to_store, document

TEXT = (
    "The ferry to Porto leaves at nine.\n\nShoe hire costs 4 euros for adults. Dogs stay in the café. "
    "The office is at the harbour and it has a code for the door."
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    settings = load_settings(environment={})
    embedder = build_embedder(settings)
    store = Store.open(tmp_path_factory.mktemp("at-once") / "library")
    add_to_store(store, document(TEXT, "harbour.txt"), embedder)
    return Library(store, settings, embedder)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("hello", "Ask me something about your documents"),
        ("thank you", "You are welcome"),
        ("what can you do?", "I answer questions from your documents"),
        ("Which documents do you have?", "harbour.txt"),
        ("你好", "您好"),
        ("你有哪些文档？", "harbour.txt"),
    ],
)
def test_the_program_is_asked(library: Library, question: str, told: str) -> None:
    answer = library.ask(question)
    assert told in answer.text
    assert not answer.abstained
    assert not answer.citations
    assert library.run(answer.run_id).answer["answer"] == answer.text


def test_a_question_of_the_documents_is_not_taken_for_one_of_the_program(library: Library) -> None:
    answer = library.ask("How many documents must a passenger show?")
    assert answer.kind != "library"


def test_a_follow_up_is_asked_whole(library: Library) -> None:
    history = [Message("user", "What does shoe hire cost for adults?"), Message("assistant", "4 euros.")]
    answer = library.ask("And for children?", history=history)
    assert answer.understood == "What does shoe hire cost for children?"


def test_slips_are_mended_and_names_only_suggested(library: Library) -> None:
    assert library.ask("What does shoe hrie cost?").understood == "What does shoe hire cost?"
    assert ("Poto", "Porto") in did_you_mean("When does the ferry to Poto leave?", library.store)
    assert "Poto" not in library.ask("When does the ferry to Poto leave?").understood


def test_a_word_of_the_language_is_no_slip(library: Library) -> None:
    assert library.ask("Can dogs come in?").understood == ""


def test_numbers_are_never_mended(tmp_path: Path, library: Library) -> None:
    assert did_you_mean("Where is pier 1234 and P-17?", library.store) == ()
