"""What is done again, and what is not: by bytes, by the rules of reading and cutting, and by names."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from ingest import ingest_paths
from ingest.rules import chunked_by, loaded_by
from rag.settings import load_settings

TEXT = "\n\n".join(f"Paragraph {i} tells of pump {i} and valve {i * 7}." for i in range(30))


def changed(settings, section, **values):
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=values)})


def vectors(store):
    connection = sqlite3.connect(store.path / "catalog.sqlite")
    try:
        return connection.execute("SELECT count(*) FROM vectors").fetchone()[0]
    finally:
        connection.close()


def test_other_chunking_settings_cut_a_file_again_without_reading_it(
    folder, store, embedder, settings, run, faulty_loaders
):
    (folder / "a.txt").write_text("PID of the process that parses this.\n\n" + TEXT)
    first = run(folder / "a.txt")["a.txt"]
    (folder / "a.pid").unlink()
    finer = changed(settings, "chunking", max_tokens=20, min_tokens=4)
    second = run(folder / "a.txt", settings=finer)["a.txt"]
    assert second.status == "updated"
    assert second.document_id == first.document_id
    assert second.chunks > first.chunks
    assert "cut again" in second.warnings[0]
    assert not (folder / "a.pid").exists()
    assert [check for check in store.check() if not check.ok] == []
    assert vectors(store) == second.chunks
    assert store.original(first.document_id).read_text() == (folder / "a.txt").read_text()
    assert run(folder / "a.txt", settings=finer)["a.txt"].status == "unchanged"


def test_other_rules_of_reading_read_a_file_again(folder, store, settings, run, monkeypatch):
    (folder / "a.txt").write_text(TEXT)
    run(folder)
    assert run(folder)["a.txt"].status == "unchanged"
    monkeypatch.setattr("ingest.rules._LOADING", 99)
    assert run(folder)["a.txt"].status == "updated"
    assert run(folder)["a.txt"].status == "unchanged"


def test_a_document_of_unknown_rules_is_read_again(folder, store, run):
    (folder / "a.txt").write_text(TEXT)
    run(folder)
    connection = sqlite3.connect(store.path / "catalog.sqlite")
    connection.execute("UPDATE documents SET loaded_by = '', chunked_by = ''")
    connection.commit()
    connection.close()
    assert run(folder)["a.txt"].status == "updated"


def test_rules_change_with_what_changes_the_outcome_and_nothing_else(embedder):
    settings = load_settings(environment={})
    loading = loaded_by("application/pdf", settings.ingest)
    for neutral in ({"workers": 7}, {"file_seconds": 5.0}, {"keep_originals": False}, {"batch_chunks": 9}):
        assert loaded_by("application/pdf", changed(settings, "ingest", **neutral).ingest) == loading
    assert loaded_by("application/pdf", changed(settings, "ingest", ocr="off").ingest) != loading
    cutting = chunked_by(settings.chunking, "one")
    assert chunked_by(settings.chunking, "two") != cutting
    for value in ({"max_tokens": 99}, {"min_tokens": 1}, {"context": False}):
        assert chunked_by(changed(settings, "chunking", **value).chunking, "one") != cutting


@pytest.mark.parametrize("together", [True, False])
def test_the_same_bytes_under_two_names_share_vectors_and_keep_both(folder, store, embedder, run, together):
    (folder / "report.txt").write_text(TEXT)
    if not together:
        run(folder)
    (folder / "copy of it.txt").write_text(TEXT)
    results = run(folder)
    assert len(store.documents()) == 2
    one, two = (result.chunks for result in results.values())
    assert one == two == vectors(store) == sum(embedder.calls)
    notes = [note for result in results.values() for note in result.warnings]
    assert len(notes) == 1
    assert notes[0].startswith("the same file as ")
    assert [check for check in store.check() if not check.ok] == []
    store.remove_documents([store.resolve("report.txt").document_id])
    assert vectors(store) == one
    assert [check for check in store.check() if not check.ok] == []


def test_a_near_duplicate_is_told(folder, run):
    (folder / "v1.txt").write_text(TEXT)
    run(folder)
    (folder / "v2.txt").write_text(TEXT.replace("pump 3 and", "a pump and"))
    (note,) = run(folder)["v2.txt"].warnings
    assert note.endswith("the same as v1.txt")
    assert "%" in note


def test_versions_in_different_folders_are_told_apart_by_their_paths(folder, run):
    for name in ("old", "new"):
        (folder / name).mkdir()
        (folder / name / "a.txt").write_text(TEXT)
    shutil.rmtree(folder / "new")
    run(folder)
    (folder / "new").mkdir()
    (folder / "new" / "a.txt").write_text(TEXT)
    (note,) = run(folder / "new")["a.txt"].warnings
    assert note == f"the same file as {folder.resolve().as_posix()}/old/a.txt; both names are kept"


def test_a_recut_during_a_reindex_is_part_of_it(folder, store, embedder, settings, run):
    from ingest.reindexing import reindex
    from tests.fakes import HashingEmbedder

    for number in range(3):
        (folder / f"{number}.txt").write_text(TEXT + f" Number {number}.")
    run(folder)
    other = HashingEmbedder(dimension=32, name="other")
    finer = changed(settings, "chunking", max_tokens=20, min_tokens=4)
    events = iter(reindex(store, other, changed(settings, "ingest", batch_chunks=4)))
    while next(events).embedded < 8:
        pass
    assert {r.status for r in ingest_paths([folder], store, embedder, finer)} == {"updated"}
    assert [check for check in store.check() if not check.ok] == []
    assert list(events)[-1].stage == "finished"
    assert store.embedder == other.fingerprint
    assert [check for check in store.check() if not check.ok] == []
    hits = store.dense_search(other.fingerprint, other.embed_questions(["pump"]), 1_000)[0]
    assert len(hits) == store.chunk_count()
