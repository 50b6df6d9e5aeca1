from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.schema import Chunk
from rag.store import LexicalIndex, Store
from rag.store.database import migrations
from rag.store.lexical import SegmentedIndex, add_rows, lexical_row, postings, question_terms
from rag.store.lexical.postings import document_frequencies
from rag.text import search_terms
from tests.fakes import HashingEmbedder, add_to_store, document
from tests.searching import examples


def found(store: Store, question: str, documents: list[str] | None = None, top_k: int = 50) -> list[int]:
    return [hit.chunk_id for hit in store.lexical_search(question, top_k, documents)]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("see form 10-k of the year", "10-K"),
        ("made in the u.s. of a", "u.s"),
        ("written in C++ by hand", "c++"),
        ("write to a@b.com today", "A@B.com"),
        ("it grew by 5% a year", "5%"),
        ("R&D was cut", "r&d"),
        ("the path /usr/local_bin/x", "local_bin"),
        ("revenue of 1,234.50 dollars", "1234.50"),
        ("全文检索系统", "检索"),
        ("東京タワーに行く", "タワー"),
        ("한국어 문서", "문서"),
        ("Die Straße ist lang", "STRASSE"),
        ("a naïve approach", "naïve"),
        ("the companies were running", "company runs"),
        ("AT&T’s network", "AT&T"),
        ("Ёлка стоит", "ёлка"),
        ("emoji 😀 word", "word"),
    ],
)
def test_words_of_all_kinds_are_found(
    store: Store, embedder: HashingEmbedder, text: str, question: str
) -> None:
    add_to_store(store, document("nothing of the kind"), embedder)
    add_to_store(store, document(text, "b.txt"), embedder)
    assert found(store, question) == [2]


@given(st.text(max_size=60))
@settings(max_examples=examples(200))
def test_every_search_term_is_stored_and_found(text: str) -> None:
    with sqlite3.connect(":memory:", isolation_level=None) as connection:
        for script in migrations().values():
            connection.executescript(script)
        connection.execute("PRAGMA foreign_keys = OFF")
        add_rows(connection, 1, [lexical_row("", (), text)])
        terms = set(search_terms(text))
        found = document_frequencies(connection, [*terms, "no term"])
        assert found == dict.fromkeys(terms, 1) | {"no term": 0}
        assert {row[0] for row in connection.execute("SELECT term FROM lexical_terms")} == terms
    connection.close()


def test_title_and_headings_are_searched_but_count_less_than_text(
    store: Store, embedder: HashingEmbedder
) -> None:
    text = "Something about nothing at all."
    add_to_store(store, document("filler one", "f1.txt"), embedder)
    add_to_store(store, document("filler two", "f2.txt"), embedder)
    add_to_store(
        store,
        document(text, "b.txt", title="Annual report"),
        embedder,
        [Chunk(0, 0, len(text), 1, 1, ("Dividends",))],
    )
    add_to_store(store, document("The dividends paid", "c.txt", title="Another thing"), embedder)
    assert found(store, "annual") == [3]
    assert found(store, "dividends") == [4, 3]


def test_stop_words_count_only_when_nothing_else_is_asked(store: Store, embedder: HashingEmbedder) -> None:
    add_to_store(store, document("to be or not to be"), embedder)
    add_to_store(store, document("what a castle", "b.txt"), embedder)
    assert found(store, "what is the castle") == [2]
    assert found(store, "To be or not to be?") == [1]
    assert question_terms("What is the castle?") == ["castl"]


@pytest.mark.parametrize("question", ["", "   ", "?!", '"', '" OR 1 *', "NEAR(", "-", "^", "a\0b", "\ud800"])
def test_odd_questions_are_no_errors(store: Store, embedder: HashingEmbedder, question: str) -> None:
    add_to_store(store, document("some text"), embedder)
    store.lexical_search(question, 5)
    assert store.lexical_search(question, 0) == []


def test_filters_are_applied_before_the_best_are_taken(store: Store, embedder: HashingEmbedder) -> None:
    for number in range(20):
        add_to_store(store, document("apple apple apple", f"good{number}.txt"), embedder)
    weak = add_to_store(store, document("one apple among many other words of text", "weak.txt"), embedder)
    assert found(store, "apple", [weak.document_id], top_k=1) == [21]
    assert found(store, "apple", []) == []
    assert found(store, "apple", ["no such id"]) == []


