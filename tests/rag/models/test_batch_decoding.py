from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from rag.errors import ConfigurationError, UsageError
from rag.models import build_generator
from rag.models.local_chat import LocalChatModel
from rag.models.turn import Turn
from rag.settings import Settings

QUESTIONS = [
    "the cat sat",
    "when did the museum open ? the museum opens at nine in the morning .",
    "who ran ?",
    "a dog and a fox on a mat",
    "story",
]


def chat(folder: Path, **values: object) -> LocalChatModel:
    generator = {"model": str(folder), "device": "cpu", "dtype": "float32", "max_new_tokens": 30, **values}
    model = build_generator(Settings.model_validate({"generator": generator}))
    assert isinstance(model, LocalChatModel)
    return model


@pytest.mark.parametrize("batch_size", [1, 2, 5, 8])
def test_a_batch_gives_each_prompt_its_own_answer(tiny_chat_model: Path, batch_size: int) -> None:
    model = chat(tiny_chat_model, batch_size=batch_size)
    alone = [model.invoke(question) for question in QUESTIONS]
    together = model.batch(QUESTIONS)
    assert [message.text for message in together] == [message.text for message in alone]
    assert [message.usage_metadata for message in together] == [message.usage_metadata for message in alone]
    reasons = [message.response_metadata["finish_reason"] for message in together]
    assert reasons == [message.response_metadata["finish_reason"] for message in alone]


def test_a_batch_stops_when_told(tiny_chat_model: Path) -> None:
    model = chat(tiny_chat_model, max_new_tokens=400)
    told = threading.Event()
    told.set()
    messages = model.batch(QUESTIONS, stop_event=told)
    assert all(message.usage_metadata["output_tokens"] <= 1 for message in messages if message.usage_metadata)


def test_a_batch_refuses_what_a_call_refuses(tiny_chat_model: Path) -> None:
    with pytest.raises(UsageError, match="takes no argument 'beams'"):
        chat(tiny_chat_model).batch(QUESTIONS, beams=4)


def test_weights_go_after_idling_and_come_back(tiny_chat_model: Path) -> None:
    model = chat(tiny_chat_model, idle_minutes=0.005)
    before = model.invoke(QUESTIONS[0]).text
    deadline = time.monotonic() + 20
    while model._weights._loaded is not None:
        assert time.monotonic() < deadline, "the weights were not given back"
        time.sleep(0.05)
    assert model.invoke(QUESTIONS[0]).text == before


def test_a_turn_that_is_taken_again_keeps_the_weights() -> None:
    released = threading.Event()
    turn = Turn(1.0, released.set)
    for _ in range(3):
        with turn:
            time.sleep(0.05)
    with turn:  # longer than the weights may idle
        assert not released.wait(1.3)
    assert released.wait(10)


def test_fewer_bits_need_a_gpu(tiny_chat_model: Path) -> None:
    with pytest.raises(ConfigurationError, match="needs an NVIDIA GPU"):
        chat(tiny_chat_model, quantization="4bit").invoke("who ran ?")
