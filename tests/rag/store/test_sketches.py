"""Near-duplicates are known as such, as long as both are there."""

from __future__ import annotations

from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document


def report(year: int, sentences: int = 200) -> str:
    return " ".join(f"In {year} pump {i} ran {i * 7 % 61} hours at plant {i % 9}." for i in range(sentences))


def test_an_edited_version_is_similar_and_another_report_is_not(store: Store, embedder: HashingEmbedder):
    text = report(2023)
    first = add_to_store(store, document(text, "report-v1.txt"), embedder)
    other = add_to_store(store, document(report(2024), "2024.txt"), embedder)
    edited = text.replace("pump 17 ran", "pump 17 stood still for")
    second = add_to_store(store, document(edited, "report-v2.txt"), embedder)
    (similar,) = store.similar_documents(second.document_id)
    assert (similar.document_id, similar.name, similar.same_bytes) == (
        first.document_id,
        "report-v1.txt",
        False,
    )
    assert 0.9 < similar.share <= 1.0
    assert store.similar_documents(other.document_id) == []
    assert set(store.all_similar_documents()) == {first.document_id, second.document_id}
    store.remove_documents([first.document_id])
    assert store.similar_documents(second.document_id) == []
    assert store.all_similar_documents() == {}


def test_the_same_bytes_come_first(store: Store, embedder: HashingEmbedder):
    text = report(2023)
    for name, content in (("edited.txt", text + " One more line."), ("a.txt", text), ("b.txt", text)):
        info = add_to_store(store, document(content, name), embedder)
    similar = store.similar_documents(info.document_id)
    assert [(s.source, s.same_bytes) for s in similar] == [("a.txt", True), ("edited.txt", False)]


def test_a_new_version_of_a_source_is_not_similar_to_the_one_it_replaced(
    store: Store, embedder: HashingEmbedder
):
    add_to_store(store, document(report(2023), "a.txt"), embedder)
    info = add_to_store(store, document(report(2023) + " The end.", "a.txt"), embedder)
    assert store.similar_documents(info.document_id) == []


def test_a_document_without_words_is_like_nothing(store: Store, embedder: HashingEmbedder):
    for name in ("a.txt", "b.txt"):
        info = add_to_store(store, document("…", name, sha256=name * 8), embedder)
    assert store.similar_documents(info.document_id) == []


def test_among_many_of_one_template_each_is_compared_with_the_first_few(
    store: Store, embedder: HashingEmbedder
):
    for number in range(40):
        add_to_store(store, document(report(2023) + f" No. {number}.", f"{number:02}.txt"), embedder)
    found = store.all_similar_documents()
    last = store.document_by_source("39.txt")
    assert last is not None
    assert len(found) == 40
    assert max(map(len, found.values())) < 30
    assert {other.source for other in found[last.document_id]} >= {f"{number:02}.txt" for number in range(15)}
    assert store.similar_documents(last.document_id) == found[last.document_id]
