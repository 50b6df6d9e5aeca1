from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from rag.answering import Answerer
from rag.prompting import PromptBuilder
from rag.retrieval import HybridRetriever
from rag.schema import Answer, RunRecord, Support
from rag.settings import Settings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

TEXT = "Marisol Okafor has been the head librarian of Tidewater since 2021. Late items cost 15 cents per day."
QUESTION = "Since when has Marisol Okafor been the head librarian of Tidewater?"
RIGHT = "Marisol Okafor has been the head librarian of Tidewater since 2021."
WRONG = "Marisol Okafor has been the head librarian of Tidewater since 1987."


class Drafts(GenericFakeChatModel):
    """Writes the next of some drafts at each call, and notes how it was called."""

    calls: list[dict[str, Any]] = []  # noqa: RUF012 (pydantic copies it)

    def _generate(self, *args: Any, **kwargs: Any) -> Any:
        self.calls.append(kwargs)
        return super()._generate(*args, **kwargs)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library") as store:
        add_to_store(store, document(TEXT, "handbook.txt"), HashingEmbedder(256, 256))
        yield store


def ask(store: Store, *drafts: str, candidates: int) -> tuple[Answer, RunRecord, Drafts]:
    model = Drafts(messages=iter([AIMessage(draft) for draft in drafts]))
    settings = Settings.model_validate(
        {"generator": {"writes": True, "candidates": candidates}, "answering": {"abstain_below": 0.0}}
    )
    embedder = HashingEmbedder(256, 256)
    retriever = HybridRetriever(store, embedder, settings.retrieval)
    builder = PromptBuilder(settings.prompt, lambda text: len(text.split()))
    answerer = Answerer(store, retriever, embedder, settings, model, prompt_builder=builder)
    return (*answerer.answer(QUESTION), model)


def test_the_draft_that_the_evidence_bears_out_is_told(store: Store) -> None:
    answer, record, model = ask(store, WRONG, WRONG, RIGHT, candidates=3)
    assert answer.text == RIGHT
    assert answer.sentences[0].support is Support.SUPPORTED
    rated = record.why["notes"]["candidates"] if "notes" in record.why else record.why["candidates"]
    assert [(one["draft"], one["support"]) for one in rated] == [(RIGHT, 1.0), (WRONG, 0.0)]
    assert all(call["temperature"] > 0 for call in model.calls[1:])


def test_the_likeliest_draft_wins_a_tie(store: Store) -> None:
    other = f"{RIGHT} "
    assert ask(store, RIGHT, other, candidates=2)[0].text == RIGHT


def test_one_candidate_is_written_once(store: Store) -> None:
    answer, record, model = ask(store, WRONG, RIGHT, candidates=1)
    assert record.why["draft"] == WRONG
    assert answer.text == RIGHT  # quoted in its place
    assert "candidates" not in str(record.why)
    assert len(model.calls) == 1
