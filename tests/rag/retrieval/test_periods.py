"""The period of a document and of a question: read in many forms, and matched softly."""

from __future__ import annotations

from itertools import accumulate

import pytest

from rag.retrieval import HybridRetriever
from rag.retrieval.periods import Period, asked_period, fit, told_period
from rag.schema import Chunk
from rag.settings import RetrievalSettings
from tests.fakes import add_to_store, document


@pytest.mark.parametrize(
    ("question", "years", "quarters"),
    [
        ("What was revenue in FY2022?", {2022}, set()),
        ("What was revenue in FY22?", {2022}, set()),
        ("Cash at the end of Q2 2023", {2023}, {2}),
        ("Cash at the end of Q3'23", {2023}, {3}),
        ("Cash as of FY2023Q1", {2023}, {1}),
        ("How much was earned in the second quarter of fiscal 2024?", {2024}, {2}),
        ("Wie hoch war der Umsatz im dritten Quartal 2021?", {2021}, {3}),
        ("2021年第三季度的收入是多少？", {2021}, {3}),
        ("Who wrote the minutes?", set(), set()),
        ("Room 12022 and part Q7", set(), set()),
    ],
)
def test_years_and_quarters_of_a_question(question, years, quarters):
    asked = asked_period(question)
    assert (asked.years, asked.quarters) == (years, quarters)


@pytest.mark.parametrize(
    ("name", "opening", "told"),
    [
        ("ACME_2022_10K", "", Period(frozenset({2022}), kind="yearly")),
        ("ACME_2022Q2_10Q", "", Period(frozenset({2022}), frozenset({2}), kind="quarterly")),
        ("acme-20220630", "", Period(frozenset({2022}), months=((2022, 6),))),
        (
            "filing",
            "Quarterly report for the period ended June 30, 2022. Signed on August 4, 2022.",
            Period(frozenset({2022}), months=((2022, 6),), kind="quarterly"),
        ),
        (
            "Bericht",
            "Geschäftsbericht zum 31. Dezember 2020",
            Period(frozenset({2020}), months=((2020, 12),), kind="yearly"),
        ),
        ("年报", "截至2021年12月31日", Period(frozenset({2021}), months=((2021, 12),), kind="yearly")),
        ("minutes", "The board met and drank tea.", Period()),
    ],
)
def test_what_a_document_tells_of_its_period(name, opening, told):
    assert told_period(name, opening) == told


def told(name):
    return told_period(name, "")


@pytest.mark.parametrize(
    ("question", "better", "worse"),
    [
        ("revenue in FY2022", "ACME_2022_10K", "ACME_2021_10K"),
        ("revenue in FY2022", "ACME_2022_10K", "ACME_2022Q3_10Q"),
        ("revenue in FY2022", "ACME_2022_10K", "ACME_2023_10K"),
        ("revenue in FY2022", "ACME_2023_10K", "ACME_2020_10K"),
        ("growth from FY2021 to FY2022", "ACME_2022_10K", "ACME_2021_10K"),
        ("revenue in Q2 2022", "ACME_2022Q2_10Q", "ACME_2022Q1_10Q"),
        ("revenue in Q2 2022", "ACME_2022Q2_10Q", "ACME_2022_10K"),
        ("revenue in Q2 2022", "acme-20220630", "acme-20220331"),
        ("revenue in the quarter ended June 30, 2022", "acme-20220630", "acme-20220331"),
        ("revenue by the annual report for 2022", "ACME_2022_10K", "ACME_2022_10Q"),
    ],
)
def test_the_report_of_the_period_that_is_asked_for_fits_better(question, better, worse):
    assert fit(asked_period(question), told(better)) > fit(asked_period(question), told(worse))


def test_no_period_on_either_side_says_nothing():
    assert fit(asked_period("revenue of Acme"), told("ACME_2022_10K")) == 0.0
    assert fit(asked_period("revenue in FY2022"), told("notes")) == 0.0


def test_a_long_digit_run_is_read_in_linear_time():
    told_period("9" * 200_000, "January " * 50_000)
    asked_period("Q" * 200_000 + " first " * 50_000)


@pytest.fixture
def years(store, embedder):
    """Reports of one company for four periods, which say the same but for their first page."""
    for source, opening in (
        ("a.txt", "Quarterly report for the quarterly period ended March 31, 2022."),
        ("b.txt", "Quarterly report for the quarterly period ended June 30, 2022."),
        ("c.txt", "Annual report for the fiscal year ended December 31, 2022."),
        ("d.txt", "Annual report for the fiscal year ended December 31, 2021."),
    ):
        subjects = ("Cash", "Debt", "Sales", "Wages", "Rent", "Taxes")
        pages = [
            opening + "\n",
            *(f"{subject} of Stonefield in 2021 and 2022 rose by {len(source)}.\n" for subject in subjects),
        ]
        ends = list(accumulate(map(len, pages)))
        spans = enumerate(zip([0, *ends], ends, strict=False))
        chunks = [Chunk(ordinal, start, end, 1, 1) for ordinal, (start, end) in spans]
        add_to_store(store, document("".join(pages), source=source, title="Stonefield"), embedder, chunks)
    return store


@pytest.mark.parametrize(
    ("period", "source"),
    [
        ("Q1 2022", "a.txt"),
        ("the quarter ended June 30, 2022", "b.txt"),
        ("FY2022", "c.txt"),
        ("fiscal 2021", "d.txt"),
    ],
)
def test_of_like_passages_that_of_the_period_comes_first(years, embedder, period, source):
    retriever = HybridRetriever(years, embedder, RetrievalSettings())
    found = retriever.retrieve(f"How much were the sales of Stonefield in {period}?").passages
    assert next(passage.source for passage in found if "Sales" in passage.text) == source
