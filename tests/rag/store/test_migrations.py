from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

import pytest

import rag.store.migrate as migrate_module
from rag.errors import SchemaVersionError, StoreError
from rag.store import Store
from rag.store.migrate import migrations
from tests.fakes import HashingEmbedder, add_to_store, document


def execute(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def test_migrations_are_numbered_without_gaps() -> None:
    files = [f.name for f in resources.files("rag.store").joinpath("migrations").iterdir()]
    assert list(migrations()) == list(range(1, len(files) + 1))


def test_a_newer_library_is_refused(store: Store) -> None:
    store.close()
    newer = max(migrations()) + 1
    execute(store.path / "catalog.sqlite", f"PRAGMA user_version = {newer}")
    with pytest.raises(SchemaVersionError, match=f"schema {newer}.*update Citewell"):
        Store.open(store.path)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    execute(tmp_path / "catalog.sqlite", "CREATE TABLE theirs (x)")
    with pytest.raises(StoreError, match="another program"):
        Store.open(tmp_path)
    execute(tmp_path / "catalog.sqlite", "SELECT x FROM theirs")


def test_an_older_library_is_brought_up_to_date_with_its_documents(
    store: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = add_to_store(store, document("old but good"), embedder)
    store.close()
    newest = max(migrations())
    script = "-- a; comment\nCREATE TABLE later (x TEXT DEFAULT 'a;b');\nINSERT INTO later VALUES ('c');\n"
    monkeypatch.setattr(migrate_module, "migrations", lambda: {**migrations(), newest + 1: script})
    with Store.open(store.path) as opened:
        assert opened.documents() == [info]
    with Store.open(store.path) as opened:
        assert opened.documents() == [info]
    connection = sqlite3.connect(store.path / "catalog.sqlite")
    assert connection.execute("SELECT x FROM later").fetchall() == [("c",)]
    connection.close()


def test_a_library_from_before_the_count_of_chunks_has_it(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {number: script for number, script in migrations().items() if number < 11}
    monkeypatch.setattr(migrate_module, "migrations", lambda: before)
    with Store.open(tmp_path) as old:
        infos = [add_to_store(old, document("word " * 50, name), embedder, size=25) for name in ("a", "b")]
    monkeypatch.undo()
    with Store.open(tmp_path) as store:
        assert store.chunk_count() == 20
        store.remove_documents([infos[0].document_id])
        assert store.chunk_count() == 10


def test_a_migration_that_fails_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.close()
    newest = max(migrations())
    script = "CREATE TABLE half (x);\nINSERT INTO nowhere VALUES (1);"
    monkeypatch.setattr(migrate_module, "migrations", lambda: {**migrations(), newest + 1: script})
    with pytest.raises(StoreError, match="nowhere"):
        Store.open(store.path)
    monkeypatch.undo()
    with Store.open(store.path) as opened:
        assert opened.documents() == []
    connection = sqlite3.connect(store.path / "catalog.sqlite")
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    connection.close()


def test_a_script_that_ends_in_the_middle_is_an_error() -> None:
    with pytest.raises(ValueError, match="middle of a statement"):
        list(migrate_module._statements("CREATE TABLE a (x);\nCREATE TABLE b (x"))
