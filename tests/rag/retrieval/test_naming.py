"""Questions that name a long document: which document is meant, and which of its passages."""

from __future__ import annotations

from itertools import accumulate

import pytest

from rag.retrieval import HybridRetriever
from rag.retrieval.naming import Match, meant, named
from rag.schema import Chunk
from rag.settings import RetrievalSettings
from tests.fakes import add_to_store, document

SUBJECTS = (
    "The board met in spring and thanked all staff for their patience.",
    "Wages rose again, as did the rent of the two warehouses.",
    "The auditors found the books in good order.",
    "Freight by rail costs less than freight by road.",
    "The canteen serves soup on weekdays.",
    "A new crane was bought for the eastern dock.",
    "Insurance covers fire, flood and theft.",
    "The apprentices passed their examination in autumn.",
    "Purchases of property and equipment were 41 million.",
    "Dividends are paid to holders of record in June.",
    "The pension fund holds bonds of the state.",
    "Two lawsuits on patents were settled out of court.",
)


@pytest.fixture
def reports(store, embedder):
    """Three reports that differ by their names alone, a chunk for each subject."""
    for company in ("Brightwater", "Harrowgate", "Stonefield"):
        paragraphs = [f"{text} This is said of {company} for 2021.\n" for text in SUBJECTS]
        ends = list(accumulate(map(len, paragraphs)))
        spans = enumerate(zip([0, *ends], ends, strict=False))
        chunks = [Chunk(ordinal, start, end, 1, 1) for ordinal, (start, end) in spans]
        fields = {"source": f"{company}_2021.txt", "title": f"{company} annual report"}
        add_to_store(store, document("".join(paragraphs), **fields), embedder, chunks)
    return store


def match(title=(), unseen=(), numbers=()):
    return Match(frozenset(title), frozenset(unseen), frozenset(numbers))


def test_a_word_that_names_one_document_is_clear_and_one_that_names_all_says_nothing():
    documents = {"a": match(["acme", "report"]), "b": match(["report"]), "c": match(["report"])}
    clarity = named(documents, lambda document, term: 1.0)
    assert clarity["a"] > 0.9
    assert clarity["b"] == clarity["c"] < 0.2


def test_a_short_document_is_named_as_clearly_as_the_long_one_of_the_same_title_word():
    """The long one's thousand repetitions took the word's weight from both."""
    documents = {"long": match(["acme"]), "short": match(["acme"]), "other": match()}
    clarity = named(documents, lambda document, term: {"long": 0.97, "short": 0.01}.get(document, 0.0))
    assert clarity["short"] == clarity["long"] > 0.0


def test_a_number_tells_apart_what_a_word_has_named_and_names_nothing_alone():
    documents = {"2021": match(["acme"], numbers=["2021"]), "2022": match(["acme"]), "x": match()}
    clarity = named(documents, lambda document, term: 0.5)
    assert clarity["2021"] > clarity["2022"] > 0.0
    alone = named({"2021": match(numbers=["2021"]), "x": match()}, lambda document, term: 1.0)
    assert alone == {"2021": 0.0, "x": 0.0}


@pytest.mark.parametrize(
    ("clarity", "documents"),
    [
        ({}, []),
        ({"a": 0.4, "b": 0.0}, []),
        ({"a": 1.0, "b": 0.1}, ["a"]),
        ({"b": 2.0, "a": 1.5, "c": 0.9}, ["a", "b"]),
    ],
)
def test_documents_are_meant_when_a_name_is_certain_and_rivals_with_them(clarity, documents):
    assert meant(clarity) == documents


def test_the_passage_that_stands_out_in_the_named_document_comes_first(reports, embedder):
    retriever = HybridRetriever(reports, embedder, RetrievalSettings())
    found = retriever.retrieve("What were Harrowgate's purchases of property and equipment in 2021?")
    assert found.passages[0].source == "Harrowgate_2021.txt"
    assert "41 million" in found.passages[0].text


def test_a_chosen_document_is_searched_like_a_named_one(reports, embedder):
    chosen = reports.document_by_source("Stonefield_2021.txt").document_id
    retriever = HybridRetriever(reports, embedder, RetrievalSettings())
    found = retriever.retrieve("How much were purchases of property?", documents=[chosen])
    assert {passage.document_id for passage in found.passages} == {chosen}
    assert "41 million" in found.passages[0].text


def test_naming_a_document_moves_passages_and_not_the_best_score(reports, embedder):
    """What names and neighbours add says where to look, not that anything there is relevant."""
    retriever = HybridRetriever(reports, embedder, RetrievalSettings())
    found = retriever.retrieve("Does Harrowgate own zeppelins?").fused
    assert found[0].score < 0.9


def test_of_two_equal_passages_that_among_others_that_match_comes_first(store, embedder):
    texts = {
        "alone.txt": [
            "Soup is served at noon. ",
            "The lock gate needs a new seal. ",
            "Bread is baked at six. ",
        ],
        "among.txt": [
            "The seal of a lock gate wears. ",
            "The lock gate needs a new seal. ",
            "A lock gate leaks at its seal. ",
        ],
    }
    for source, parts in texts.items():
        ends = list(accumulate(map(len, parts)))
        spans = enumerate(zip([0, *ends], ends, strict=False))
        chunks = [Chunk(ordinal, start, end, 1, 1) for ordinal, (start, end) in spans]
        add_to_store(store, document("".join(parts), source, title=""), embedder, chunks)
    found = HybridRetriever(store, embedder, RetrievalSettings(duplicate_likeness=1.0)).retrieve(
        "needs a new seal"
    )
    ranked = {passage.source: passage for passage in found.passages if "needs a new seal" in passage.text}
    assert found.passages[0].source == "among.txt"
    assert ranked["among.txt"].score > ranked["alone.txt"].score
