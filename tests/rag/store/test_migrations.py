from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

import pytest

import rag.store.database as migrate_module
from rag.errors import SchemaVersionError, StoreError
from rag.store import Store
from rag.store.database import migrations
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


_TO_SCHEMA_11 = """
DROP TABLE fetched;
DROP INDEX conversations_by_person;
ALTER TABLE conversations DROP COLUMN person;
ALTER TABLE conversations DROP COLUMN pinned;
ALTER TABLE conversations DROP COLUMN deleted_at;
DROP TABLE grid_cells;
ALTER TABLE library DROP COLUMN second_embedder;
DROP INDEX documents_without_digest;
ALTER TABLE documents DROP COLUMN text_digest;
ALTER TABLE documents DROP COLUMN chunks_digest;
ALTER TABLE vectors DROP COLUMN digest;
PRAGMA user_version = 11;
"""
_TO_SCHEMA_10 = """
DROP TRIGGER chunks_added; DROP TRIGGER chunks_removed; DROP TRIGGER chunks_recut;
DROP INDEX documents_by_chunks;
ALTER TABLE library DROP COLUMN chunks;
PRAGMA user_version = 10;
"""


def test_a_library_from_before_the_count_of_chunks_has_it(store: Store, embedder: HashingEmbedder) -> None:
    infos = [add_to_store(store, document("word " * 50, name), embedder, size=25) for name in ("a", "b")]
    store.close()
    execute(store.path / "catalog.sqlite", _TO_SCHEMA_11 + _TO_SCHEMA_10)
    with Store.open(store.path) as opened:
        assert opened.chunk_count() == 20
        opened.remove_documents([infos[0].document_id])
        assert opened.chunk_count() == 10


def test_a_library_from_before_the_digests_has_them_and_is_its_owners_alone(
    store: Store, embedder: HashingEmbedder
) -> None:
    add_to_store(store, document("word " * 50), embedder)
    store.close()
    catalog = store.path / "catalog.sqlite"
    execute(catalog, _TO_SCHEMA_11)
    catalog.chmod(0o644)
    store.path.chmod(0o755)
    with Store.open(store.path) as opened:
        assert [check for check in opened.check() if not check.ok] == []
    assert (catalog.stat().st_mode & 0o777, store.path.stat().st_mode & 0o777) == (0o600, 0o700)
    execute(catalog, "UPDATE texts SET text = CAST('x' || substr(CAST(text AS TEXT), 2) AS BLOB)")
    with Store.open(store.path) as opened:
        assert [check.name for check in opened.check() if not check.ok] == ["stored as it came in"]


@pytest.mark.parametrize("version", [-3, 0, 4])
def test_a_schema_that_does_not_fit_the_tables_is_told(store: Store, version: int) -> None:
    store.close()
    execute(store.path / "catalog.sqlite", f"PRAGMA user_version = {version}")
    with pytest.raises(StoreError, match="damaged"):
        Store.open(store.path)


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
