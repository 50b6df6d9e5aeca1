"""The FAISS files are a cache: whatever happens to them, searches are right and nothing is embedded again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

import rag.store.dense
from rag.errors import StoreError
from rag.schema import Hit
from rag.store import Store
from rag.store.vector_cache import CacheKey, VectorCache
from rag.store.vectors import FlatIndex
from tests.fakes import HashingEmbedder, add_to_store, document


def search(store: Store, embedder: HashingEmbedder, question: str = "apple") -> list[Hit]:
    return store.dense_search(embedder.fingerprint, embedder.embed_questions([question]), 50)[0]


def files(store: Store, suffix: str) -> list[Path]:
    return sorted(filter(Path.is_file, (store.path / "index").glob(f"*{suffix}")))


@pytest.fixture
def published(store: Store, embedder: HashingEmbedder) -> Store:
    for number in range(10):
        add_to_store(store, document(f"apple {number} and pear {number}", f"{number}.txt"), embedder)
    store.publish()
    return store


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many stored vectors were read each time that an index was filled, from here on."""
    counts: list[int] = []
    real = rag.store.dense.vector_batches

    def counted(connection: object, embedder: int, dimension: int, ids: np.ndarray) -> object:
        if len(ids):
            counts.append(len(ids))
        return real(connection, embedder, dimension, ids)  # type: ignore[arg-type]

    monkeypatch.setattr(rag.store.dense, "vector_batches", counted)
    return counts


def test_a_published_index_is_used_as_it_is(
    published: Store, embedder: HashingEmbedder, reads: list[int]
) -> None:
    with Store.open(published.path) as other:
        assert search(other, embedder) == search(published, embedder)
        other.publish()
    assert reads == []
    assert len(files(published, ".faiss")) == 1
    assert list((published.path / "index").glob("*.tmp")) == []


def test_an_older_index_is_brought_up_to_date(
    published: Store, embedder: HashingEmbedder, reads: list[int]
) -> None:
    first = published.documents()[0]
    published.remove_documents([first.document_id])
    add_to_store(published, document("apple apple", "new.txt"), embedder)
    with Store.open(published.path) as other:
        assert [hit.chunk_id for hit in search(other, embedder)] != []
        assert {hit.chunk_id for hit in search(other, embedder)} == set(range(2, 12))
        other.publish()
    assert reads == [1]
    [manifest] = files(published, ".json")
    assert json.loads(manifest.read_text())["count"] == 10
    assert all(check.ok for check in published.check())


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("suffix", [".faiss", ".json"])
@pytest.mark.parametrize("damage", [truncate, flip_a_bit, empty, Path.unlink])
def test_a_damaged_or_missing_file_is_rebuilt_from_stored_vectors(
    published: Store,
    embedder: HashingEmbedder,
    reads: list[int],
    suffix: str,
    damage: Callable[[Path], None],
) -> None:
    expected = search(published, embedder)
    embedded = sum(embedder.calls)
    [path] = files(published, suffix)
    damage(path)
    with Store.open(published.path) as other:
        if suffix == ".faiss":
            [check] = [check for check in other.check() if check.name == "vector cache"]
            assert not check.ok
            assert "built again" in check.detail
        assert search(other, embedder) == expected
        assert reads == [10]
        other.publish()
        assert all(check.ok for check in other.check())
    assert sum(embedder.calls) == embedded


def test_the_index_of_another_library_is_not_used(
    published: Store, embedder: HashingEmbedder, tmp_path: Path, reads: list[int]
) -> None:
    with Store.open(tmp_path / "other") as other:
        add_to_store(other, document("quite another text", "x.txt"), embedder)
        for path in filter(Path.is_file, (published.path / "index").iterdir()):
            (other.path / "index").mkdir(exist_ok=True)
            (other.path / "index" / path.name).write_bytes(path.read_bytes())
        assert [hit.chunk_id for hit in search(other, embedder)] == [1]
        assert reads == [1]


def test_an_index_from_the_future_of_a_restored_catalog_is_not_used(
    published: Store, embedder: HashingEmbedder
) -> None:
    cache = VectorCache(published.path / "index")
    manifest = cache.manifest(embedder.fingerprint)
    assert manifest is not None
    key = CacheKey(manifest.library, manifest.version - 1, manifest.fingerprint, manifest.dimension)
    assert cache.load(key, lambda ids: (ids, np.empty((0, 64), np.float32))) is None


def test_an_empty_library_leaves_no_index_files(published: Store) -> None:
    published.remove_documents([info.document_id for info in published.documents()])
    published.publish()
    assert files(published, ".faiss") == files(published, ".json") == []


def test_one_process_publishes_at_a_time(published: Store, embedder: HashingEmbedder) -> None:
    before = files(published, ".faiss")
    add_to_store(published, document("more", "more.txt"), embedder)
    with FileLock(published.path / "index" / "publish.lock"):
        published.publish()
        assert files(published, ".faiss") == before
    with Store.open(published.path) as other:
        assert len(search(other, embedder)) == 11


def test_leftovers_of_a_killed_publisher_are_swept(published: Store, embedder: HashingEmbedder) -> None:
    left = published.path / "index" / "x.faiss.0123.tmp"
    left.write_bytes(b"half")
    add_to_store(published, document("more", "more.txt"), embedder)
    published.publish()
    assert not left.exists()


def test_a_full_disk_is_told_and_keeps_the_index_before(
    published: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in files(published, "")}
    add_to_store(published, document("more", "more.txt"), embedder)
    index = FlatIndex.empty(64)
    cache = VectorCache(published.path / "index")
    manifest = cache.manifest(embedder.fingerprint)
    assert manifest is not None

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        cache.publish(CacheKey(manifest.library, 99, manifest.fingerprint, 64), index)
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in files(published, "")} == before
