from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelError
from rag.models import build_generator, decoding, shared_decoding
from rag.models.local_chat import LocalChatModel
from rag.models.turn import Waiting
from rag.settings import Settings
from tests.waiting import wait_until

QUESTIONS = [
    "the cat sat",
    "when did the museum open ? the museum opens at nine in the morning .",
    "who ran ?",
    "a dog and a fox on a mat",
    "story",
    "the fox ran on",
]


def chat(folder: Path, **values: object) -> LocalChatModel:
    generator = {"model": str(folder), "device": "cpu", "dtype": "float32", "max_new_tokens": 30, **values}
    model = build_generator(Settings.model_validate({"generator": generator}))
    assert isinstance(model, LocalChatModel)
    return model


def together(model: LocalChatModel, ask: Any) -> list[Any]:
    """Ask all questions while the model is kept busy, so that they wait for it together."""
    with ThreadPoolExecutor(len(QUESTIONS)) as threads:
        with model._weights.turn:
            asked = [threads.submit(ask, question) for question in QUESTIONS]
            wait_until(lambda: len(model._weights.waiting._requests) == len(QUESTIONS))
        return [one.result() for one in asked]


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    sizes: list[int] = []
    inner = decoding.decode_together

    def counted(decodings: Any) -> None:
        sizes.append(len(decodings))
        inner(decodings)

    monkeypatch.setattr(decoding, "decode_together", counted)
    return sizes


def test_who_waits_together_is_answered_together(tiny_chat_model: Path, groups: list[int]) -> None:
    model = chat(tiny_chat_model, batch_size=4)
    alone = [model.invoke(question) for question in QUESTIONS]
    assert not groups
    answers = together(model, model.invoke)
    assert [answer.text for answer in answers] == [answer.text for answer in alone]
    assert [answer.usage_metadata for answer in answers] == [answer.usage_metadata for answer in alone]
    assert [answer.response_metadata for answer in answers] == [answer.response_metadata for answer in alone]
    assert groups == [4, 2]


def test_each_has_its_own_length(tiny_chat_model: Path, groups: list[int]) -> None:
    model = chat(tiny_chat_model)
    lengths = {question: 3 + i for i, question in enumerate(QUESTIONS)}
    answers = together(model, lambda question: model.invoke(question, max_new_tokens=lengths[question]))
    for question, answer in zip(QUESTIONS, answers, strict=True):
        assert answer.text == model.invoke(question, max_new_tokens=lengths[question]).text
    assert groups == [6]


def test_one_that_leaves_does_not_stop_the_others(tiny_chat_model: Path, groups: list[int]) -> None:
    model = chat(tiny_chat_model, max_new_tokens=60)
    alone = {question: model.invoke(question).text for question in QUESTIONS}

    def ask(question: str) -> str:
        told = threading.Event()
        text = ""
        for chunk in model.stream(question, stop_event=told):
            text += chunk.text
            if question == QUESTIONS[0] and text:
                told.set()
        return text

    answers = together(model, ask)
    assert answers[1:] == [alone[question] for question in QUESTIONS[1:]]
    assert alone[QUESTIONS[0]].startswith(answers[0])
    assert groups == [6]


def test_drawn_texts_are_not_mixed(tiny_chat_model: Path, groups: list[int]) -> None:
    model = chat(tiny_chat_model, temperature=0.8, seed=5)
    alone = [model.invoke(question).text for question in QUESTIONS]
    assert [answer.text for answer in together(model, model.invoke)] == alone
    assert groups == [6]


def test_each_row_chooses_by_its_own_options(tiny_chat_model: Path, groups: list[int]) -> None:
    model = chat(tiny_chat_model)
    options: list[dict[str, Any]] = [
        {},
        {"repetition_penalty": 1.7},  # would weigh on the padding, were the rows not taken apart
        {"temperature": 1.5, "seed": 3},
        {"temperature": 2.0, "seed": 4, "top_k": 0, "top_p": 0.8},
        {"temperature": 0.9, "repetition_penalty": 1.2, "max_new_tokens": 5},
        {"max_new_tokens": 1},
    ]
    chosen = dict(zip(QUESTIONS, options, strict=True))
    answers = together(model, lambda question: model.invoke(question, **chosen[question]))
    for question, answer in zip(QUESTIONS, answers, strict=True):
        assert answer.text == model.invoke(question, **chosen[question]).text
    assert groups == [6]


def test_a_broken_grammar_fails_alone(tiny_chat_model: Path, groups: list[int]) -> None:
    model = chat(tiny_chat_model)
    alone = {question: model.invoke(question).text for question in QUESTIONS}

    def ask(question: str) -> str:
        if question != QUESTIONS[0]:
            return model.invoke(question).text
        with pytest.raises(ModelError, match="failed while it wrote"):
            model.invoke(question, grammar="no grammar")
        return ""

    assert together(model, ask)[1:] == [alone[question] for question in QUESTIONS[1:]]
    assert groups == [6]


def test_a_failure_reaches_all(tiny_chat_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = chat(tiny_chat_model)

    def breaks(*args: Any) -> None:
        raise RuntimeError("no such kernel")

    monkeypatch.setattr(shared_decoding, "_generate", breaks)

    def ask(question: str) -> str:
        with pytest.raises(ModelError, match="no such kernel"):
            model.invoke(question)
        return "told"

    assert together(model, ask) == ["told"] * len(QUESTIONS)


def test_a_request_is_taken_once() -> None:
    class Number(int):
        def fits(self, other: object) -> bool:
            return isinstance(other, int) and self % 2 == other % 2

    waiting: Waiting[Number] = Waiting()
    numbers = [Number(n) for n in range(6)]
    for number in numbers:
        waiting.enter(number)
    assert waiting.take(numbers[1], 2) == [1, 3]
    assert waiting.take(numbers[3], 2) == []
    waiting.leave(numbers[0])
    assert waiting.take(numbers[4], 5) == [4, 2]
