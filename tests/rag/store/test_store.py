from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest

from rag.errors import (
    ConfigurationError,
    LibraryLockedError,
    LibraryNotFoundError,
    NotFoundError,
    StoreError,
    UsageError,
)
from rag.geometry import PageGeometry
from rag.schema import Block, BlockKind, Chunk, Page
from rag.store import Store
from rag.store.database import Database
from tests.fakes import HashingEmbedder, add_to_store, document, pages_of, tiling_chunks


def failed(store: Store) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in store.check() if not check.ok]


def test_what_goes_in_comes_out(store: Store, embedder: HashingEmbedder) -> None:
    text = "First page.\fSecond page, with a heading.\nAnd text."
    geometry = PageGeometry(np.array([[1, 2, 3, 4]] * 12, np.float32)).to_bytes()
    first, second = pages_of(text)
    pages = [
        Page(1, first.start, first.end, "i", 595.0, 842.0, geometry, ("OCR used",)),
        second,
    ]
    blocks = (Block(12, 42, BlockKind.HEADING, 2), Block(43, 52, BlockKind.PARAGRAPH))
    given = document(
        text,
        "folder/report.pdf",
        pages,
        blocks=blocks,
        metadata={"author": "Ä"},
        warnings=("page 1: OCR used",),
    )
    chunks = [Chunk(0, 0, 12, 1, 1), Chunk(1, 12, len(text), 2, 2, ("Heading", "Über"))]

    info = add_to_store(store, given, embedder, chunks)

    assert (info.document_id, info.source, info.sha256) == (given.document_id, given.source, given.sha256)
    assert (info.pages, info.chunks, info.characters) == (2, 2, len(text))
    assert (info.metadata, info.warnings) == ({"author": "Ä"}, ("page 1: OCR used",))
    assert info.name == "report.pdf"
    assert store.documents() == [info]
    assert store.document_by_source("folder/report.pdf") == info
    assert store.text(info.document_id) == text
    assert store.page(info.document_id, 1) == pages[0]
    assert store.pages(info.document_id)[0] == Page(1, 0, 12, "i", 595.0, 842.0, None, ("OCR used",))
    assert store.blocks(info.document_id) == list(blocks)
    assert store.blocks(info.document_id, 42, 44) == [blocks[1]]
    stored = store.document_chunks(info.document_id)
    assert [chunk.text for chunk in stored] == [text[:12], text[12:]]
    assert stored[1].headings == ("Heading", "Über")
    assert (stored[1].source, stored[1].title, stored[1].first_page) == (given.source, given.title, 2)
    assert store.chunk_count() == 2
    assert failed(store) == []


def test_chunks_come_in_the_order_asked_and_missing_ones_are_passed_over(
    store: Store, embedder: HashingEmbedder
) -> None:
    add_to_store(store, document("abcdef"), embedder, size=2)
    assert [chunk.text for chunk in store.chunks([3, 99, 1])] == ["ef", "ab"]


def test_pages_are_found_by_offset(store: Store, embedder: HashingEmbedder) -> None:
    info = add_to_store(store, document("ab\fcd\f"), embedder)
    found = [store.page_at(info.document_id, offset).number for offset in range(7)]
    assert found == [1, 1, 1, 2, 2, 2, 3]
    for outside in (-1, 7):
        with pytest.raises(NotFoundError, match=f"no character {outside}"):
            store.page_at(info.document_id, outside)


def test_a_document_replaces_the_one_of_its_source(store: Store, embedder: HashingEmbedder) -> None:
    old = add_to_store(store, document("the old text about apples"), embedder)
    new = add_to_store(store, document("the new text about pears"), embedder)
    assert old.document_id != new.document_id
    assert store.documents() == [new]
    assert store.lexical_search("apples", 5) == []
    assert [hit.chunk_id for hit in store.lexical_search("pears", 5)] == [2]
    [hits] = store.dense_search(embedder.fingerprint, embedder.embed_questions(["apples"]), 5)
    assert [hit.chunk_id for hit in hits] == [2]
    with pytest.raises(NotFoundError):
        store.text(old.document_id)
    assert failed(store) == []


