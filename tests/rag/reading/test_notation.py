"""Shortened business periods read as documents spell them; instructions are no part of a question."""

from __future__ import annotations

import pytest

from rag.reading import read_question, text_terms
from rag.reading.notation import held_tokens, identifiers, spelled_out


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


@pytest.mark.parametrize(
    ("written", "long"),
    [
        ("on 2021-03-05", "on 5 March 2021"),
        ("on 05.03.2021", "on 5 March 2021"),
        ("on 25/12/2021", "on 25 December 2021"),
        ("on 3/5/2021", "on 3 May 2021 5 March 2021"),
        ("1 250 t and 12 000 000", "1250 t and 12000000"),
        ("version 2.4.1 at 192.168.1.10", "version 2.4.1 at 192.168.1.10"),
    ],
)
def test_dates_and_grouped_numbers_have_one_notation(written: str, long: str) -> None:
    assert spelled_out(written) == long


@pytest.mark.parametrize(
    ("question", "text", "there"),
    [
        ("the pump P-17", "Pump P-16 and pump P-18", False),
        ("the pump P 17? P17!", "pump P-17", True),
        ("invoice INV-2024-0171", "Invoice INV-2024-0117", False),
        ("part 7MB2210-0AX2", "7MB2210-0AX0", False),
        ("XR-2000", "the robot XR-200", False),
        ("CO2", "1,900 t of CO₂", True),
        ("disk sdb1", "/dev/sdb1 is full", True),
        ("in mid-2020 for top-10 firms on FY2023, 5kg, the 3rd", "nothing of it", True),
        ("cable 940-0024D", "Cable 940-0024C", False),
        ("How many seats are in hall C?", "Hall B has 30 seats, hall D has 45.", False),
        ("How many seats are in hall C?", "Hall\tSeats\nC\t45", True),
        ("Who signed for John F. Kennedy?", "The letter was signed.", True),
    ],
)
def test_an_identifier_is_there_whole_or_not_at_all(question: str, text: str, there: bool) -> None:
    assert (identifiers(question) <= held_tokens(text)) is there


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
