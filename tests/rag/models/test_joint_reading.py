from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from rag.models import prefix_cache
from rag.models.causal import CausalModel, Loaded
from rag.models.prefix_cache import read_jointly
from rag.settings import GeneratorSettings

PROMPTS = [[5, 6, 7, 8, 9, 10], [5, 6, 7, 11], [5, 6, 7, 8, 12, 13, 14, 15, 16]]


@pytest.fixture(scope="module")
def loaded(tiny_chat_model: Path) -> Loaded:
    settings = GeneratorSettings.model_validate(
        {"model": str(tiny_chat_model), "device": "cpu", "dtype": "float32"}
    )
    return CausalModel(settings).load()


@pytest.fixture
def reads(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tokens each pass reads."""
    lengths: list[int] = []
    inner = loaded.model.base_model.forward

    def counted(*args: Any, **kwargs: Any) -> Any:
        lengths.append(kwargs["input_ids"].shape[1])
        return inner(*args, **kwargs)

    monkeypatch.setattr(loaded.model.base_model, "forward", counted)
    return lengths


def test_each_row_ends_with_the_keys_of_its_prompt(loaded: Loaded) -> None:
    joint = read_jointly(loaded, PROMPTS, lambda: False)
    assert joint.get_seq_length() == 8
    for row, prompt in enumerate(PROMPTS):
        with torch.inference_mode():
            alone = loaded.model(input_ids=torch.tensor([prompt[:-1]]), use_cache=True).past_key_values
        for ours, theirs in zip(joint.layers, alone.layers, strict=True):
            torch.testing.assert_close(ours.keys[row : row + 1, :, 8 - len(prompt) + 1 :], theirs.keys)
            torch.testing.assert_close(ours.values[row : row + 1, :, 8 - len(prompt) + 1 :], theirs.values)
            assert not ours.keys[row, :, : 8 - len(prompt) + 1].any()


def test_a_shared_beginning_is_read_once(loaded: Loaded, reads: list[int]) -> None:
    read_jointly(loaded, PROMPTS, lambda: False)
    assert reads == [3, 2, 5]


def test_equal_prompts_are_read_once(loaded: Loaded, reads: list[int]) -> None:
    joint = read_jointly(loaded, [PROMPTS[0]] * 4, lambda: False)
    assert reads == [5]
    assert joint.layers[0].keys.shape[0] == 4


def test_a_long_prompt_is_left_in_the_middle_when_nobody_waits(
    loaded: Loaded, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefix_cache, "STRIDE", 2)
    assert read_jointly(loaded, PROMPTS, lambda: len(reads) >= 2) is None
    assert reads == [2, 1]
