"""Measures that no page names, found by the lines that they are made of."""

from __future__ import annotations

import json

import pytest

from rag.resources import resource
from rag.retrieval import HybridRetriever
from rag.retrieval.made_of import lines_asked
from rag.schema import Chunk
from rag.settings import RetrievalSettings
from tests.fakes import add_to_store, document


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("What was the quick ratio of Acme?", "total current liabilities"),
        ("Quick ratios of the last two years", "total current liabilities"),
        ("Is Acme a capital-intensive business?", "capital expenditures"),
        ("What was the EBITDA margin?", "depreciation and amortization"),
        ("Wie hoch war die Eigenkapitalquote?", "Bilanzsumme"),
        ("公司2021年的流动比率是多少？", "流动负债合计"),
    ],
)
def test_a_measure_is_asked_for_by_its_lines(question, line):
    assert line in lines_asked(question).split(", ")


@pytest.mark.parametrize(
    "question", ["Who wrote the minutes?", "", "How quick is the ratio test?", "Is the current too strong?"]
)
def test_other_questions_ask_for_none(question):
    assert lines_asked(question) == ""


def test_the_lines_of_several_measures_are_asked_for_once_each():
    lines = lines_asked("the current ratio and the working capital").split(", ")
    assert len(lines) == len(set(lines))


def test_every_measure_has_names_and_lines_in_english():
    measures = json.loads(resource("data", "language", "measures.json").read_text("utf-8"))
    assert all(measure["names"] and measure["made_of"]["en"] for measure in measures)


def test_the_statement_is_found_that_the_question_does_not_name(store, embedder):
    texts = [
        f"Paragraph {n} on the staff of Stonefield and what is served in its canteen.\n" for n in range(60)
    ]
    statement = "As of December 31\nTotal current assets 410\nInventories 60\nTotal current liabilities 205\n"
    texts.insert(30, statement)
    start, chunks = 0, []
    for ordinal, text in enumerate(texts):
        chunks.append(Chunk(ordinal, start, start + len(text), 1, 1))
        start += len(text)
    add_to_store(store, document("".join(texts), source="report.txt"), embedder, chunks)
    found = HybridRetriever(store, embedder, RetrievalSettings()).retrieve(
        "What was the quick ratio of Stonefield?", 10
    )
    assert statement.strip() in [passage.text.strip() for passage in found.passages]
