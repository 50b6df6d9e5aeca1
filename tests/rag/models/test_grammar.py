from __future__ import annotations

import json
import re
from typing import Any

import pytest

from rag.errors import ModelNotFoundError, UsageError
from rag.models import build_generator
from rag.models.grammar import GrammarProcessor, citation_grammar, json_grammar
from rag.models.local_chat import LocalChatModel
from rag.models.packaged import packaged_path
from rag.settings import Settings

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 12}, "sure": {"type": "boolean"}},
    "required": ["city", "sure"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def packaged() -> LocalChatModel:
    try:
        packaged_path("SmolLM2-135M-Instruct")
    except ModelNotFoundError as error:
        pytest.skip(str(error))
    model = build_generator(
        Settings.model_validate({"generator": {"max_new_tokens": 48, "dtype": "float32"}})
    )
    assert isinstance(model, LocalChatModel)
    return model


def test_json_of_a_schema_is_all_that_can_be_written(packaged: LocalChatModel) -> None:
    text = packaged.invoke("Write a poem about Paris.", grammar=json_grammar(SCHEMA)).text
    assert set(json.loads(text)) == {"city", "sure"}


def test_structured_output_gives_values(packaged: LocalChatModel) -> None:
    value = packaged.with_structured_output(SCHEMA).invoke("Is Paris the capital of France?")
    assert isinstance(value["city"], str)
    assert isinstance(value["sure"], bool)


def test_each_sentence_cites_a_passage_that_is_there(packaged: LocalChatModel) -> None:
    question = (
        "[1] The museum opens at nine. [2] It costs 3.50 dollars.\n\nWhen does it open and what does it cost?"
    )
    text = packaged.invoke(question, grammar=citation_grammar(2, characters=60)).text
    finished = re.findall(r"[^\[\]]+((?:\[\d+\])+)[.!?]", text)
    assert finished
    assert set(re.findall(r"\[(\d+)\]", text)) <= {"1", "2"}


def test_prompt_lookup_changes_no_word_under_a_grammar(packaged: LocalChatModel) -> None:
    question = "[1] The museum opens at nine in the morning.\n\nWhen does the museum open?"
    grammar = citation_grammar(1)
    drafted = packaged.invoke(question, grammar=grammar)
    assert drafted.text == packaged.invoke(question, grammar=grammar, prompt_lookup=False).text


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("It opens at nine [1].", True),
        ("It costs 3.50 in the U.S. [1] [2].", False),
        ("It costs 3.50 dollars [1][2]. It opens [1]!", True),
        ("It opens. It closes [1].", False),
        ("它九点开门[2]。它收费[1]。", True),
        ("It opens at nine.", False),
        ("It opens at nine [3].", False),
        ("[1].", False),
        ("It opens [1]", False),
    ],
)
def test_the_citation_grammar_knows_its_texts(text: str, allowed: bool, packaged: LocalChatModel) -> None:
    from llguidance import LLMatcher

    from rag.models.grammar import _wrapped

    loaded = packaged._weights.load()
    tokenizer = _wrapped(loaded.tokenizer, loaded.model.get_output_embeddings().weight.shape[0])
    matcher = LLMatcher(tokenizer, citation_grammar(2))
    tokens = loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
    taken = matcher.try_consume_tokens(tokens)
    assert (taken == len(tokens) and matcher.is_accepting()) is allowed


def test_what_cannot_be_enforced_is_told() -> None:
    with pytest.raises(UsageError, match="schema"):
        json_grammar({"type": "nonsense"})
    with pytest.raises(UsageError, match="nothing to cite"):
        citation_grammar(0)


def test_the_processor_follows_drafts_back(packaged: LocalChatModel) -> None:
    import torch

    loaded = packaged._weights.load()
    size = loaded.model.get_output_embeddings().weight.shape[0]
    grammar = json_grammar(SCHEMA)

    def masked(processor: Any, ids: list[int]) -> Any:
        return processor(torch.tensor([ids]), torch.zeros(1, size)).isinf()

    tokens = loaded.tokenizer('{"city": "Pa', add_special_tokens=False)["input_ids"]
    wandering, straight = (GrammarProcessor(loaded.tokenizer, size, grammar) for _ in range(2))
    for ids in ([5], [5, *tokens], [5, *tokens[:2]]):
        last = masked(wandering, ids)
    masked(straight, [5])
    assert torch.equal(last, masked(straight, [5, *tokens[:2]]))


def test_a_batch_holds_each_row_to_the_grammar(packaged: LocalChatModel) -> None:
    asked = ["Write a poem about Paris.", "Is it so?", "Write a poem about Paris."]
    options = {"grammar": json_grammar(SCHEMA), "temperature": 1.5, "seed": 4}
    drawn = [message.text for message in packaged.batch(asked, **options)]
    assert drawn[:2] == [packaged.invoke(question, **options).text for question in asked[:2]]
    assert drawn[2] != drawn[0]
    assert all(set(json.loads(text)) == {"city", "sure"} for text in drawn)
