"""Files into the library: what is new, changed, the same, or bad; what is kept when it stops."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ingest import LatestProgress, ingest_paths
from rag.errors import ConfigurationError
from rag.settings import load_settings
from rag.text import embedding_text
from tests.fakes import HashingEmbedder, with_ingest


def text_of(name: str, paragraphs: int = 6) -> str:
    return "\n\n".join(
        f"Paragraph {i} of {name} tells of pump {i} and valve {i * 7}." for i in range(paragraphs)
    )


def fill(folder: Path, *names: str, paragraphs: int = 6) -> None:
    for name in names:
        (folder / name).write_text(text_of(name, paragraphs))


def test_new_files_are_added_and_can_be_read_and_searched(folder, store, embedder, run):
    fill(folder, "a.txt", "b.txt")
    results = run(folder)
    assert {name: result.status for name, result in results.items()} == {"a.txt": "added", "b.txt": "added"}
    info = store.document_by_source((folder / "a.txt").resolve().as_posix())
    assert store.text(info.document_id) == text_of("a.txt")
    assert (results["a.txt"].document_id, results["a.txt"].chunks) == (info.document_id, info.chunks)
    assert results["a.txt"].pages == 1
    assert store.lexical_search("valve 35", 1)
    assert all(check.ok for check in store.check())


def test_each_vector_is_that_of_its_chunks_embedding_text(folder, store, embedder, settings, run):
    fill(folder, "a.txt", "b.txt", "c.txt", paragraphs=40)
    run(folder, settings=with_ingest(settings, batch_chunks=7))
    for info in store.documents():
        chunks = store.document_chunks(info.document_id)
        stored = store.chunk_vectors(embedder.fingerprint, [chunk.chunk_id for chunk in chunks])
        texts = [embedding_text(info.title, chunk.headings, chunk.text) for chunk in chunks]
        assert stored == pytest.approx(embedder.embed_passages(texts), abs=1e-6)


def test_unchanged_files_are_neither_parsed_nor_embedded(folder, embedder, settings, faulty_loaders, run):
    (folder / "a.txt").write_text("PID of the process that parses this.")
    run(folder)
    (folder / "a.pid").unlink()
    embedder.calls.clear()
    assert run(folder / "a.txt")["a.txt"].status == "unchanged"
    assert not (folder / "a.pid").exists()
    assert embedder.calls == []


def test_a_changed_file_replaces_its_document(folder, store, run):
    fill(folder, "a.txt")
    first = run(folder)["a.txt"]
    (folder / "a.txt").write_text("Something else altogether.")
    second = run(folder)["a.txt"]
    assert (first.status, second.status) == ("added", "updated")
    assert [info.document_id for info in store.documents()] == [second.document_id]
    assert store.text(second.document_id) == "Something else altogether."


def test_only_texts_that_no_cache_knows_are_embedded(folder, store, embedder, run):
    fill(folder, "a.txt", paragraphs=60)
    total = run(folder)["a.txt"].chunks
    assert sum(embedder.calls) == total
    embedder.calls.clear()
    text = text_of("a.txt", 60)
    (folder / "a.txt").write_text(text + "\n\nA new last paragraph about a crane.")
    run(folder)
    assert 1 <= sum(embedder.calls) <= 3


def test_the_same_bytes_under_two_names_share_vectors_and_keep_both_names(folder, store, embedder, run):
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "report.txt").write_text(text_of("report", 40))
    results = list(ingest_paths([folder], store, embedder, load_settings("default", None, {})))
    assert len(store.documents()) == 2
    assert sum(embedder.calls) == results[0].chunks


def test_a_bad_file_fails_alone_and_keeps_its_earlier_version(folder, store, run):
    fill(folder, "a.txt", "b.txt")
    run(folder)
    (folder / "a.txt").write_text("")
    fill(folder, "c.txt")
    results = run(folder, folder / "missing.txt")
    assert {name: result.status for name, result in results.items()} == {
        "a.txt": "failed",
        "b.txt": "unchanged",
        "c.txt": "added",
        "missing.txt": "failed",
    }
    assert "empty" in results["a.txt"].error
    assert results["a.txt"].document_id is None
    assert store.text(store.resolve("a.txt").document_id) == text_of("a.txt")


def test_uploads_are_called_by_their_names(folder, store, embedder, settings):
    fill(folder, "tmp1")
    upload = folder / "tmp1"
    (result,) = ingest_paths([upload], store, embedder, settings, sources={upload: "../minutes.txt"})
    assert (result.source, result.status) == ("minutes.txt", "added")


def test_another_embedder_is_refused_before_anything_is_read(folder, store, run, settings):
    fill(folder, "a.txt")
    run(folder)
    with pytest.raises(ConfigurationError, match=r"hashing:64:64.*hashing:32:64"):
        list(ingest_paths([folder], store, HashingEmbedder(dimension=32), settings))


def test_stop_keeps_what_is_done_and_drops_the_rest(folder, store, embedder, settings):
    fill(folder, *[f"{i}.txt" for i in range(12)])
    stop = threading.Event()
    results = []
    for result in ingest_paths([folder], store, embedder, settings, stop=stop):
        results.append(result)
        stop.set()
    assert 1 <= len(results) < 12
    assert {info.document_id for info in store.documents()} >= {result.document_id for result in results}
    assert all(check.ok for check in store.check())
    again = list(ingest_paths([folder], store, embedder, settings))
    assert {result.status for result in again} == {"added", "unchanged"}
    assert len(store.documents()) == 12


def test_stop_is_seen_between_the_batches_of_one_large_document(folder, store, settings):
    stop = threading.Event()

    class StopsWhileEmbedding(HashingEmbedder):
        def embed_passages(self, texts, progress=None):
            stop.set()
            return super().embed_passages(texts, progress)

    fill(folder, "a.txt", paragraphs=400)
    embedder = StopsWhileEmbedding()
    few = with_ingest(settings, batch_chunks=8)
    assert list(ingest_paths([folder], store, embedder, few, stop=stop)) == []
    assert len(embedder.calls) == 1
    assert store.documents() == []


def test_an_interrupt_keeps_what_is_done(folder, store, settings):
    class Interrupted(HashingEmbedder):
        def embed_passages(self, texts, progress=None):
            if len(self.calls) == 2:
                raise KeyboardInterrupt
            return super().embed_passages(texts, progress)

    fill(folder, *[f"{i}.txt" for i in range(6)], paragraphs=30)
    done = []
    with pytest.raises(KeyboardInterrupt):
        done.extend(ingest_paths([folder], store, Interrupted(), with_ingest(settings, batch_chunks=4)))
    assert all(check.ok for check in store.check())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("parsing")]


def test_progress_counts_to_the_end(folder, store, embedder, settings):
    fill(folder, *[f"{i}.txt" for i in range(4)], paragraphs=40)
    (folder / "empty.txt").touch()
    events = []
    results = list(
        ingest_paths(
            [folder], store, embedder, with_ingest(settings, batch_chunks=16), progress=events.append
        )
    )
    assert events[0].kind == "found"
    assert events[-1].kind == "finished"
    last = events[-1]
    assert (last.files, last.files_done, last.failed, last.pages) == (5, 5, 1, 4)
    assert last.chunks == last.chunks_embedded == sum(result.chunks for result in results)
    assert last.fraction == pytest.approx(1.0)
    assert last.seconds_left == 0.0
    assert all(seconds >= 0.0 for seconds in last.stages.values())
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions)
    assert len({event.fraction for event in events if event.kind == "embedded"}) > 4


def test_small_files_come_first(folder, store, embedder, settings):
    fill(folder, "a-long.txt", paragraphs=60)
    fill(folder, "b-short.txt", paragraphs=1)
    results = list(ingest_paths([folder], store, embedder, with_ingest(settings, workers=1)))
    assert [Path(result.source).name for result in results] == ["b-short.txt", "a-long.txt"]


def test_the_latest_progress_can_be_read_from_another_thread(folder, store, embedder, settings):
    fill(folder, "a.txt")
    progress = LatestProgress()
    worker = threading.Thread(
        target=lambda: list(ingest_paths([folder], store, embedder, settings, progress=progress))
    )
    worker.start()
    worker.join()
    assert progress.event.kind == "finished"
    assert progress.event.files_done == 1


def test_a_folder_without_documents_is_no_error(folder, run):
    assert run(folder) == {}
