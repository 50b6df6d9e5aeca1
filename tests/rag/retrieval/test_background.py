"""The sample of a library that similarities are judged against."""

from __future__ import annotations

from rag.retrieval.background import LibraryBackground
from tests.fakes import add_to_store, document


def fill(store, embedder, count, language="en", prefix="doc"):
    for number in range(count):
        text = f"Passage {number} of {prefix} speaks of matter {number * 7919}."
        add_to_store(store, document(text, f"{prefix}{number}.txt", language=language), embedder)


def test_a_small_library_has_no_background(store, embedder):
    fill(store, embedder, 20)
    assert LibraryBackground(store, embedder.fingerprint).like([]) is None


def test_only_chunks_in_the_language_asked_count(store, embedder):
    fill(store, embedder, 60)
    fill(store, embedder, 70, "de", "heft")
    background = LibraryBackground(store, embedder.fingerprint)
    german = [info.document_id for info in store.documents() if info.language == "de"]
    english = [info.document_id for info in store.documents() if info.language == "en"]
    found = background.like([*german[:3], english[0]])
    assert found is not None
    assert {chunk.document_id for chunk in store.chunks(found.ids.tolist())} <= set(german)
    assert found.vectors.shape == (70, embedder.dimension)
    assert found.count == 70
    everything = background.like([])
    assert everything is not None
    assert len(everything.ids) == 130


def test_a_language_with_too_few_chunks_has_no_background(store, embedder):
    fill(store, embedder, 60)
    fill(store, embedder, 5, "de", "heft")
    german = [info.document_id for info in store.documents() if info.language == "de"]
    assert LibraryBackground(store, embedder.fingerprint).like(german) is None


def test_the_sample_is_taken_again_once_the_library_has_grown(store, embedder):
    fill(store, embedder, 60)
    background = LibraryBackground(store, embedder.fingerprint)
    first = background.like([])
    assert first is not None
    fill(store, embedder, 3, prefix="few")
    assert background.like([]) is first
    fill(store, embedder, 30, prefix="more")
    grown = background.like([])
    assert grown is not None
    assert len(grown.ids) == 93
