"""Drafts that repeat themselves, and drafts that tell true things that nobody asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from rag.answering.drafts import distinct_sentences, goes_round
from rag.library import Library
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

HANDBOOK = (
    "Lost property is kept for 60 days in the drawers under the stairs. Umbrellas go to the charity shop. "
    "The text block of the atlas was sewn on five raised bands. Its cover was dyed by hand."
)
QUESTION = "How long is lost property kept?"
PIECE = "The text block was sewn. "


class Endless(GenericFakeChatModel):
    """Writes the same sentence for ever, and counts the pieces."""

    pieces: list[str] = []  # noqa: RUF012 (pydantic copies it)

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        while True:
            self.pieces.append(PIECE)
            yield ChatGenerationChunk(message=AIMessageChunk(content=PIECE))


def library(
    store: Store, embedder: HashingEmbedder, model: GenericFakeChatModel, **answering: Any
) -> Library:
    add_to_store(store, document(HANDBOOK, "handbook.txt"), embedder)
    overrides = {"answering": {"abstain_below": 0.0, **answering}}
    return Library(store, load_settings(overrides=overrides, environment={}), embedder, model)


def says(text: str) -> GenericFakeChatModel:
    return GenericFakeChatModel(messages=iter([AIMessage(text)]))


def test_a_model_that_repeats_itself_is_stopped(store: Store, embedder: HashingEmbedder) -> None:
    model = Endless(messages=iter([]))
    asked = library(store, embedder, model, unsupported="mark")
    answer = asked.ask("How was the text block of the atlas sewn?")
    assert len(model.pieces) == 3
    assert [sentence.text for sentence in answer.sentences] == [PIECE.strip()]


def test_true_sentences_that_do_not_answer_give_way_to_quotes(
    store: Store, embedder: HashingEmbedder
) -> None:
    answer = library(store, embedder, says("Its cover was dyed by hand.")).ask(QUESTION)
    assert answer.text.startswith("Lost property is kept for 60 days")
    assert "rests on nothing that answers the question" in answer.reason


def test_they_stay_beside_one_that_answers(store: Store, embedder: HashingEmbedder) -> None:
    text = "Lost property is kept for 60 days. Its cover was dyed by hand."
    answer = library(store, embedder, says(text)).ask(QUESTION)
    assert answer.text == text
    assert len(answer.citations) == 2


def test_a_sentence_is_told_once() -> None:
    text = "It was turned. It was sewn. it was turned. It was dyed."
    assert distinct_sentences(text) == ["It was turned.", "It was sewn.", "It was dyed."]


@pytest.mark.parametrize("text", ["", "He said no no no no.", "1, 2, 3, 4", "----------" * 20, "abc" * 2])
def test_what_does_not_go_round(text: str) -> None:
    assert not goes_round(text)


@given(st.text(min_size=1, max_size=30), st.text("abcdefgh ", min_size=8, max_size=60), st.integers(3, 5))
def test_what_ends_in_a_piece_three_times_goes_round(start: str, piece: str, times: int) -> None:
    assert goes_round(start + piece * times) or not piece.strip()
