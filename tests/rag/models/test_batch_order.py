"""Texts are batched by their length in tokens, which is what is padded, and not in characters."""

from __future__ import annotations

import pytest

from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import EmbedderSettings


def test_a_batch_holds_texts_of_like_length_in_tokens(monkeypatch: pytest.MonkeyPatch):
    embedder = SentenceTransformerEmbedder(EmbedderSettings(batch_size=2, runtime="torch"))
    words, numbers = "considerations regarding", "1.2 3.4 5.6 7.8 9.0"  # more characters, fewer tokens
    batches: list[list[str]] = []
    encode = embedder._encode
    monkeypatch.setattr(
        embedder, "_encode", lambda texts, prefix: (batches.append(texts), encode(texts, prefix))[1]
    )
    vectors = embedder.embed_passages([numbers, words, words, numbers])
    assert batches == [[numbers, numbers], [words, words]]
    assert vectors[0] == pytest.approx(vectors[3], abs=1e-6)
    assert vectors[1] == pytest.approx(vectors[2], abs=1e-6)
    assert abs(float(vectors[0] @ vectors[1])) < 0.9
