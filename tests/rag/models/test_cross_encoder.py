from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rag.errors import ModelError, ModelNotFoundError
from rag.models import build_reranker
from rag.models.cross_encoder import CrossEncoderReranker
from rag.models.model_protocol import Reranker
from rag.settings import RerankerSettings, Settings

TEXTS = ["the museum opens at nine", "a cat sat on the mat . the dog ran , the fox ran", "a story", ""] * 5


def reranker(folder: Path, **values: object) -> CrossEncoderReranker:
    return CrossEncoderReranker(
        RerankerSettings.model_validate({"model": str(folder), "device": "cpu", **values})
    )


def test_no_model_is_no_reranker() -> None:
    assert build_reranker(Settings()) is None


def test_scores_are_the_models_own_logits(tiny_cross_encoder: Path) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    question = "when did the museum open ?"
    scores = reranker(tiny_cross_encoder, dtype="float32", batch_size=3).score(question, TEXTS)
    model = AutoModelForSequenceClassification.from_pretrained(tiny_cross_encoder).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_cross_encoder)
    for text, score in zip(TEXTS[:4], scores, strict=False):
        with torch.inference_mode():
            alone = model(**tokenizer(question, text, return_tensors="pt")).logits.item()
        assert score == pytest.approx(alone, abs=1e-4)
    assert len(set(scores[:4])) == 4
    assert scores[:4] * 5 == pytest.approx(scores, abs=1e-4)


def test_it_keeps_the_protocol(tiny_cross_encoder: Path) -> None:
    model = reranker(tiny_cross_encoder)
    assert isinstance(model, Reranker)
    assert model.name == "tiny-cross"
    assert model.score("who ?", []) == []


def test_a_missing_or_empty_folder_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="no-such"):
        reranker(tmp_path / "no-such")
    with pytest.raises(ModelError, match=r"config\.json"):
        reranker(tmp_path)


def test_equal_model_settings_share_one_model(tiny_cross_encoder: Path) -> None:
    def built(**values: object) -> Reranker | None:
        return build_reranker(
            Settings.model_validate(
                {"reranker": {"model": str(tiny_cross_encoder), "device": "cpu", **values}}
            )
        )

    first = built()
    assert first is not None
    assert built(candidates=7) is first
    assert built(dtype="float32") is not first
