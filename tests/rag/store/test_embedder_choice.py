"""A library keeps its embedder: the settings need not name it, and may not name another."""

from __future__ import annotations

import sqlite3

import pytest

from rag.errors import ConfigurationError, StoreError
from rag.settings import load_settings
from rag.store import Store, chosen_settings, defining_settings, open_embedder
from tests.fakes import add_to_store, document

UNIVERSAL = "packaged:universal-sentence-encoder-multilingual"


def settings_with(**embedder):
    return load_settings(overrides={"embedder": embedder}, environment={})


@pytest.fixture
def universal(store: Store):
    """A library that was embedded by another embedder than the default one."""
    embedder = open_embedder(store, settings_with(model=UNIVERSAL))
    add_to_store(store, document("A note about pumps.", "a.txt"), embedder)
    return store


def test_a_new_library_takes_the_settings_embedder_and_remembers_it(universal):
    assert universal.embedder.startswith("universal-sentence-encoder-multilingual@")
    assert universal.embedder_settings["model"] == UNIVERSAL


def test_default_settings_open_a_library_with_its_own(universal):
    assert open_embedder(universal, load_settings(environment={})).fingerprint == universal.embedder
    assert open_embedder(universal, load_settings("server", environment={})).fingerprint == universal.embedder


def test_settings_that_name_another_are_refused_with_what_to_do(universal):
    with pytest.raises(ConfigurationError, match=r"citewell reindex --embedder packaged:all-MiniLM-L6-v2"):
        open_embedder(universal, settings_with(model="packaged:all-MiniLM-L6-v2"))


def test_an_input_limit_that_is_given_is_not_passed_over(store):
    settings = settings_with(max_tokens=64)
    embedder = open_embedder(store, settings)
    add_to_store(store, document("A note about pumps.", "a.txt"), embedder)
    assert open_embedder(store, settings_with()).max_tokens == 64
    assert open_embedder(store, settings_with(model="packaged:all-MiniLM-L6-v2")).max_tokens == 64
    with pytest.raises(ConfigurationError, match="reindex"):
        open_embedder(store, settings_with(max_tokens=128))


def test_how_vectors_are_computed_is_the_settings_business():
    remembered = defining_settings(settings_with(model="x", max_tokens=99, device="cuda").embedder)
    assert set(remembered) == {"provider", "model", "max_tokens", "query_prefix", "passage_prefix"}
    chosen = chosen_settings(settings_with(device="cpu", batch_size=4), remembered).embedder
    assert (chosen.model, chosen.max_tokens, chosen.device, chosen.batch_size) == ("x", 99, "cpu", 4)
    assert chosen_settings(settings_with(model="y"), remembered).embedder.max_tokens is None


def test_a_library_of_an_embedder_that_a_program_made_stays_as_it_is(store, embedder):
    add_to_store(store, document("text"), embedder)
    assert store.embedder_settings == {}
    with pytest.raises(ConfigurationError, match="hashing"):
        open_embedder(store, load_settings(environment={}))


def remember(store, settings):
    with sqlite3.connect(store.path / "catalog.sqlite") as connection:
        connection.execute("UPDATE embedders SET settings = ?", (settings,))


@pytest.mark.parametrize(
    "settings",
    ["[1]", "7", '{"model": 7}', '{"model": ["x"]}', '{"max_tokens": "x"}', '{"query_prefix": 7}', "{",
     "[" * 5_000, '{"model": "a\\u0000b"}', '{"threads": 0}'],
)  # fmt: skip
def test_what_others_had_a_library_remember_is_checked(universal, settings):
    remember(universal, settings)
    with pytest.raises(StoreError, match="changed by another program"):
        open_embedder(universal, load_settings(environment={}))


def test_a_library_does_not_bring_its_own_model(universal, monkeypatch):
    monkeypatch.chdir(universal.path.parent)
    for place in (universal.path / "files" / "model", f"{universal.path.name}/files/model"):
        remember(universal, f'{{"model": "{place}"}}')
        with pytest.raises(ConfigurationError, match="a model inside itself"):
            open_embedder(universal, load_settings(environment={}))
