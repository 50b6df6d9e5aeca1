"""Shortened business periods read as documents spell them; instructions are no part of a question."""

from __future__ import annotations

import pytest

from rag.attribution import read_question, text_terms
from rag.attribution.notation import spelled_out


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("Q2 of FY2023", "second quarter of 2023"),
        ("FY22", "2022"),
        ("2022Q4", "fourth quarter 2022"),
        ("fy2023q1", "2023 first quarter"),
        ("1H23", "first half 2023"),
        ("the 2020s", "the 2020s"),
        ("Q5 and H9", "Q5 and H9"),
    ],
)
def test_periods_are_spelled_out(short: str, long: str) -> None:
    assert spelled_out(short) == long


def test_a_question_meets_the_words_of_a_report() -> None:
    asked = read_question("How high were sales in Q3 of FY2021?")
    held = set(text_terms("Sales of the third quarter of fiscal 2021 were $4 million."))
    assert {"third", "quarter", "2021"} <= set(asked.terms) & held
    assert asked.numbers == {"2021"}


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What was the profit? Answer in millions.", "What was the profit?"),
        ("What was the profit? If it was not told, say so.", "What was the profit?"),
        ("利润是多少？请用百万元回答。", "利润是多少？"),
        ("List the profits.", "List the profits."),
        ("Anna left in May. Where did she go?", "Anna left in May. Where did she go?"),
    ],
)
def test_instructions_are_no_part_of_what_is_asked(question: str, asked: str) -> None:
    assert read_question(question).asked == asked
