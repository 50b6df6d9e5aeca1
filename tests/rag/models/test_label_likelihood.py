from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rag.errors import ConfigurationError, UsageError
from rag.models import build_label_scorer
from rag.settings import Settings

LABELS = ["cat", "dog ran", "the museum opens at nine", "fox", "mat , mat", "a dog", "dog"] * 4
PROMPTS = ["the cat sat on the", "when did the museum open ? the museum opens", "who ran ?", "fox fox fox"]


def settings(folder: Path, **values: object) -> Settings:
    generator = {"model": str(folder), "device": "cpu", "dtype": "float32", **values}
    return Settings.model_validate({"generator": generator})


def plain_scores(folder: Path, prompt: str, labels: list[str]) -> list[float]:
    """One forward pass a label over the whole text, nothing shared."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    read = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    scores = []
    for label in labels:
        written = tokenizer(f" {label}\n", add_special_tokens=False)["input_ids"]
        with torch.inference_mode():
            logs = model(torch.tensor([read + written])).logits[0].log_softmax(-1)
        scores.append(sum(logs[len(read) - 1 + i, token].item() for i, token in enumerate(written)))
    return scores


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_likeliest_label_is_that_of_plain_forward_passes(tiny_chat_model: Path, prompt: str) -> None:
    scorer = build_label_scorer(settings(tiny_chat_model))
    for labels in (LABELS, LABELS[1:4], LABELS[2:3], sorted(LABELS)):
        scores = plain_scores(tiny_chat_model, prompt, labels)
        chosen = scorer.most_likely(prompt, labels)
        assert scores[chosen] == pytest.approx(max(scores), abs=1e-4)
        assert labels.index(labels[chosen]) == chosen


def test_a_prompt_that_is_too_long_and_no_labels_are_refused(tiny_chat_model: Path) -> None:
    scorer = build_label_scorer(settings(tiny_chat_model))
    with pytest.raises(UsageError, match="show fewer examples"):
        scorer.most_likely("the cat sat " * 200, LABELS)
    with pytest.raises(UsageError, match="no label"):
        scorer.most_likely("the cat", [])


def test_an_endpoint_gives_no_likelihoods() -> None:
    with pytest.raises(ConfigurationError, match="'openai'"):
        build_label_scorer(Settings.model_validate({"generator": {"provider": "openai", "model": "m"}}))
