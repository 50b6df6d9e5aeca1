"""Comparisons from the question to the cited table, in the documents of `benchmarks/comparisons`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.field import FieldAsker
from benchmarks.field_judge import read_field_set
from benchmarks.field_report import Verdict, totals
from benchmarks.field_text import within, words
from rag.schema import Answer
from rag.settings import load_settings

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "comparisons"
LINES = [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text("utf-8").splitlines()]
SIDES = {line["id"]: line["sides"] for line in LINES}
LOST_AT_MOST = 3
"""Processors round differently, and single answers stand on the edge."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Verdict, Answer]]:
    asker = FieldAsker(load_settings(environment={}), tmp_path_factory.mktemp("comparisons"))
    found = []
    for one in asker.by_case(FOLDER, read_field_set(FOLDER)):
        assert isinstance(one.answer, Answer), one.answer
        found.append((one.verdict(), one.answer))
    return found


def test_comparisons_are_answered_right(asked: list[tuple[Verdict, Answer]]) -> None:
    whole = totals([verdict for verdict, _ in asked])
    lost = [f"{v.question_id} {v.question}: {v.letter} {v.answer}" for v, _ in asked if v.letter not in "RA"]
    assert len(lost) <= LOST_AT_MOST, lost
    assert whole["W"] + whole["F"] <= 1, lost


def test_each_value_stands_in_the_row_of_its_side(asked: list[tuple[Verdict, Answer]]) -> None:
    compared = [(v, a) for v, a in asked if a.steps and all("side" in s.arguments for s in a.steps)]
    wrong = []
    for verdict, answer in compared:
        assert answer.table is not None
        if answer.steps[0].action == "find":
            for side, value in SIDES[verdict.question_id]:
                rows = [row for row in answer.table.rows if side.casefold() in row[0].casefold()]
                if not any(within(words(value), words(" ".join(row[1:]))) for row in rows):
                    wrong.append((verdict.question, side, value, answer.table.rows))
    assert len(compared) >= len(asked) / 2
    assert len(wrong) <= LOST_AT_MOST, wrong


def test_each_cell_is_copied_from_what_it_cites(asked: list[tuple[Verdict, Answer]]) -> None:
    for _, answer in asked:
        quotes = {citation.number: " ".join(citation.quote.split()) for citation in answer.citations}
        if answer.table is not None and answer.kind == "comparison":
            for row, numbers in zip(answer.table.rows, answer.table.citations, strict=True):
                assert all(
                    cell in quotes[number] for cell, number in zip(row, numbers, strict=True) if number
                )