def test_ties_go_by_chunk_id(store: Store, embedder: HashingEmbedder) -> None:
    for name in "dcba":
        add_to_store(store, document("equal words", f"{name}.txt", title=""), embedder)
    assert found(store, "equal", top_k=3) == [1, 2, 3]


def test_document_frequencies_count_chunks(store: Store, embedder: HashingEmbedder) -> None:
    add_to_store(store, document("apple pie. apple jam. plum jam.", title=""), embedder, size=11)
    assert store.document_frequencies(["appl", "jam", "none"]) == {"appl": 2, "jam": 2, "none": 0}


def test_the_index_is_rebuilt_when_the_rules_for_words_change(
    store: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = add_to_store(store, document("Apples and pears"), embedder)
    store.publish()
    store.close()
    monkeypatch.setattr(postings, "search_terms", lambda text: [word[::-1] for word in search_terms(text)])
    postings.rules.cache_clear()
    postings._context.cache_clear()
    with Store.open(store.path) as changed:
        assert changed.document_frequencies(["lppa", "appl"]) == {"lppa": 1, "appl": 0}
        assert found(changed, "apple") == [1]
        changed.remove_documents([info.document_id])
        assert all(check.ok for check in changed.check())
    monkeypatch.undo()
    postings.rules.cache_clear()
    postings._context.cache_clear()


def test_very_long_words_are_cut(store: Store, embedder: HashingEmbedder) -> None:
    word = "x" * 5_000
    info = add_to_store(store, document(f"{word} end"), embedder, size=10_000)
    assert found(store, word) == [1]
    store.remove_documents([info.document_id])
    assert all(check.ok for check in store.check())


def test_a_word_that_is_said_very_often_counts_as_often_as_a_byte_holds(
    store: Store, embedder: HashingEmbedder
) -> None:
    add_to_store(store, document("apple " * 50 + "plum " * 250, "a.txt"), embedder, size=10_000)
    add_to_store(store, document("apple " * 300, "b.txt"), embedder, size=10_000)
    assert found(store, "apple") == [2, 1]


def test_a_removed_document_leaves_no_word(store: Store, embedder: HashingEmbedder) -> None:
    kept = add_to_store(store, document("common words stay", "a.txt"), embedder)
    gone = add_to_store(store, document("common xylophone", "b.txt"), embedder)
    store.remove_documents([gone.document_id])
    assert store.document_frequencies(["common", "xylophon"]) == {"common": 1, "xylophon": 0}
    assert found(store, "common xylophone") == [1]
    store.publish()
    for path in (store.path / "index" / "lexical").iterdir():
        assert b"xylophon" not in path.read_bytes()
    catalog = sqlite3.connect(store.path / "catalog.sqlite")
    assert catalog.execute("SELECT count(*) FROM lexical_terms WHERE term = 'xylophon'").fetchone() == (0,)
    assert catalog.execute("SELECT count(*) FROM lexical_postings").fetchone() == (1,)
    catalog.close()
    store.remove_documents([kept.document_id])
    assert found(store, "common") == []


def test_the_index_keeps_its_protocol(store: Store) -> None:
    index: LexicalIndex = SegmentedIndex(store._database, store.path / "index" / "lexical")
    assert index.search("anything", 5) == []


def test_two_stores_see_each_others_documents(store: Store, embedder: HashingEmbedder) -> None:
    with Store.open(store.path) as other:
        first = add_to_store(store, document("apple pie", "a.txt"), embedder)
        assert found(other, "apple") == [1]
        add_to_store(other, document("apple jam", "b.txt"), embedder)
        assert found(store, "apple") == [1, 2]
        store.remove_documents([first.document_id])
        assert found(other, "apple") == [2]
        store.publish()
        assert found(other, "apple") == [2]


def test_an_older_library_is_indexed_again_when_it_is_opened(
    tmp_path: Path,
    embedder: HashingEmbedder,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Store.open(tmp_path) as store:
        add_to_store(store, document("apple pie. apple jam. plum jam."), embedder, size=11)
    catalog = sqlite3.connect(tmp_path / "catalog.sqlite")
    catalog.executescript(
        "DELETE FROM lexical_postings; DELETE FROM lexical_terms; UPDATE library SET terms = ''"
    )
    catalog.close()
    monkeypatch.setattr(postings, "_MANY", 2)
    with Store.open(tmp_path) as store:
        assert found(store, "plum") == [3]
        assert all(check.ok for check in store.check())
    assert "indexing the words of 3 chunks again" in caplog.text
    assert "3 of 3 chunks indexed" in caplog.text
