from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rag.models import build_evidence_scorer, build_generator
from rag.models.likelihood import QuestionLikelihood
from rag.models.protocol import Reranker
from rag.settings import Settings

QUESTION = "when did the museum open ?"
TEXTS = [
    "the museum opens at nine in the morning .",
    "a cat sat",
    "the fox ran , the dog ran on the mat .",
] * 4


def settings(folder: Path, **values: object) -> Settings:
    generator = {"model": str(folder), "device": "cpu", "dtype": "float32", "scores_evidence": True, **values}
    return Settings.model_validate({"generator": generator})


def test_it_is_off_by_default() -> None:
    assert build_evidence_scorer(Settings()) is None


def test_scores_are_mean_log_probabilities_of_the_question(tiny_chat_model: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    scorer = build_evidence_scorer(settings(tiny_chat_model))
    assert isinstance(scorer, QuestionLikelihood)
    assert isinstance(scorer, Reranker)
    scores = scorer.score(QUESTION, TEXTS)
    model = AutoModelForCausalLM.from_pretrained(tiny_chat_model).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_chat_model)
    asked = tokenizer(f" {QUESTION}")["input_ids"]
    for text, score in zip(TEXTS[:3], scores, strict=False):
        ids = tokenizer(f"Passage: {text}\nQuestion: {QUESTION}", return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            logs = model(ids).logits[0].log_softmax(-1)
        places = range(ids.shape[1] - len(asked), ids.shape[1])
        expected = sum(logs[place - 1, ids[0, place]].item() for place in places) / len(asked)
        assert score == pytest.approx(expected, abs=1e-4)
    assert scores == pytest.approx(scores[:3] * 4, abs=1e-4)


def test_nothing_to_score_needs_no_weights(tmp_path: Path) -> None:
    scorer = build_evidence_scorer(settings(tmp_path / "missing"))
    assert scorer is not None
    assert scorer.score(QUESTION, []) == []
    assert scorer.score("  ", ["a", "b"]) == [0.0, 0.0]


def test_the_scorer_shares_the_generators_weights(tiny_chat_model: Path) -> None:
    both = settings(tiny_chat_model)
    generator, scorer = build_generator(both), build_evidence_scorer(both)
    assert generator is not None
    assert generator._weights is scorer._weights  # type: ignore[union-attr,attr-defined]
