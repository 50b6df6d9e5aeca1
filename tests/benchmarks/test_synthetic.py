"""Synthetic libraries: as large as was asked for, searchable, the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.synthetic import Words, grow, read_sample, resampled_vectors
from rag.store import Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "set"
    folder.mkdir(parents=True)
    texts = [f"The valve number {i} opens at {i} bar and closes again" for i in range(40)]
    folder.joinpath("corpus.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    question = {"text": "At which pressure does the valve number seven open again?"}
    folder.joinpath("queries.jsonl").write_text(
        json.dumps(question) + "\n" + json.dumps({"text": "Why?"}) + "\n"
    )
    return folder.parent


def grown(place: Path, data: Path, chunks: int) -> Store:
    sample = read_sample(data, 30, 5)
    random = np.random.default_rng(0)
    real = random.normal(size=(30, 16)).astype(np.float32)
    real /= np.linalg.norm(real, axis=1, keepdims=True)
    store = Store.open(place)
    list(grow(store, chunks, "fingerprint", Words(sample.texts), resampled_vectors(real, random)))
    return store


def test_a_library_grows_to_its_size_and_is_sound(tmp_path: Path, data: Path) -> None:
    with grown(tmp_path / "one", data, 620) as store, grown(tmp_path / "two", data, 620) as again:
        assert store.chunk_count() == 620
        assert len(store.documents()) == 2
        assert all(check.ok for check in store.check())
        assert store.lexical_search("valve bar", 5) == again.lexical_search("valve bar", 5) != []
        vectors = store.chunk_vectors("fingerprint", [1, 2, 3])
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_only_ordinary_questions_are_asked(data: Path) -> None:
    assert read_sample(data, 30, 5).questions == (
        "At which pressure does the valve number seven open again?",
    )


def test_a_folder_without_datasets_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no BEIR folder"):
        read_sample(tmp_path, 1, 1)
