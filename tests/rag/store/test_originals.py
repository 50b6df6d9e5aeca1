from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from rag.errors import LibraryLockedError, StoreError
from rag.schema import DocumentInfo
from rag.store import Store
from rag.store.database import Database
from rag.store.originals import Originals
from tests.fakes import HashingEmbedder, add_to_store, document


def add(store: Store, embedder: HashingEmbedder, path: Path, content: bytes) -> DocumentInfo:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    return add_to_store(store, document("text", str(path), sha256=sha256), embedder, original=path)


def kept(store: Store) -> list[str]:
    return sorted(path.name for path in (store.path / "files").iterdir())


def test_the_original_is_kept_byte_by_byte(store: Store, embedder: HashingEmbedder, tmp_path: Path) -> None:
    info = add(store, embedder, tmp_path / "Report.PDF", b"\0binary\xff")
    path = store.original(info.document_id)
    assert path is not None
    assert path.read_bytes() == b"\0binary\xff"
    assert path.name == info.file == info.sha256 + ".pdf"
    assert path.parent == store.path / "files"


def test_equal_files_are_kept_once_and_go_with_the_last_document(
    store: Store, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    one = add(store, embedder, tmp_path / "1" / "a.txt", b"same")
    two = add(store, embedder, tmp_path / "2" / "b.txt", b"same")
    assert kept(store) == [one.file]
    store.remove_documents([one.document_id])
    assert kept(store) == [two.file]
    store.remove_documents([two.document_id])
    assert kept(store) == []


def test_a_replaced_document_takes_its_old_file_with_it(
    store: Store, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    add(store, embedder, tmp_path / "a.txt", b"old")
    new = add(store, embedder, tmp_path / "a.txt", b"new")
    assert kept(store) == [new.file]


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.tar.gz", ".gz"),
        ("noend", ""),
        (".hidden", ""),
        ("a.b c", ""),
        ("a.é", ""),
        ("a.", ""),
        ("a." + "x" * 40, ""),
    ],
)
def test_a_file_is_named_by_its_content_and_a_plain_suffix(tmp_path: Path, name: str, suffix: str) -> None:
    assert Originals(tmp_path).name(Path(name), "0" * 64) == "0" * 64 + suffix


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "0" * 64 + "/../x", "0" * 64 + ".a/b", "0" * 63, ""]
)
def test_a_name_can_never_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="changed by hand"):
        Originals(tmp_path).path(name)


def test_a_file_that_changed_since_it_was_read_is_refused(
    store: Store, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"other bytes than the document's")
    with pytest.raises(StoreError, match="changed while it was"):
        add_to_store(store, document("text", str(path)), embedder, original=path)
    assert store.documents() == []
    assert all(check.ok for check in store.check())
    assert kept(store) == []


def test_a_file_that_vanished_is_refused(store: Store, embedder: HashingEmbedder, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nothere\.txt"):
        add_to_store(store, document("text"), embedder, original=tmp_path / "nothere.txt")
    assert store.documents() == []


def test_what_a_crash_left_is_swept_at_the_next_start(
    store: Store, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    used = add(store, embedder, tmp_path / "a.txt", b"used")
    orphan = "1" * 64 + ".txt"
    (store.path / "files" / orphan).write_bytes(b"orphan")
    (store.path / "files" / f"{orphan}.copy").write_bytes(b"orph")
    (store.path / "files" / "x.pending").write_text(json.dumps([orphan, used.file]))
    (store.path / "files" / "y.pending").write_text('["cut o')
    writer = Database(store.path / "catalog.sqlite")
    with writer.writing(), Store.open(store.path) as busy:
        assert busy.documents() == [used]
        assert len(kept(store)) == 5
    writer.close()
    Store.open(store.path).close()
    assert kept(store) == [used.file]


def test_recovery_waits_for_no_writer(store: Store) -> None:
    (store.path / "files").mkdir()
    (store.path / "files" / "x.pending").write_text("[]")
    writer = Database(store.path / "catalog.sqlite")
    with writer.writing(), pytest.raises(LibraryLockedError):
        store._writer.recover(0.0)
    writer.close()
