"""Texts are batched by their length in tokens, which is what is padded, and not in characters."""

from __future__ import annotations

import pytest

from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import EmbedderSettings


def test_a_batch_holds_texts_of_like_length_in_tokens(monkeypatch: pytest.MonkeyPatch):
    embedder = SentenceTransformerEmbedder(EmbedderSettings(batch_size=2))
    words, numbers = "considerations regarding", "1.2 3.4 5.6 7.8 9.0"  # more characters, fewer tokens
    batches: list[list[int]] = []
    small = embedder._small
    assert small is not None
    encode = small.encode
    monkeypatch.setattr(small, "encode", lambda ids: (batches.append(list(map(len, ids))), encode(ids))[1])
    vectors = embedder.embed_passages([numbers, words, words, numbers])
    assert batches[0][0] == batches[0][1] > batches[1][0] == batches[1][1]
    assert vectors[0] == pytest.approx(vectors[3], abs=1e-6)
    assert vectors[1] == pytest.approx(vectors[2], abs=1e-6)
    assert abs(float(vectors[0] @ vectors[1])) < 0.9
