from __future__ import annotations

import itertools

import numpy as np
import pytest

from rag.models import build_embedder
from rag.models.model_protocol import Embedder
from rag.settings import EmbedderSettings, Settings


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return build_embedder(Settings())


def test_the_default_embedder_keeps_the_protocol_without_loading_weights(embedder: Embedder) -> None:
    assert isinstance(embedder, Embedder)
    assert (embedder.name, embedder.dimension, embedder.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)
    assert embedder.fingerprint.startswith("all-MiniLM-L6-v2@")


def test_vectors_are_unit_float32_in_the_order_of_the_texts(embedder: Embedder) -> None:
    texts = ["a cat", "the central bank raised its interest rate by a quarter of a point " * 3, "", "狗"]
    done: list[int] = []
    vectors = embedder.embed_passages(texts, done.append)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert done[-1] == 4
    alone = np.concatenate([embedder.embed_passages([text]) for text in texts])
    assert np.allclose(vectors, alone, atol=1e-5)


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, 384)


def test_a_question_is_nearest_to_its_passage(embedder: Embedder) -> None:
    passages = embedder.embed_passages(["Cats sleep most of the day.", "Rates rose in March.", "Lions hunt."])
    question = embedder.embed_questions(["When did interest rates go up?"])
    assert int(np.argmax(passages @ question[0])) == 1


def test_lone_surrogates_are_embedded_and_keep_their_offsets(embedder: Embedder) -> None:
    text = "odd \ud800 text"
    assert embedder.embed_passages([text]).shape == (1, 384)
    assert [text[span.start : span.end] for span in embedder.token_spans(text)][-1] == "text"


def test_token_spans_have_no_limit_and_no_special_tokens(embedder: Embedder) -> None:
    text = "naïve 中文 word " * 400
    spans = embedder.token_spans(text)
    assert len(spans) > 1000
    assert text[spans[0].start : spans[0].end] == "naïve"
    assert all(a.start <= b.start for a, b in itertools.pairwise(spans))


def test_the_fingerprint_follows_prefix_and_limit_but_not_device_or_dtype() -> None:
    def fingerprint(**values: object) -> str:
        settings = Settings(embedder=EmbedderSettings.model_validate(values))
        return build_embedder(settings).fingerprint

    plain = fingerprint()
    assert plain == fingerprint(device="cpu", dtype="bfloat16", batch_size=3, threads=1)
    assert len({plain, fingerprint(passage_prefix="passage: "), fingerprint(max_tokens=128)}) == 3
