from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from rag.errors import ModelError, ModelNotFoundError, UsageError
from rag.models import build_generator
from rag.models.causal import CausalModel
from rag.models.decoding import until
from rag.models.local_chat import LocalChatModel
from rag.settings import GeneratorSettings, Settings
from tests.waiting import wait_until

MESSAGES = [
    SystemMessage("the museum opens at nine in the morning ."),
    HumanMessage("when did the museum open ?"),
]


def chat(folder: Path, **values: object) -> LocalChatModel:
    generator = {"model": str(folder), "device": "cpu", "dtype": "float32", "max_new_tokens": 40, **values}
    model = build_generator(Settings.model_validate({"generator": generator}))
    assert isinstance(model, LocalChatModel)
    return model


@pytest.fixture(scope="module")
def model(tiny_chat_model: Path) -> LocalChatModel:
    return chat(tiny_chat_model)


def test_greedy_answers_are_those_of_plain_transformers(tiny_chat_model: Path, model: LocalChatModel) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    reference = AutoModelForCausalLM.from_pretrained(tiny_chat_model)
    tokenizer = AutoTokenizer.from_pretrained(tiny_chat_model)
    prompt = tokenizer.apply_chat_template(
        [{"role": "system", "content": MESSAGES[0].text}, {"role": "user", "content": MESSAGES[1].text}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    output = reference.generate(**prompt, max_new_tokens=40, do_sample=False, pad_token_id=1)
    expected = tokenizer.decode(output[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)
    answer = model.invoke(MESSAGES)
    assert answer.text == expected
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["input_tokens"] == prompt["input_ids"].shape[1]
    assert answer.usage_metadata["output_tokens"] == output.shape[1] - prompt["input_ids"].shape[1]


@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_prompt_lookup_changes_no_word(model: LocalChatModel, penalty: float) -> None:
    for question in ("the cat sat on the mat . the cat", "who ran ?", "story story story"):
        with_lookup = model.invoke(question, repetition_penalty=penalty)
        plain = model.invoke(question, repetition_penalty=penalty, prompt_lookup=False)
        assert with_lookup.text == plain.text
        assert with_lookup.text


def test_a_stream_is_the_answer_in_pieces(model: LocalChatModel) -> None:
    chunks = list(model.stream(MESSAGES))
    assert "".join(chunk.text for chunk in chunks) == model.invoke(MESSAGES).text
    assert len([chunk for chunk in chunks if chunk.text]) > 3
    assert chunks[-1].response_metadata["finish_reason"] in {"stop", "length"}


def test_the_async_ways_give_the_same(model: LocalChatModel) -> None:
    async def both() -> tuple[str, str]:
        pieces = [chunk.text async for chunk in model.astream(MESSAGES)]
        return (await model.ainvoke(MESSAGES)).text, "".join(pieces)

    assert set(asyncio.run(both())) == {model.invoke(MESSAGES).text}


def test_sampling_follows_its_seed(model: LocalChatModel) -> None:
    def sample(seed: int) -> str:
        return model.invoke(MESSAGES, temperature=2.0, top_k=0, seed=seed).text

    assert sample(1) == sample(1)
    assert len({sample(seed) for seed in range(4)}) > 1


def test_max_new_tokens_ends_with_length(model: LocalChatModel) -> None:
    answer = model.invoke(MESSAGES, max_tokens=2)
    assert answer.response_metadata["finish_reason"] == "length"
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["output_tokens"] == 2


def test_an_event_that_is_set_stops_before_the_first_token(model: LocalChatModel) -> None:
    stop = threading.Event()
    stop.set()
    answer = model.invoke(MESSAGES, stop_event=stop)
    assert answer.text == ""
    assert answer.response_metadata["finish_reason"] == "stopped"


def test_an_event_stops_the_computation_within_a_token(model: LocalChatModel) -> None:
    stop = threading.Event()
    seen = []
    for chunk in model.stream(MESSAGES, stop_event=stop, prompt_lookup=False, max_new_tokens=400):
        seen.append(chunk)
        stop.set()
    assert seen[-1].response_metadata["finish_reason"] == "stopped"
    assert seen[-1].usage_metadata is not None
    assert seen[-1].usage_metadata["output_tokens"] < 40
    assert not decoding_threads()


def test_leaving_a_stream_ends_its_thread(model: LocalChatModel) -> None:
    stream = model.stream(MESSAGES, max_new_tokens=400)
    next(stream)
    assert decoding_threads()
    del stream
    wait_until(lambda: not decoding_threads())


def decoding_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "citewell-decoding"]


def test_stop_words_end_the_text_before_them(model: LocalChatModel) -> None:
    whole = model.invoke(MESSAGES).text
    word = whole.split()[3]
    assert model.invoke(MESSAGES, stop=[word]).text == whole[: whole.index(word)]


@pytest.mark.parametrize(
    ("pieces", "stops", "text"),
    [
        (["ab", "cd"], [], "abcd"),
        (["a\n", "\nb"], ["\n\n"], "a"),
        (["a\n", "b"], ["\n\n"], "a\nb"),
        (["one two"], ["two", "one"], ""),
        (["x"], ["long stop"], "x"),
    ],
)
def test_stop_words_across_pieces(pieces: list[str], stops: list[str], text: str) -> None:
    assert "".join(until(iter(pieces), stops)) == text


def test_several_threads_load_once_and_take_turns(tiny_chat_model: Path) -> None:
    fresh = chat(tiny_chat_model)
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(fresh.invoke(MESSAGES).text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1


def test_an_unloaded_model_answers_again(tiny_chat_model: Path) -> None:
    fresh = chat(tiny_chat_model)
    before = fresh.invoke(MESSAGES).text
    fresh.unload()
    assert fresh.invoke(MESSAGES).text == before


def test_counting_tokens_needs_no_weights(tiny_chat_model: Path) -> None:
    fresh = chat(tiny_chat_model)
    assert fresh.count_tokens("the cat sat .") == fresh.get_num_tokens("the cat sat .") == 4


def test_a_template_without_a_system_role_gets_its_text_in_the_first_turn(
    tiny_chat_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "no-system"
    folder.mkdir()
    for path in tiny_chat_model.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    template = folder / "chat_template.jinja"
    template.write_text(refusing + template.read_text())
    merged = HumanMessage(f"{MESSAGES[0].text}\n\n{MESSAGES[1].text}")
    model = chat(folder)
    assert model.invoke(MESSAGES).text == model.invoke([merged]).text


def test_a_prompt_beyond_the_window_is_refused_with_both_figures(model: LocalChatModel) -> None:
    with pytest.raises(ModelError, match=r"prompt has 60\d tokens.*512.*budget_tokens"):
        model.invoke("cat " * 600)


def test_what_a_local_model_cannot_take_is_named(model: LocalChatModel) -> None:
    with pytest.raises(UsageError, match="temprature"):
        model.invoke(MESSAGES, temprature=1)
    with pytest.raises(UsageError, match="tool"):
        model.invoke([*MESSAGES, AIMessage("a"), ToolMessage("b", tool_call_id="1")])


def test_missing_weights_are_told_at_the_first_use(tmp_path: Path) -> None:
    missing = chat(tmp_path / "no-such-model")
    with pytest.raises(ModelNotFoundError, match="no-such-model"):
        missing.invoke("who ?")
    with pytest.raises(ModelError, match=r"config\.json and safetensors"):
        chat(tmp_path).invoke("who ?")


def test_a_model_that_does_not_fit_says_both_figures(
    tiny_chat_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.models.weights.free_bytes", lambda device: 1000)
    with pytest.raises(ModelError, match=r"needs .* GB of memory on cpu, and 0\.0 GB are free"):
        CausalModel(GeneratorSettings(model=str(tiny_chat_model), device="cpu")).load()
