"""The segments' files: kept, checked, and thrown away when they do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import rag.store.lexical.index as index_module
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document


def found(store: Store, question: str) -> list[int]:
    return [hit.chunk_id for hit in store.lexical_search(question, 50)]


def files(store: Store) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder(store).glob("*.segment")}


def folder(store: Store) -> Path:
    return store.path / "index" / "lexical"


def fill(store: Store, embedder: HashingEmbedder, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        add_to_store(store, document(f"apple number{number} pie", f"{number}.txt"), embedder)


def test_a_new_process_reads_the_files_and_only_newer_documents(
    store: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, embedder, 5)
    store.publish()
    fill(store, embedder, 1, 5)
    store.close()
    read: list[int] = []
    original = index_module.stored_postings

    def counted(connection, documents):
        read.extend(documents.tolist())
        return original(connection, documents)

    monkeypatch.setattr(index_module, "stored_postings", counted)
    with Store.open(store.path) as opened:
        assert found(opened, "apple") == [1, 2, 3, 4, 5, 6]
        assert read == [6]


def test_publishing_again_writes_only_what_is_new(
    store: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "CAPACITY", 4)
    fill(store, embedder, 4)
    store.publish()
    before = files(store)
    fill(store, embedder, 3, 4)
    store.publish()
    after = files(store)
    assert before.items() <= after.items()
    assert len(after) > len(before)
    assert found(store, "apple") == [1, 2, 3, 4, 5, 6, 7]
    store.publish()
    assert files(store) == after


def test_many_small_additions_leave_few_segments(store: Store, embedder: HashingEmbedder) -> None:
    for number in range(40):
        fill(store, embedder, 1, number)
        assert len(found(store, "apple")) == number + 1
    store.publish()
    assert len(files(store)) < 6


def test_publishing_drops_the_chunks_that_are_gone(store: Store, embedder: HashingEmbedder) -> None:
    fill(store, embedder, 6)
    store.publish()
    store.remove_documents([store.documents()[1].document_id])
    assert found(store, "apple") == [1, 3, 4, 5, 6]
    store.publish()
    content = json.loads((folder(store) / "segments.json").read_text())
    assert sum(entry["lengths"]["ids"] for entry in content["segments"]) == 5
    assert len(files(store)) == len(content["segments"])
    assert found(store, "apple") == [1, 3, 4, 5, 6]


@pytest.mark.parametrize("harm", ["cut", "changed", "missing", "manifest", "format", "library"])
def test_files_that_do_not_fit_are_not_used(store: Store, embedder: HashingEmbedder, harm: str) -> None:
    fill(store, embedder, 4)
    store.publish()
    store.close()
    [path] = folder(store).glob("*.segment")
    manifest = folder(store) / "segments.json"
    content = json.loads(manifest.read_text())
    data = path.read_bytes()
    if harm == "cut":
        path.write_bytes(data[:-3])
    elif harm == "changed":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif harm == "missing":
        path.unlink()
    elif harm == "manifest":
        manifest.write_text("{")
    elif harm == "format":
        manifest.write_text(json.dumps(content | {"format": 99}))
    else:
        manifest.write_text(json.dumps(content | {"library": "another"}))
    with Store.open(store.path) as opened:
        assert found(opened, "apple") == [1, 2, 3, 4]
        checks = {check.name: check for check in opened.check()}
        assert checks["lexical cache"].ok == (harm in ("manifest", "format"))
        opened.publish()
        assert all(check.ok for check in opened.check())
        assert found(opened, "apple") == [1, 2, 3, 4]


def test_a_cache_newer_than_what_a_reader_sees_is_masked(store: Store, embedder: HashingEmbedder) -> None:
    """Segments may hold chunks that this version does not have: a restored backup, an older snapshot."""
    fill(store, embedder, 3)
    with store._database.reading() as older:
        older.execute("SELECT count(*) FROM documents").fetchone()
        fill(store, embedder, 2, 3)
        store.remove_documents([store.documents()[0].document_id])
        assert found(store, "apple") == [2, 3, 4, 5]
        view = store._lexical._at(older)
        assert view.chunks == 3
    assert found(store, "apple") == [2, 3, 4, 5]
