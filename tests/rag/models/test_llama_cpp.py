from __future__ import annotations

import re
import sys
import threading
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from rag.errors import ConfigurationError, ModelError, ModelNotFoundError, UsageError
from rag.models import build_generator
from rag.models.grammar import citation_gbnf
from rag.models.llama_cpp import LlamaCppChatModel
from rag.models.packaged import packaged_path
from rag.settings import Settings

QUESTION = "What is the capital of France? Answer with one word."
SCHEMA = {
    "title": "city",
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 12}, "sure": {"type": "boolean"}},
    "required": ["city", "sure"],
}


def chat(**values: object) -> LlamaCppChatModel:
    generator = {"provider": "llama_cpp", "max_new_tokens": 24, "context_tokens": 512, "threads": 1, **values}
    model = build_generator(Settings.model_validate({"generator": generator}))
    assert isinstance(model, LlamaCppChatModel)
    return model


@pytest.fixture(scope="module")
def model() -> LlamaCppChatModel:
    pytest.importorskip("xllamacpp", reason="the llama.cpp runtime is not installed")
    try:
        packaged_path("SmolLM2-135M-Instruct")
    except ModelNotFoundError as error:
        pytest.skip(str(error))
    return chat()


def test_a_stream_is_the_answer_in_pieces(model: LlamaCppChatModel) -> None:
    answer = model.invoke(QUESTION)
    chunks = list(model.stream(QUESTION))
    assert answer.text == "".join(chunk.text for chunk in chunks)
    assert len([chunk for chunk in chunks if chunk.text]) > 1
    assert answer.usage_metadata is not None
    assert 0 < answer.usage_metadata["output_tokens"] <= 24
    assert answer.response_metadata["finish_reason"] in {"stop", "length"}


def test_an_event_stops_the_computation(model: LlamaCppChatModel) -> None:
    told = threading.Event()
    pieces = []
    for chunk in model.stream("Tell me a long story about a fox.", stop_event=told, max_tokens=400):
        pieces.append(chunk.text)
        if len(pieces) == 4:
            told.set()
    assert len(pieces) <= 8
    assert model.invoke(QUESTION).text


def test_leaving_a_stream_frees_the_model(model: LlamaCppChatModel) -> None:
    stream = model.stream("Tell me a long story about a fox.", max_tokens=400)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name == "citewell-llama-cpp"]


def test_structured_output_gives_values(model: LlamaCppChatModel) -> None:
    value = model.with_structured_output(SCHEMA, max_tokens=60).invoke(QUESTION)
    assert isinstance(value["city"], str)
    assert isinstance(value["sure"], bool)


def test_a_prompt_past_the_context_is_told(model: LlamaCppChatModel) -> None:
    with pytest.raises(ModelError, match=r"context"):
        model.invoke("word " * 2000)


@pytest.mark.enable_socket
def test_nobody_else_is_served(model: LlamaCppChatModel) -> None:
    address = model._weights.load().listening_address
    with pytest.raises(HTTPError, match="401"):
        urlopen(
            Request(f"{address}/v1/completions", b'{"prompt": "x"}', {"Content-Type": "application/json"})
        )


def test_weights_go_and_come_back(model: LlamaCppChatModel) -> None:
    before = model.invoke(QUESTION).text
    model.unload()
    assert model._weights._loaded is None
    assert model.invoke(QUESTION).text == before


def test_who_samples_otherwise_shares_the_loaded_weights(model: LlamaCppChatModel) -> None:
    model.load()
    other = chat(temperature=0.7, top_p=0.9, seed=3, max_new_tokens=8, candidates=2)
    assert other._weights is model._weights
    assert other._weights._loaded is not None
    assert other.invoke(QUESTION).usage_metadata["output_tokens"] <= 8  # type: ignore[index]
    assert chat(context_tokens=1024)._weights is not model._weights


def test_what_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="holds no GGUF file"):
        chat(model=str(tmp_path)).invoke(QUESTION)
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF but no model")
    with pytest.raises(ModelError, match="broken or cut short"):
        chat(model=str(broken)).invoke(QUESTION)
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ConfigurationError, match=r"citewell\[llama-cpp\]"):
        chat(context_tokens=1024).invoke(QUESTION)


class Soon(threading.Event):
    """Set from the third look that the computation takes at it."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += threading.current_thread().name == "citewell-llama-cpp"
        return self.looks > 2


def test_a_prompt_that_is_being_read_can_be_stopped(model: LlamaCppChatModel) -> None:
    told = Soon()
    chunks = list(model.stream("a fox and a dog " * 60, stop_event=told))
    assert told.looks < 6
    assert not any(chunk.text for chunk in chunks)
    assert model.invoke(QUESTION).text


def test_whoever_waits_for_another_user_can_leave(model: LlamaCppChatModel) -> None:
    told = threading.Event()
    told.set()
    with model._weights.turn:  # somebody computes
        assert model.invoke(QUESTION, stop_event=told).text == ""


def test_equal_prompts_are_drawn_apart(model: LlamaCppChatModel) -> None:
    drawn = [
        [m.text for m in model.batch(["Tell me of a fox."] * 3, temperature=1.5, max_tokens=8)] for _ in "ab"
    ]
    assert len(set(drawn[0])) == 3
    assert drawn[0] == drawn[1]


def test_settings_go_by_their_own_names_and_no_other_sampler_is_on(model: LlamaCppChatModel) -> None:
    assert model.invoke(QUESTION, max_new_tokens=2).usage_metadata["output_tokens"] == 2  # type: ignore[index]
    hot = model.invoke(QUESTION, temperature=100.0, top_k=0, max_tokens=8)
    assert hot.text != model.invoke(QUESTION, max_tokens=8).text  # another sampler would keep the likeliest
    with pytest.raises(UsageError, match="top_p = 2"):
        model.invoke(QUESTION, top_p=2)


@pytest.mark.parametrize("passages", [1, 12])
def test_a_grammar_makes_each_sentence_cite_what_is_there(model: LlamaCppChatModel, passages: int) -> None:
    asked = "Tell me in two sentences where Paris lies and what 3.5 km of the U.S. border are."
    plain = model.invoke(asked, max_tokens=60).text
    assert "[" not in plain
    cited = model.invoke(asked, max_tokens=60, grammar=citation_gbnf(passages, characters=60)).text
    whole = cited[: max(cited.rfind(end) for end in ".!?") + 1]
    sentence = re.compile(r"([^\[\]\n]+?) ?((?:\[\d+\])+)[.!?][ \n]?")
    found = [match.groups() for match in sentence.finditer(whole)]
    assert found
    assert sentence.sub("", whole) == ""
    assert all(1 <= int(n) <= passages for _, marks in found for n in re.findall(r"\d+", marks))


def test_there_must_be_something_to_cite(model: LlamaCppChatModel) -> None:
    with pytest.raises(UsageError, match="nothing to cite"):
        model.citing(0)
