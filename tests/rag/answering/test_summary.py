"""Summaries from quotes: what is covered, of which documents, and how long they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest import ingest_paths
from rag.answering.summary import Summaries, Summary
from rag.library import Library
from rag.reading import SentenceVectors
from rag.retrieval import HybridRetriever
from rag.settings import load_settings
from rag.store import Store
from rag.text import content_words
from tests.fakes import HashingEmbedder

CHARTER = """# Garden charter

## Plots

The garden association lets forty plots to its members. Every plot has an area of at most 300 square metres.
A plot that lies fallow for a year is given to the next member on the waiting list.

## Water

Water is drawn from two wells between April and October. Hoses may be used before nine in the morning only.
Each member pays for water by the cubic metre.

## Bees

Bee hives stand at the northern fence and are looked after by two keepers. Honey is sold at the autumn market.
"""
FERRY = """# Ferry rules

Bicycles are carried on the lower deck of the ferry. Dogs stay on a lead during the whole crossing.
Tickets are sold on board by the crew and cannot be given back. The ferry does not sail in storms.
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("summary")
    (folder / "charter.md").write_text(CHARTER, "utf-8")
    (folder / "ferry.md").write_text(FERRY, "utf-8")
    settings = load_settings(environment={}, overrides={"answering": {"cache": False}})
    embedder = HashingEmbedder()
    with Store.open(folder / "library") as store:
        assert {r.status for r in ingest_paths([folder], store, embedder, settings)} == {"added"}
        yield Library(store, settings, embedder)


def summed(library: Library, question: str, usual: str = "summarise summary sentences give") -> Summary:
    summaries = Summaries(library.store, library.retriever, None)
    found = summaries.summary(question, None, content_words(usual))
    assert found is not None
    return found


def test_a_named_document_is_summed_up_and_no_other(library: Library) -> None:
    found = summed(library, "Summarise the garden charter.")
    texts = " ".join(unit.text for unit in found.units)
    assert "ferry" not in texts.lower()
    assert found.coverage.documents == 1
    assert found.coverage.read == found.coverage.of
    assert [unit.start for unit in found.units] == sorted(unit.start for unit in found.units)


def test_every_section_of_a_short_document_is_told_of(library: Library) -> None:
    found = summed(library, "Summarise the garden charter in 3 sentences.")
    assert {unit.headings[-1] for unit in found.units} == {"Plots", "Water", "Bees"}


def test_the_length_that_is_asked_for_is_kept(library: Library) -> None:
    assert len(summed(library, "Summarise the ferry rules in two sentences.").units) == 2
    assert len(summed(library, "用三句话总结 ferry", usual="总结 三句 句话").units) == 3


def test_a_section_is_summed_up_alone(library: Library) -> None:
    found = summed(library, "Summarise water in the garden charter")
    assert {unit.headings[-1] for unit in found.units} == {"Water"}


def test_several_documents_are_told_apart(library: Library) -> None:
    found = summed(library, "Summarise.")
    assert {unit.document_id for unit in found.units} == {i.document_id for i in library.store.documents()}
    assert set(found.names.values()) == {"Garden charter", "Ferry rules"}


def test_nothing_is_told_of_an_empty_library(tmp_path) -> None:
    settings, embedder = load_settings(environment={}), HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        retriever = HybridRetriever(store, embedder, settings.retrieval)
        assert Summaries(store, retriever, SentenceVectors(embedder)).summary("Summarise.") is None
