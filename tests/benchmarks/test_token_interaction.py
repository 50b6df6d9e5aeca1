"""The learned reader of question and sentence: what it is given, and that it learns what is asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.fit_reranker import Asked, fit
from benchmarks.token_interaction import TokenInteraction, TokenStates

_WIDTH = 768


@pytest.fixture
def states(tmp_path: Path) -> TokenStates:
    """States made by hand: a question asks in dimension 0 or 1, a sentence answers in 10 or 11."""
    texts, found = [], []
    random = np.random.default_rng(0)
    for kind in (0, 1):
        for number in range(40):
            for role, dimension in (("question", kind), ("sentence", 10 + kind)):
                token = random.normal(size=(5, _WIDTH)) * 0.05
                token[2, [dimension, dimension + _WIDTH // 2]] += 3.0
                texts.append(f"{role} {kind} {number}")
                found.append(token.astype(np.float16))
    np.save(tmp_path / "made.npy", np.concatenate(found))
    np.save(tmp_path / "made.len.npy", np.array([len(one) for one in found]))
    (tmp_path / "made.json").write_text(json.dumps(texts), "utf-8")
    return TokenStates(tmp_path)


def test_kept_states_come_back_with_unit_layers_and_without_special_tokens(states: TokenStates) -> None:
    batch, mask = states.batch(["question 0 0", "sentence 1 3"])
    assert batch.shape == (2, 5, _WIDTH)
    assert mask.tolist() == [[False, True, True, True, False]] * 2
    for layer in (batch[..., :384], batch[..., 384:]):
        assert torch.allclose(layer.norm(dim=-1), torch.ones(2, 5), atol=1e-3)


def test_padding_does_not_change_a_score(states: TokenStates, tmp_path: Path) -> None:
    long = np.random.default_rng(1).normal(size=(9, _WIDTH)).astype(np.float16)
    np.save(tmp_path / "long.npy", long)
    np.save(tmp_path / "long.len.npy", np.array([9]))
    (tmp_path / "long.json").write_text(json.dumps(["long"]), "utf-8")
    again = TokenStates(tmp_path)
    model = TokenInteraction().eval()
    owner = torch.zeros(1, dtype=torch.long)
    question = again.batch(["question 0 0"])
    with torch.inference_mode():
        alone = model(*question, *again.batch(["sentence 0 0"]), owner)
        beside = model(*question, *again.batch(["sentence 0 0", "long"]), owner.repeat(2))
    assert float(alone[0]) == pytest.approx(float(beside[0]), abs=1e-4)


def test_it_learns_which_kind_of_sentence_a_kind_of_question_wants(states: TokenStates) -> None:
    torch.manual_seed(0)
    asked = [
        Asked(
            f"question {kind} {number}",
            (f"sentence {1 - kind} {number}", f"sentence {kind} {number}"),
            np.zeros(2),
            np.array([0.0, 1.0]),
            True,
        )
        for number in range(40)
        for kind in (0, 1)
    ]
    model = fit(asked[:64], states, epochs=12)
    right = 0
    with torch.inference_mode():
        for one in asked[64:]:
            owner = torch.zeros(2, dtype=torch.long)
            scores = model(*states.batch([one.question]), *states.batch(one.sentences), owner)
            right += int(scores[1] > scores[0])
    assert right >= 15, "of 16 questions that it was not trained on"
