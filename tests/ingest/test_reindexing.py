"""Another embedder beside the old one: searched meanwhile, gone on with after a stop, swapped at once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest import FileResult, ingest_paths
from ingest.reindexing import ReindexProgress, reindex
from rag.settings import Settings
from rag.store import Store
from tests.fakes import HashingEmbedder, with_ingest

OTHER = HashingEmbedder(dimension=32, max_tokens=48, name="other")


def fill(folder: Path, count: int = 5, paragraphs: int = 12) -> None:
    for number in range(count):
        text = "\n\n".join(f"Pump {i} of plant {number} ran {i * 7} hours." for i in range(paragraphs))
        (folder / f"{number}.txt").write_text(text)


@pytest.fixture
def filled(folder: Path, run: Callable[..., dict[str, FileResult]], store: Store) -> Store:
    fill(folder)
    run(folder)
    return store


def rows(store: Store, sql: str) -> list[tuple]:
    connection = sqlite3.connect(store.path / "catalog.sqlite")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def sound(store: Store) -> bool:
    return [check for check in store.check() if not check.ok] == []


def all_found(store: Store, embedder: HashingEmbedder) -> bool:
    hits = store.dense_search(embedder.fingerprint, embedder.embed_questions(["pump"]), 10_000)[0]
    return len(hits) == store.chunk_count()


def with_chunks(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update={"chunking": settings.chunking.model_copy(update=changes)})


def test_every_document_is_cut_and_embedded_for_the_new_embedder(filled, settings, embedder):
    texts = {info.source: filled.text(info.document_id) for info in filled.documents()}
    events = list(reindex(filled, OTHER, settings))
    assert filled.embedder == OTHER.fingerprint
    assert sound(filled)
    assert all_found(filled, OTHER)
    assert {info.source: filled.text(info.document_id) for info in filled.documents()} == texts
    assert rows(filled, "SELECT DISTINCT dimension FROM vectors v JOIN embedders e ON e.id = v.embedder") == [
        (32,)
    ]
    last = events[-1]
    assert (last.stage, last.documents, last.chunks) == ("finished", 5, filled.chunk_count())
    assert last.embedded == last.total
    for info in filled.documents():
        limit = max(len(OTHER.token_spans(c.text)) for c in filled.document_chunks(info.document_id))
        assert limit <= OTHER.max_tokens


def test_searches_and_ingests_go_on_with_the_old_embedder_until_the_swap(filled, folder, settings, embedder):
    seen = 0
    for event in reindex(filled, OTHER, with_ingest(settings, batch_chunks=4)):
        if event.stage == "embedding":
            assert filled.embedder == embedder.fingerprint
            assert all_found(filled, embedder)
            seen += 1
        if seen == 3:  # another document, a changed one and a removed one while it runs
            (folder / "new.txt").write_text("A pump that came while the others were embedded.")
            (folder / "1.txt").write_text("Plant 1 has a new pump.")
            (folder / "0.txt").unlink()
            list(ingest_paths([folder], filled, embedder, settings))
            filled.remove_documents([next(i.document_id for i in filled.documents() if i.name == "0.txt")])
            seen += 1
    assert {info.name for info in filled.documents()} == {"1.txt", "2.txt", "3.txt", "4.txt", "new.txt"}
    assert sound(filled)
    assert all_found(filled, OTHER)
    assert filled.lexical_search("came while the others", 1)


def test_an_ingest_goes_on_with_the_embedder_that_a_reindex_swaps_in(filled, folder, settings, embedder):
    for number in range(10, 18):
        (folder / f"{number}.txt").write_text(f"Valve {number} came late. " * 40)
    results = []
    events = []
    for result in ingest_paths(
        [folder], filled, embedder, settings, events.append, reopened=lambda store, _: OTHER
    ):
        results.append(result)
        if result.status == "added" and filled.embedder == embedder.fingerprint:
            list(reindex(filled, OTHER, settings))
    assert sorted(result.status for result in results) == ["added"] * 8 + ["unchanged"] * 5
    assert len({result.source for result in results}) == 13
    assert [event.kind for event in events].count("finished") == 1
    assert (events[-1].files_done, events[-1].failed) == (13, 0)
    assert filled.embedder == OTHER.fingerprint
    assert sound(filled)
    assert all_found(filled, OTHER)


def test_one_that_is_stopped_keeps_what_it_has_and_is_gone_on_with(filled, settings, embedder):
    stop = threading.Event()
    slow = with_ingest(settings, batch_chunks=4)
    first: list[ReindexProgress] = []
    for event in reindex(filled, OTHER, slow, stop=stop):
        first.append(event)
        if event.embedded >= 8:
            stop.set()
    assert first[-1].stage == "stopped"
    assert filled.embedder == embedder.fingerprint
    assert sound(filled)
    counting = HashingEmbedder(dimension=32, max_tokens=48, name="other")
    second = list(reindex(filled, counting, slow))
    assert second[-1].stage == "finished"
    assert second[-1].resumed
    assert second[-1].kept == first[-1].embedded == 8
    assert sum(counting.calls) == second[-1].total - 8
    assert sound(filled)


def test_another_target_drops_what_was_staged_for_the_former(filled, settings, embedder):
    stop = threading.Event()
    for event in reindex(filled, OTHER, with_ingest(settings, batch_chunks=4), stop=stop):
        if event.embedded:
            stop.set()
    third = HashingEmbedder(dimension=16, name="third")
    assert not list(reindex(filled, third, settings))[-1].resumed
    assert filled.embedder == third.fingerprint
    assert sound(filled)
    assert rows(filled, "SELECT count(*) FROM vectors WHERE length(vector) != 4 * 16") == [(0,)]


def test_changed_chunking_settings_are_applied_and_known_texts_not_embedded_again(filled, settings, embedder):
    before = filled.chunk_count()
    embedder.calls.clear()
    events = list(reindex(filled, embedder, with_chunks(settings, max_tokens=20, min_tokens=4)))
    assert filled.chunk_count() > before
    assert events[-1].recut == 5
    assert sum(embedder.calls) <= filled.chunk_count()
    assert sound(filled)
    embedder.calls.clear()
    assert list(reindex(filled, embedder, with_chunks(settings, max_tokens=20, min_tokens=4)))[-1].recut == 0
    assert embedder.calls == []


def test_without_a_change_indexes_are_rebuilt_from_the_truth(filled, settings, embedder):
    filled.publish()
    ids = [hit.chunk_id for hit in filled.lexical_search("pump plant", 100)]
    for table in ("lexical_postings", "lexical_terms", "sketches"):
        rows_before = rows(filled, f"SELECT count(*) FROM {table}")
        connection = sqlite3.connect(filled.path / "catalog.sqlite")
        connection.execute(f"DELETE FROM {table}")
        connection.commit()
        connection.close()
        assert rows_before != [(0,)]
    for path in (filled.path / "index").glob("*.faiss"):
        path.write_bytes(b"broken")
    assert not sound(filled)
    stages = [event.stage for event in reindex(filled, embedder, settings)]
    assert stages[-2:] == ["rebuilding", "finished"]
    with Store.open(filled.path) as opened:
        assert sound(opened)
        assert all_found(opened, embedder)
        assert [hit.chunk_id for hit in opened.lexical_search("pump plant", 100)] == ids


def test_an_empty_library_takes_the_embedder(store, settings, folder):
    assert list(reindex(store, OTHER, settings, {"model": "other"}))[-1].stage == "finished"
    assert store.embedder is None
    fill(folder, 1)
    list(ingest_paths([folder], store, OTHER, settings))
    assert store.embedder_settings == {"model": "other"}


def test_the_same_bytes_share_vectors_after_a_reindex_too(filled, folder, settings, embedder):
    (folder / "again.txt").write_bytes((folder / "1.txt").read_bytes())
    list(ingest_paths([folder], filled, embedder, settings))
    texts = len(
        {key for info in filled.documents() if info.name != "again.txt" for key in hashes(filled, info)}
    )
    counting = replace_calls(OTHER)
    list(reindex(filled, counting, settings))
    twins = [hashes(filled, info) for info in filled.documents() if info.name in ("1.txt", "again.txt")]
    assert twins[0] == twins[1]
    assert sum(counting.calls) >= texts
    assert rows(filled, "SELECT count(*) FROM vectors") == [(sum(counting.calls),)]
    assert sound(filled)


def hashes(store: Store, info) -> list[bytes]:
    found = rows(
        store,
        "SELECT c.hash FROM chunks c JOIN documents d ON d.id = c.document"
        f" WHERE d.document_id = '{info.document_id}' ORDER BY c.ordinal",
    )
    return [row[0] for row in found]


def replace_calls(embedder: HashingEmbedder) -> HashingEmbedder:
    return HashingEmbedder(embedder.dimension, embedder.max_tokens, embedder.name)


def test_progress_tells_rate_and_time_left():
    event = ReindexProgress("embedding", "e", done=30, total=90, rate=20.0)
    assert event.seconds_left == pytest.approx(3.0)
    assert replace(event, rate=0.0).seconds_left is None
    assert replace(event, stage="swapping").seconds_left is None


def test_vectors_are_those_of_the_embedding_texts(filled, settings):
    from ingest.embedding import chunk_text

    list(reindex(filled, OTHER, settings))
    for info in filled.documents():
        chunks = filled.document_chunks(info.document_id)
        stored = filled.chunk_vectors(OTHER.fingerprint, [chunk.chunk_id for chunk in chunks])
        texts = [chunk_text(info.title, chunk, chunk.text, settings.chunking) for chunk in chunks]
        np.testing.assert_allclose(stored, OTHER.embed_passages(texts), atol=1e-6)


def test_a_rebuild_that_dies_before_its_caches_are_written_leaves_none_that_are_wrong(
    filled, settings, embedder, monkeypatch
):
    filled.publish()

    def die() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(filled, "publish", die)
    with pytest.raises(KeyboardInterrupt):
        list(reindex(filled, embedder, settings))
    with Store.open(filled.path) as opened:
        assert sound(opened)
        assert all_found(opened, embedder)
