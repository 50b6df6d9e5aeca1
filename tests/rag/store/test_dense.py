"""The index in memory follows the catalog, whoever changes it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rag.store.dense
from rag.schema import Hit
from rag.store import Store
from rag.store.dense import ReadWriteLock
from rag.store.vectors import FlatIndex, InvertedIndex
from tests.fakes import HashingEmbedder, add_to_store, document


def found(store: Store, embedder: HashingEmbedder, question: str, **options: object) -> list[int]:
    vectors = embedder.embed_questions([question])
    [hits] = store.dense_search(embedder.fingerprint, vectors, 50, **options)  # type: ignore[arg-type]
    return [hit.chunk_id for hit in hits]


def test_a_store_sees_what_another_one_wrote(store: Store, embedder: HashingEmbedder) -> None:
    with Store.open(store.path) as other:
        assert found(store, embedder, "apple") == []
        info = add_to_store(other, document("apple"), embedder)
        assert found(store, embedder, "apple") == [1]
        add_to_store(other, document("pear", "b.txt"), embedder)
        assert found(store, embedder, "pear") == [2, 1]
        other.remove_documents([info.document_id])
        assert found(store, embedder, "apple") == [2]
        other.remove_documents([other.documents()[0].document_id])
        assert found(store, embedder, "apple") == []


def test_a_chunk_deleted_while_the_search_runs_is_not_returned(
    store: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = add_to_store(store, document("apple pie", "keep.txt"), embedder)
    gone = add_to_store(store, document("apple", "gone.txt"), embedder)
    found(store, embedder, "apple")
    index = store._dense._index
    assert index is not None
    real = index.search

    def search_then_delete(*arguments: object) -> list[list[Hit]]:
        hits = real(*arguments)  # type: ignore[arg-type]
        with Store.open(store.path) as other:
            other.remove_documents([gone.document_id])
        return hits

    monkeypatch.setattr(index, "search", search_then_delete)
    assert found(store, embedder, "apple") == [1]
    assert store.documents() == [keep]


def test_filters_are_applied_inside_the_search(store: Store, embedder: HashingEmbedder) -> None:
    for number in range(60):
        add_to_store(store, document("apple", f"{number:02}.txt"), embedder)
    far = add_to_store(store, document("something else entirely", "far.txt"), embedder)
    assert found(store, embedder, "apple", documents=[far.document_id]) == [61]
    assert found(store, embedder, "apple", documents=[]) == []
    assert found(store, embedder, "apple", documents=["unknown"]) == []


def test_many_questions_are_searched_at_once(store: Store, embedder: HashingEmbedder) -> None:
    for number, text in enumerate(["apple", "pear", "plum"]):
        add_to_store(store, document(text, f"{number}.txt", title=""), embedder)
    vectors = embedder.embed_questions(["plum", "apple"])
    results = store.dense_search(embedder.fingerprint, vectors, 1)
    assert [[hit.chunk_id for hit in hits] for hits in results] == [[3], [1]]
    assert results[0][0].score == pytest.approx(1.0)
    assert store.dense_search(embedder.fingerprint, np.empty((0, 64), np.float32), 5) == []


def test_a_large_library_is_searched_by_cells(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.vectors._EXACT_UP_TO", 500)
    words = [f"w{number % 40} w{number * 7 % 90} w{number}" for number in range(1_000)]
    text = "".join(f"{word:<20}" for word in words)
    with Store.open(tmp_path / "library") as store:
        info = add_to_store(store, document(text, title=""), embedder, size=20)
        add_to_store(store, document("w1 w7 w1", "b.txt", title=""), embedder)
        store.publish()
        kinds = [path.read_text() for path in (store.path / "index").glob("*.json")]
        assert '"kind": "inverted"' in kinds[0]
        assert found(store, embedder, words[321])[0] == 322
        assert all(check.ok for check in store.check())
        with Store.open(store.path) as other:
            assert found(other, embedder, words[321]) == found(store, embedder, words[321])
            assert found(other, embedder, "w1", documents=[store.documents()[1].document_id]) == [1_001]
        store.remove_documents([info.document_id])
        assert found(store, embedder, words[321]) == [1_001]


def test_a_library_that_outgrew_its_index_is_searched_while_another_is_built(
    store: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.vectors._EXACT_UP_TO", 350)
    words = [f"w{number % 40} w{number * 7 % 90} w{number}" for number in range(600)]
    for name, part in (("a.txt", words[:340]), ("b.txt", words[340:])):
        text = "".join(f"{word:<20}" for word in part)
        add_to_store(store, document(text, name, title=""), embedder, size=20)
        assert found(store, embedder, words[321])[0] == 322
    index: object = store._dense._index
    assert isinstance(index, FlatIndex)  # a search does not stop to train
    real, seen = rag.store.dense.build_index, []

    def searched_meanwhile(*arguments: Any) -> Any:
        add_to_store(store, document("late pear", "c.txt", title=""), embedder)
        seen.append(found(store, embedder, "late pear")[0])
        return real(*arguments)

    monkeypatch.setattr(rag.store.dense, "build_index", searched_meanwhile)
    store.publish()
    assert seen == [601]
    index = store._dense._index
    assert isinstance(index, InvertedIndex)
    assert found(store, embedder, "late pear")[0] == 601
    assert all(check.ok for check in store.check())


def grown(store: Store, embedder: HashingEmbedder, name: str, count: int) -> None:
    words = [f"{name}{number % 40} {name}{number}" for number in range(count)]
    add_to_store(store, document("".join(f"{word:<20}" for word in words), name, title=""), embedder, size=20)


def test_a_search_never_trains_and_takes_what_another_process_published(
    store: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.vectors._EXACT_UP_TO", 350)
    grown(store, embedder, "a", 900)
    with Store.open(store.path) as reader:
        assert found(reader, embedder, "a7 a7")[0] == 8  # no cache: all vectors are compared
        assert isinstance(reader._dense._index, FlatIndex)
        grown(store, embedder, "b", 10)
        store.publish()
        assert found(reader, embedder, "b3 b3")[0] == 904  # another version: it looks for a fitting cache
        assert isinstance(reader._dense._index, InvertedIndex)
        assert found(reader, embedder, "a7 a7")[0] == 8


def test_an_outgrown_cache_answers_with_all_that_was_added_since(
    store: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.vectors._EXACT_UP_TO", 350)
    grown(store, embedder, "a", 100)
    store.publish()
    grown(store, embedder, "b", 900)  # and this process ends before it publishes
    monkeypatch.setattr(rag.store.dense, "build_index", lambda *_: pytest.fail("trained in a search"))
    with Store.open(store.path) as reader:
        assert found(reader, embedder, "b37 b77")[0] == 178
        monkeypatch.undo()
        monkeypatch.setattr("rag.store.vectors._EXACT_UP_TO", 350)
        reader.publish()
        assert isinstance(reader._dense._index, InvertedIndex)
        assert found(reader, embedder, "b37 b77")[0] == 178
        assert all(check.ok for check in reader.check())


def test_readers_share_the_lock_and_a_writer_is_alone() -> None:
    lock, log = ReadWriteLock(), []
    both_inside = threading.Barrier(2, timeout=5)

    def read() -> None:
        with lock.reading():
            both_inside.wait()
            log.append("read")

    def write() -> None:
        with lock.writing():
            log.append("write")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join()
    with lock.reading():
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(0.05)
        assert log == ["read", "read"]
    writer.join()
    assert log == ["read", "read", "write"]
