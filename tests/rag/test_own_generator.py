"""A chat model of the user's own writes the answers of a library."""

from __future__ import annotations

import json
from itertools import repeat

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from rag.answering.events import Finished, TokenWritten
from rag.library import Library
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

MILL = "The mill by the weir was built in 1884. The miller sold flour to the bakers of the town."
QUESTION = "When was the mill by the weir built?"
DRAFT = "The weir's mill was built in 1884."


class OwnModel(GenericFakeChatModel):
    """Writes one sentence, under a name."""

    model_name: str = "own-model"


@pytest.fixture
def library(store: Store, embedder: HashingEmbedder) -> Library:
    add_to_store(store, document(MILL, "mill.txt"), embedder)
    settings = load_settings(overrides={"answering": {"abstain_below": 0.0}}, environment={})
    return Library(store, settings, embedder, OwnModel(messages=repeat(AIMessage(DRAFT))))


def test_it_writes_whatever_the_settings_say(library: Library) -> None:
    answer = library.ask(QUESTION)
    assert (answer.text, answer.model) == (DRAFT, "own-model")
    assert answer.citations[0].quote == "The mill by the weir was built in 1884."
    assert library.run(answer.run_id).settings["generator"]["model"] == "own-model"


@pytest.mark.parametrize("begins", ["<think>", ""])
def test_what_it_thinks_is_no_part_of_its_answer(library: Library, begins: str) -> None:
    thinking = f"{begins}The weir's mill was built in 1790, was it?\n</think>\n\n{DRAFT}"
    thinker = Library(
        library.store, library.settings, library.embedder, OwnModel(messages=repeat(AIMessage(thinking)))
    )
    events = list(thinker.ask_stream(QUESTION))
    (told,) = [event.answer for event in events if isinstance(event, Finished)]
    assert told.text == DRAFT
    assert "1790" not in json.dumps(thinker.run(told.run_id).why)
    written = "".join(event.text for event in events if isinstance(event, TokenWritten))
    assert written.endswith(DRAFT)
    assert not begins or written == DRAFT


def test_its_answers_are_not_given_again_from_a_cache(library: Library) -> None:
    library.ask(QUESTION)
    assert not library.ask(QUESTION).cached


def test_it_stays_under_other_settings(library: Library) -> None:
    other = library.under(load_settings(overrides={"answering": {"abstain_below": 0.0}}, environment={}))
    assert other.ask(QUESTION).text == DRAFT
    assert other.retriever is library.retriever
