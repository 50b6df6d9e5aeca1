from __future__ import annotations

import math
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rag.store.lexical as lexical
from rag.schema import Chunk
from rag.store import LexicalIndex, Store
from rag.store.lexical import SqliteLexicalIndex, question_terms
from rag.text import search_terms
from tests.fakes import HashingEmbedder, add_to_store, document


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
@settings(max_examples=200)
def test_every_search_term_is_one_word_of_the_index(text: str) -> None:
    """FTS5's tokenizer must neither split nor fold what our own tokenizer made."""
    connection = sqlite3.connect(":memory:")
    try:
        script = next(
            path
            for path in (Path(lexical.__file__).parent / "migrations").iterdir()
            if "lexical" in path.name
        )
        connection.executescript(script.read_text("utf-8"))
        lexical.add_rows(connection, 1, [lexical.lexical_row("", (), text)])
        indexed = {row[0] for row in connection.execute("SELECT term FROM lexical_terms")}
        assert indexed == set(search_terms(text))
        index = SqliteLexicalIndex(connection)
        for term in indexed:
            assert index.document_frequencies([term]) == {term: 1}
            assert connection.execute(
                "SELECT rowid FROM lexical WHERE lexical MATCH ?", ('"' + term.replace('"', '""') + '"',)
            ).fetchall() == [(1,)]
    finally:
        connection.close()


def test_scores_are_bm25(store: Store, embedder: HashingEmbedder) -> None:
    """Against the formula of Robertson and Zaragoza (2009), equation 3.15, with FTS5's constants."""
    texts = ["apple pear", "apple apple plum fig", "fig", "plum cherry fig", "grape", "melon", "kiwi", "lime"]
    for number, text in enumerate(texts):
        add_to_store(store, document(text, f"{number}.txt", title=""), embedder)
    bags = [Counter(search_terms(text)) for text in texts]
    average = sum(map(Counter.total, bags)) / len(bags)

    def bm25(bag: Counter[str], terms: list[str]) -> float:
        score = 0.0
        for term in terms:
            frequency = sum(term in other for other in bags)
            idf = math.log((len(bags) - frequency + 0.5) / (frequency + 0.5))
            tf = bag[term] * 2.2 / (bag[term] + 1.2 * (1 - 0.75 + 0.75 * bag.total() / average))
            score += idf * tf
        return score

    terms = search_terms("apple fig")
    expected = {i + 1: bm25(bag, terms) for i, bag in enumerate(bags) if any(bag[term] for term in terms)}
    hits = store.lexical_search("apple fig", 10)
    assert {hit.chunk_id: pytest.approx(hit.score) for hit in hits} == expected
    assert [hit.score for hit in hits] == sorted(expected.values(), reverse=True)


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


def test_the_index_is_made_anew_when_the_rules_for_words_change(
    store: Store, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = add_to_store(store, document("Apples and pears"), embedder)
    store.close()
    monkeypatch.setattr(lexical, "search_terms", lambda text: [word[::-1] for word in search_terms(text)])
    lexical._rules.cache_clear()
    with Store.open(store.path) as changed:
        assert changed.document_frequencies(["lppa", "appl"]) == {"lppa": 1, "appl": 0}
        assert found(changed, "apple") == [1]
        changed.remove_documents([info.document_id])
        assert all(check.ok for check in changed.check())
    monkeypatch.undo()
    lexical._rules.cache_clear()


def test_very_long_words_are_cut(store: Store, embedder: HashingEmbedder) -> None:
    word = "x" * 5_000
    info = add_to_store(store, document(f"{word} end"), embedder, size=10_000)
    assert found(store, word) == [1]
    store.remove_documents([info.document_id])
    assert all(check.ok for check in store.check())


def test_the_index_keeps_its_protocol(store: Store) -> None:
    with store._database.reading() as connection:
        index: LexicalIndex = SqliteLexicalIndex(connection)
        assert index.search("anything", 5) == []
