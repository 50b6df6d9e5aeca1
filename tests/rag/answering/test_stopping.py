from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, BaseMessage

from rag.answering import Answerer, Finished
from rag.models.streaming_chat import StreamingChatModel
from rag.prompting import PromptBuilder
from rag.retrieval import HybridRetriever
from rag.settings import Settings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

TEXT = "Marisol Okafor has been the head librarian of Tidewater since 2021. Late items cost 15 cents per day."
QUESTION = "Since when has Marisol Okafor been the head librarian of Tidewater?"


class SlowReader(StreamingChatModel):
    """Reads its prompt for a long time, unless it is stopped."""

    @property
    def _llm_type(self) -> str:
        return "slow-reader"

    def _pieces(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> Generator[AIMessageChunk]:
        if not options["stop_event"].wait(30):
            yield AIMessageChunk(content="Too late.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library") as store:
        add_to_store(store, document(TEXT, "handbook.txt"), HashingEmbedder(256, 256))
        yield store


def test_a_model_is_stopped_before_its_first_word(store: Store) -> None:
    settings = Settings.model_validate({"generator": {"writes": True}, "answering": {"abstain_below": 0.0}})
    embedder = HashingEmbedder(256, 256)
    retriever = HybridRetriever(store, embedder, settings.retrieval)
    builder = PromptBuilder(settings.prompt, lambda text: len(text.split()))
    model = SlowReader(settings.generator)
    answerer = Answerer(store, retriever, embedder, settings, model, prompt_builder=builder)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    *_, finished = answerer.stream(QUESTION, stop=stop)
    assert isinstance(finished, Finished)
    assert finished.answer.abstained