def test_removal_takes_all_and_ids_are_never_given_again(
    store: Store, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    add_to_store(store, document("to stay", "stay.txt"), embedder)
    gone = add_to_store(store, document("secretword forever", "gone.txt"), embedder)
    assert store.remove_documents([gone.document_id, "not there"]) == [gone]
    assert store.remove_documents([gone.document_id]) == []
    add_to_store(store, document("later", "later.txt"), embedder)
    assert [
        chunk.chunk_id for info in store.documents() for chunk in store.document_chunks(info.document_id)
    ] == [
        3,
        1,
    ]
    assert store.document_frequencies(["secretword"]) == {"secretword": 0}
    store.publish()
    assert failed(store) == []
    store.close()
    left = b"".join(path.read_bytes() for path in store.path.rglob("*") if path.is_file())
    assert b"secretword" not in left


def test_chunks_are_counted_through_every_change(store: Store, embedder: HashingEmbedder) -> None:
    assert store.chunk_count() == 0
    add_to_store(store, document("x" * 90, "a.txt"), embedder, size=10)
    other = add_to_store(store, document("y" * 40, "b.txt"), embedder, size=10)
    assert store.chunk_count() == 13
    add_to_store(store, document("z" * 20, "a.txt"), embedder, size=10)
    assert store.chunk_count() == 6
    [chunk] = tiling_chunks(document("y" * 40), 40)
    vectors = embedder.embed_passages(["y" * 40])
    store.recut_document(other.document_id, [chunk], embedder.fingerprint, [b"k" * 16], vectors, "whole")
    assert store.chunk_count() == 3
    store.remove_documents([info.document_id for info in store.documents()])
    assert store.chunk_count() == 0


def test_vectors_are_shared_by_equal_texts_until_the_last_is_gone(
    store: Store, embedder: HashingEmbedder
) -> None:
    one = add_to_store(store, document("same", "1/a.txt"), embedder)
    two = add_to_store(store, document("same", "2/a.txt"), embedder)
    with sqlite3.connect(store.path / "catalog.sqlite") as connection:
        hashes = [row[0] for row in connection.execute("SELECT hash FROM vectors")]
    connection.close()
    assert len(hashes) == 1
    assert list(store.cached_vectors(embedder.fingerprint, [*hashes, b"other"])) == hashes
    assert store.cached_vectors("another embedder", hashes) == {}
    store.remove_documents([one.document_id])
    vector = store.cached_vectors(embedder.fingerprint, hashes)[hashes[0]]
    np.testing.assert_array_equal(vector, store.chunk_vectors(embedder.fingerprint, [2])[0])
    store.remove_documents([two.document_id])
    assert store.cached_vectors(embedder.fingerprint, hashes) == {}


def test_chunk_vectors_are_in_the_order_asked(store: Store, embedder: HashingEmbedder) -> None:
    add_to_store(store, document("alpha beta gamma delta "), embedder, size=6)
    vectors = store.chunk_vectors(embedder.fingerprint, [3, 1])
    assert vectors.shape == (2, 64)
    np.testing.assert_array_equal(vectors[1], store.chunk_vectors(embedder.fingerprint, [1])[0])
    assert store.chunk_vectors(embedder.fingerprint, []).shape == (0, 64)
    with pytest.raises(NotFoundError, match="chunk 77"):
        store.chunk_vectors(embedder.fingerprint, [1, 77])


def test_the_version_grows_with_changes_of_documents_only(store: Store, embedder: HashingEmbedder) -> None:
    assert store.version == 0
    info = add_to_store(store, document("a"), embedder)
    assert store.version == 1
    store.create_conversation("talk")
    store.remove_documents(["nothing"])
    assert store.version == 1
    store.remove_documents([info.document_id])
    assert store.version == 2


def test_another_embedder_is_refused_until_the_library_is_empty(
    store: Store, embedder: HashingEmbedder
) -> None:
    other = HashingEmbedder(32)
    assert store.embedder is None
    assert store.dense_search(other.fingerprint, other.embed_questions(["a"]), 3) == [[]]
    info = add_to_store(store, document("a"), embedder)
    assert store.embedder == embedder.fingerprint
    with pytest.raises(ConfigurationError, match="reindex"):
        add_to_store(store, document("b", "b.txt"), other)
    with pytest.raises(ConfigurationError, match="reindex"):
        store.dense_search(other.fingerprint, other.embed_questions(["a"]), 3)
    assert [kept.source for kept in store.documents()] == ["a.txt"]
    store.remove_documents([info.document_id])
    add_to_store(store, document("b", "b.txt"), other)
    assert store.embedder == other.fingerprint
    assert failed(store) == []


def test_documents_are_found_by_what_people_call_them(
    store: Store, embedder: HashingEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = add_to_store(store, document("1", "2023/report.pdf"), embedder)
    add_to_store(store, document("2", "2022/notes.md"), embedder)
    add_to_store(store, document("3", "2023/notes.md"), embedder)
    absolute = add_to_store(store, document("4", str(tmp_path / "here.txt")), embedder)
    monkeypatch.chdir(tmp_path)
    assert store.resolve(report.document_id) == report
    assert store.resolve("2023/report.pdf") == report
    assert store.resolve("report.pdf") == report
    assert store.resolve("./here.txt") == absolute
    with pytest.raises(UsageError, match=r"2 documents .*2022/notes\.md"):
        store.resolve("notes.md")
    with pytest.raises(NotFoundError, match=r"did you mean 'report\.pdf'"):
        store.resolve("raport.pdf")
    for name in ("zzzzzz", "nothing.md", "zzzzzz.pdf"):  # an ending is no name
        with pytest.raises(NotFoundError, match="citewell list"):
            store.resolve(name)


def test_documents_are_listed_by_source_and_by_id(store: Store, embedder: HashingEmbedder) -> None:
    infos = {source: add_to_store(store, document(source, source), embedder) for source in ("b", "c", "a")}
    assert store.documents() == [infos["a"], infos["b"], infos["c"]]
    assert store.documents([infos["c"].document_id, "x", infos["a"].document_id]) == [infos["a"], infos["c"]]
    assert store.documents([]) == []


def test_unknown_documents_are_errors_that_name_them(store: Store) -> None:
    for call in (store.text, store.pages, store.blocks, store.document_chunks, store.original):
        with pytest.raises(NotFoundError, match="'0123'"):
            call("0123")
    with pytest.raises(NotFoundError, match="'0123'"):
        store.page("0123", 1)


def test_an_unknown_page_is_an_error_that_names_the_last(store: Store, embedder: HashingEmbedder) -> None:
    info = add_to_store(store, document("a\fb"), embedder)
    with pytest.raises(NotFoundError, match="no page 3: its pages are 1 to 2"):
        store.page(info.document_id, 3)


def test_parts_that_do_not_fit_are_refused_and_nothing_is_stored(
    store: Store, embedder: HashingEmbedder
) -> None:
    good = document("some text")
    vectors = embedder.embed_passages(["some text"])
    whole = [Chunk(0, 0, 9, 1, 1)]
    cases = [
        (good, [Chunk(0, 0, 8, 1, 1)], [b"h"], vectors, "chunks end at 8, its text at 9"),
        (good, [Chunk(0, 1, 9, 1, 1)], [b"h"], vectors, "chunk 0 is 1 to 9"),
        (good, [Chunk(1, 0, 9, 1, 1)], [b"h"], vectors, "numbered"),
        (good, [Chunk(0, 0, 9, 1, 2)], [b"h"], vectors, "pages 1 to 2 of 1"),
        (good, whole, [], vectors, "chunks: 1, hashes: 0"),
        (good, whole, [b"h"], vectors[0], r"shape \(64,\)"),
        (good, whole, [b"h"], vectors * np.float32(np.nan), "not a finite number"),
        (document("some text", pages=[Page(1, 0, 4)]), whole, [b"h"], vectors, "pages end at 4"),
        (document("some text", pages=[Page(2, 0, 9)]), whole, [b"h"], vectors, "numbered"),
    ]
    for bad, chunks, hashes, given, message in cases:
        with pytest.raises(StoreError, match=message):
            store.add_document(bad, chunks, embedder.fingerprint, hashes, given)
    assert (store.documents(), store.version, failed(store)) == ([], 0, [])


def test_an_empty_text_is_a_document_without_chunks(store: Store, embedder: HashingEmbedder) -> None:
    info = store.add_document(
        document(""), [], embedder.fingerprint, [], np.empty((0, embedder.dimension), np.float32)
    )
    assert (info.chunks, info.pages, store.text(info.document_id)) == (0, 1, "")
    assert failed(store) == []


def test_a_name_that_is_not_valid_unicode_is_kept_in_a_printable_form(
    store: Store, embedder: HashingEmbedder
) -> None:
    undecodable = os.fsdecode(b"caf\xe9.txt")
    info = add_to_store(store, document("text", undecodable), embedder)
    info.source.encode()
    assert store.document_by_source(undecodable) == info
    assert store.resolve(undecodable) == info


def test_a_library_is_there_again_after_closing(tmp_path: Path, embedder: HashingEmbedder) -> None:
    with Store.open(tmp_path / "library") as store:
        info = add_to_store(store, document("kept"), embedder)
    with Store.open(tmp_path / "library", create=False) as store:
        assert store.documents() == [info]
    with pytest.raises(StoreError, match="closed"):
        store.documents()


def test_opening_what_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFoundError, match="citewell ingest"):
        Store.open(tmp_path / "nothing", create=False)
    assert not (tmp_path / "nothing").exists()
    file = tmp_path / "file"
    file.write_text("I am a file")
    with pytest.raises(StoreError, match="file"):
        Store.open(file)
    (tmp_path / "garbage").mkdir()
    (tmp_path / "garbage" / "catalog.sqlite").write_bytes(b"this is not a database " * 100)
    with pytest.raises(StoreError, match="not a Citewell library"):
        Store.open(tmp_path / "garbage")


def test_a_writer_that_waits_too_long_is_told(store: Store) -> None:
    impatient = Database(store.path / "catalog.sqlite", busy_seconds=0.05)
    try:
        with (
            impatient.writing(),
            pytest.raises(LibraryLockedError, match="another process"),
            impatient.writing(),
        ):
            pass
        with impatient.writing():
            pass
    finally:
        impatient.close()


def test_an_error_inside_a_transaction_undoes_it(store: Store) -> None:
    database = Database(store.path / "catalog.sqlite")
    try:
        with contextlib.suppress(ZeroDivisionError), database.writing() as connection:
            connection.execute("UPDATE library SET version = 99")
            raise ZeroDivisionError
        assert store.version == 0
    finally:
        database.close()


def test_threads_share_a_store(store: Store, embedder: HashingEmbedder) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                text = f"thread{number} writes about topic{turn}"
                info = add_to_store(store, document(text, f"{number}.txt"), embedder)
                assert store.text(info.document_id) == text
                [hits] = store.dense_search(embedder.fingerprint, embedder.embed_questions([text]), 20)
                found = {chunk.document_id for chunk in store.chunks([hit.chunk_id for hit in hits])}
                assert info.document_id in found
                assert store.lexical_search(f"thread{number}", 5)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(store.documents()) == 6
    assert failed(store) == []


def test_chunks_of_the_fakes_tile_their_text() -> None:
    given = document("abc\fdef")
    chunks = tiling_chunks(given, 2)
    assert "".join(given.text[chunk.start : chunk.end] for chunk in chunks) == given.text
    assert [(chunk.first_page, chunk.last_page) for chunk in chunks] == [(1, 1), (1, 1), (2, 2), (2, 2)]


def test_many_may_make_one_new_library_at_once(tmp_path: Path) -> None:
    errors: list[BaseException] = []
    barrier = threading.Barrier(6)

    def make(path: Path) -> None:
        try:
            barrier.wait(10)
            Store.open(path).close()
        except BaseException as error:
            errors.append(error)

    for turn in range(5):
        threads = [threading.Thread(target=make, args=(tmp_path / str(turn),)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
