"""Each check fails when its invariant is broken, and only then."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document


@pytest.fixture
def filled(store: Store, embedder: HashingEmbedder, tmp_path: Path) -> Store:
    path = tmp_path / "a.txt"
    text = "first page\fsecond page with some more text"
    path.write_text(text)
    add_to_store(store, document(text, str(path)), embedder, original=path, size=10)
    add_to_store(store, document("another document", "b.txt"), embedder)
    store.publish()
    return store


def failures(store: Store) -> dict[str, str]:
    return {check.name: check.detail for check in store.check() if not check.ok}


def test_all_is_well_in_a_library_that_was_not_tampered_with(filled: Store) -> None:
    assert failures(filled) == {}
    assert len(filled.check()) == 14


@pytest.mark.parametrize(
    ("name", "sql", "detail"),
    [
        ("foreign keys", "INSERT INTO blocks VALUES (99, 0, 1, 'code', 0, NULL)", "blocks"),
        ("texts", "DELETE FROM texts WHERE document = 2", "0 characters, not 16"),
        ("texts", "UPDATE texts SET piece = 1 WHERE document = 2", "piece 0"),
        ("pages tile the texts", "UPDATE pages SET start = 3 WHERE document = 1 AND number = 2", "from 11"),
        ("pages tile the texts", "DELETE FROM pages WHERE document = 2", "0 pages to 0, not 1 to 16"),
        ("chunks tile the texts", "UPDATE chunks SET end = end + 1 WHERE id = 2", "chunk 2"),
        ("chunks tile the texts", "UPDATE documents SET first_chunk = 50 WHERE id = 2", "not 50"),
        ("chunks tile the texts", "UPDATE library SET chunks = 9", "6 chunks are there, 9 are counted"),
        (
            "stored as it came in",
            "UPDATE texts SET text = 'Another document' WHERE document = 2",
            "text changed",
        ),
        (
            "stored as it came in",
            "UPDATE chunks SET headings = '[0]' WHERE document = 2",
            "chunks changed",
        ),
        ("stored as it came in", "UPDATE pages SET label = 'ix' WHERE document = 1", "text changed"),
        ("vectors", "DELETE FROM vectors WHERE id = 1", "1 chunk without a vector"),
        ("vectors", "UPDATE vectors SET vector = x'00' WHERE id = 1", "another length"),
        ("vectors", "INSERT INTO vectors VALUES (99, 1, x'01', zeroblob(256), x'')", "no chunk has"),
        ("vectors", "UPDATE library SET embedder = NULL", "no embedder"),
        ("vectors", "UPDATE vectors SET vector = zeroblob(256) WHERE id = 1", "1 vector changed"),
        ("vectors", "UPDATE vectors SET digest = x'' WHERE id = 1", "1 vector changed"),
        (
            "vectors",
            "UPDATE vectors SET vector = (SELECT v.vector FROM vectors v WHERE v.id = 2) WHERE id = 1",
            "1 vector changed",
        ),
        ("schema", "CREATE TRIGGER z AFTER INSERT ON runs BEGIN DELETE FROM documents; END", "trigger z is"),
        ("schema", "CREATE VIEW v AS SELECT 1", "view v is not of Citewell"),
        ("schema", "CREATE TABLE t (a)", "table t is not of Citewell"),
        ("schema", "DROP TRIGGER chunks_added", "trigger chunks_added is missing"),
        ("schema", "ALTER TABLE sketches ADD COLUMN a", "table sketches was changed"),
        (
            "words and sketches of the texts",
            "UPDATE lexical_terms SET term = 'zzz' WHERE term = 'anoth'",
            "its words do not fit",
        ),
        ("words and sketches of the texts", "UPDATE sketches SET signature = x'00'", "its sketch do not fit"),
        ("words and sketches of the texts", "DELETE FROM sketch_bands WHERE document = 2", "'b.txt': its sk"),
        ("lexical index", "DELETE FROM lexical_postings WHERE document = 1", "chunks are not indexed"),
        ("lexical index", "INSERT INTO lexical_postings VALUES (99, x'')", "1 indexed document is gone"),
        ("lexical index", "UPDATE lexical_postings SET postings = x'00' WHERE document = 1", "no postings"),
        ("lexical index", "UPDATE lexical_terms SET chunks = 7 WHERE id = 1", "1 word is in"),
        ("lexical index", "DELETE FROM lexical_terms WHERE id = 1", "1 word is in another number"),
        ("originals", "UPDATE documents SET file = NULL", "belongs to no document"),
    ],
)
def test_a_broken_row_is_found(filled: Store, name: str, sql: str, detail: str) -> None:
    connection = sqlite3.connect(filled.path / "catalog.sqlite")
    with connection:
        connection.execute(sql)
    connection.close()
    assert detail in failures(filled)[name]


def test_a_vector_that_is_not_finite_is_found(filled: Store) -> None:
    connection = sqlite3.connect(filled.path / "catalog.sqlite")
    with connection:
        connection.execute("UPDATE vectors SET vector = ? WHERE id = 2", (b"\xff\xff\xff\xff" * 64,))
    connection.close()
    assert "chunk 2" in failures(filled)["vectors"]


def test_a_changed_or_missing_original_is_found(filled: Store) -> None:
    [path] = (filled.path / "files").iterdir()
    path.write_text("changed")
    assert "was changed" in failures(filled)["originals"]
    path.unlink()
    assert "is missing" in failures(filled)["originals"]


def test_a_foreign_file_among_the_originals_is_found(filled: Store) -> None:
    (filled.path / "files" / "stray").write_text("?")
    assert "stray" in failures(filled)["originals"]


def test_an_index_file_with_other_chunks_is_found(filled: Store, embedder: HashingEmbedder) -> None:
    connection = sqlite3.connect(filled.path / "catalog.sqlite")
    version = filled.version
    add_to_store(filled, document("third", "c.txt"), embedder)
    with connection:
        connection.execute("UPDATE library SET version = ?", (version,))
    connection.close()
    assert "other chunks" in failures(filled)["vector cache"]


def damage(store: Store, page: int) -> None:
    """Overwrite the header of a page of 4096 bytes."""
    store.close()
    path = store.path / "catalog.sqlite"
    content = bytearray(path.read_bytes())
    start = (page - 1) * 4_096 + (100 if page == 1 else 0)
    content[start : start + 40] = b"\xee" * 40
    path.write_bytes(content)


def test_a_damaged_table_is_found(filled: Store) -> None:
    connection = sqlite3.connect(filled.path / "catalog.sqlite")
    [[page]] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'texts'")
    connection.close()
    damage(filled, page)
    with Store.open(filled.path) as damaged:
        assert {"database", "texts"} <= set(failures(damaged))


def test_a_library_damaged_beyond_reading_is_refused(filled: Store) -> None:
    damage(filled, 1)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(filled.path)
