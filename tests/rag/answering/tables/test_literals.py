"""What questions name as bounds."""

from __future__ import annotations

import pytest

from rag.answering.tables.columns import column_of
from rag.answering.tables.literals import literals_of


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("what do you have under 20 euros?", ["20"]),
        ("Which courses start after 1 March 2025 and cost 95.50?", ["1 March 2025", "95.50"]),
        ("who was born before 1990", ["1990"]),
        ("anything after 6 pm?", ["6 pm"]),
        ("Was fängt nach 18 Uhr an?", ["18 Uhr"]),
        ("trains before 07:30", ["07:30"]),
        ("three of us", ["three"]),
        ("60公斤以上的", ["60"]),
        ("6月20日以后的", ["6月20日"]),
        ("Qui est arrivé après le 3 février ?", ["3 février"]),
        ("what is P-17 or XR200", []),
        ("Which paints are sold out?", []),
    ],
)
def test_literals(question: str, texts: list[str]) -> None:
    assert [literal.text for literal in literals_of(question)] == texts


@pytest.mark.parametrize(
    ("question", "values", "under"),
    [
        ("under 20", ["18.50", "24"], [True, False]),
        ("before 1 March", ["28 Feb 2025", "2 March 2024"], [True, False]),
        ("before 1 March 2025", ["2 March 2024", "2 March 2025"], [True, False]),
        ("before 2020", ["5 May 2019", "1 Jan 2020"], [True, False]),
        ("before 2020", ["2019", "2021"], [True, False]),
        ("before March 2024", ["28 Feb 2024", "2 March 2024"], [True, False]),
        ("before 11", ["09:30", "11:30"], [True, False]),
        ("before 7 pm", ["18:59", "19:30"], [True, False]),
        ("less than an hour or 45 min", ["40 min", "1 h"], [True, False]),
    ],
)
def test_values_stand_before_or_behind_a_literal(question: str, values: list[str], under: list[bool]) -> None:
    column = column_of("column", values)
    literal = literals_of(question)[-1]
    bound = literal.bound(column)
    assert bound is not None
    points = [literal.point(value, column) for value in values]
    assert [point is not None and point < bound for point in points] == under


def test_a_number_bounds_no_text_and_a_day_no_number() -> None:
    (twenty,) = literals_of("under 20")
    assert twenty.bound(column_of("name", ["Anna", "Bo"])) is None
    (day,) = literals_of("after 1 March 2025")
    assert day.bound(column_of("price", ["18", "20"])) is None
