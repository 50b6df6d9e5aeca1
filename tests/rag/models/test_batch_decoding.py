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
from tests.waiting import wait_until

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


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 1.5, "seed": 7},
        {"temperature": 1.2, "top_k": 0, "top_p": 0.7},
        {"repetition_penalty": 1.7},
    ],
)
def test_a_batch_draws_what_each_prompt_draws_alone(
    tiny_chat_model: Path, options: dict[str, object]
) -> None:
    model = chat(tiny_chat_model, batch_size=3)
    alone = [model.invoke(question, **options).text for question in QUESTIONS]
    assert [message.text for message in model.batch(QUESTIONS, **options)] == alone


def test_equal_prompts_are_drawn_apart_in_batches_of_any_size(tiny_chat_model: Path) -> None:
    drawn = []
    for size in (1, 2, 4):
        model = chat(tiny_chat_model, batch_size=size)
        drawn.append([message.text for message in model.batch(["who ?"] * 4, temperature=3.0)])
    assert len(set(drawn[0])) == 4
    assert drawn[0] == drawn[1] == drawn[2]


def test_a_batch_that_waits_for_another_user_can_be_stopped(tiny_chat_model: Path) -> None:
    model = chat(tiny_chat_model)
    told = threading.Event()
    told.set()
    with model._weights.turn:  # somebody computes
        messages = model.batch(QUESTIONS, stop_event=told)
    assert {message.response_metadata["finish_reason"] for message in messages} == {"stopped"}
    assert not any(message.text for message in messages)


def test_each_text_of_a_batch_has_the_room_of_its_own_prompt(tiny_chat_model: Path) -> None:
    model = chat(tiny_chat_model, context_tokens=256, repetition_penalty=1.3, max_new_tokens=60)
    long = "the cat sat on the mat . " * 34
    alone = [model.invoke(question) for question in (long, "who ?")]
    assert alone[0].usage_metadata["output_tokens"] < alone[1].usage_metadata["output_tokens"]  # type: ignore[index]
    assert [m.text for m in model.batch([long, "who ?"])] == [m.text for m in alone]


def test_a_batch_takes_what_a_call_takes(tiny_chat_model: Path) -> None:
    model = chat(tiny_chat_model)
    words = ["the", "cat", "a"]
    expected = [model.invoke(question, stop=words).text for question in QUESTIONS]
    assert [message.text for message in model.batch(QUESTIONS, stop=words)] == expected


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"temperature": -1}, "temperature = -1 is not accepted"),
        ({"top_p": 2}, "top_p = 2"),
        ({"max_tokens": 0}, "max_new_tokens = 0"),
        ({"seed": -1}, "seed = -1"),
    ],
)
def test_sampling_out_of_range_is_told(tiny_chat_model: Path, given: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        chat(tiny_chat_model).invoke("who ?", **given)


def test_a_batch_refuses_what_a_call_refuses(tiny_chat_model: Path) -> None:
    with pytest.raises(UsageError, match="takes no argument 'beams'"):
        chat(tiny_chat_model).batch(QUESTIONS, beams=4)


def test_weights_go_after_idling_and_come_back(tiny_chat_model: Path) -> None:
    model = chat(tiny_chat_model, idle_minutes=0.005)
    before = model.invoke(QUESTIONS[0]).text
    wait_until(lambda: model._weights._loaded is None)
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
