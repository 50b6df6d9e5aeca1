"""The benchmark of gold pages: what counts as found, and that the whole way runs."""

from __future__ import annotations

import json

import pytest

from benchmarks.pages import LEGS, measured, store_results
from rag.evaluation import PageQuestion

QUESTIONS = (
    PageQuestion("one", "Where is it?", (("report", 3), ("report", 9))),
    PageQuestion("two", "And this?", (("letter", 1),)),
)
RANKED = (
    [("report", 1), ("report", 9)],
    [("report", 1), *(("letter", n) for n in range(2, 12)), ("letter", 1)],
)


def found():
    return [dict.fromkeys(LEGS, pages) for pages in RANKED]


def test_any_of_the_gold_pages_counts_once_within_the_depth():
    values = measured(QUESTIONS, found(), "dense")
    assert values["page_hit@1"] == [0.0, 0.0]
    assert values["page_hit@5"] == [1.0, 0.0]
    assert values["page_hit@10"] == [1.0, 0.0]
    assert values["page_hit@20"] == [1.0, 1.0]
    assert values["document_hit@1"] == [1.0, 0.0]


def test_nothing_found_is_no_hit():
    values = measured(QUESTIONS[:1], [{leg: [] for leg in LEGS}], "citewell")
    assert all(value == [0.0] for value in values.values())


def test_the_stored_table_has_a_row_a_leg_and_every_questions_place(tmp_path):
    out = tmp_path / "results" / "pages.json"
    store_results(QUESTIONS, found(), "a note", out)
    stored = json.loads(out.read_text("utf-8"))
    assert len(stored["rows"]) == len(LEGS)
    assert {len(row) for row in stored["rows"]} == {len(stored["columns"])}
    assert stored["questions"]["one"]["citewell"] == 2
    assert stored["questions"]["two"]["lexical"] == 12
    assert stored["metrics"]["plain"]["page_hit@10"] == pytest.approx(0.5)
