"""Days, times and durations in many notations."""

from __future__ import annotations

import pytest

from rag.answering.tables.moments import Day, day_of, days_in, duration_of, time_of


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("3 May 2024", Day(2024, 5, 3)),
        ("May 3, 2024", Day(2024, 5, 3)),
        ("3rd of May", Day(0, 5, 3)),
        ("Sept 2025", Day(2025, 9, 0)),
        ("2024-05-03", Day(2024, 5, 3)),
        ("03.05.2024", Day(2024, 5, 3)),
        ("18/05/24", Day(2024, 5, 18)),
        ("5/18/2024", Day(2024, 5, 18)),
        ("14. März 2025", Day(2025, 3, 14)),
        ("1er février 2024", Day(2024, 2, 1)),
        ("3 de mayo de 2024", Day(2024, 5, 3)),
        ("12 sierpnia 2024", Day(2024, 8, 12)),
        ("5 мая 2024", Day(2024, 5, 5)),
        ("2024年5月3日", Day(2024, 5, 3)),
        ("5月3日", Day(0, 5, 3)),
        ("2024년 5월 3일", Day(2024, 5, 3)),
        ("may be", None),
        ("3/4", None),
        ("12.50", None),
        ("40.13.2024", None),
        ("2024-05-03 to 2024-06-01", None),
        ("Mon", None),
    ],
)
def test_days(value: str, day: Day | None) -> None:
    assert day_of(value) == day


def test_a_day_that_may_be_two_is_read_as_its_column_writes() -> None:
    assert day_of("3/4/2024") == Day(2024, 4, 3)
    assert day_of("3/4/2024", month_first=True) == Day(2024, 3, 4)


def test_days_of_a_text_have_their_places() -> None:
    text = "between 3 May 2024 and 12 June 2024"
    assert [text[start:end] for start, end, _ in days_in(text)] == ["3 May 2024", "12 June 2024"]


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("07:30", 450),
        ("7.30 pm", 1170),
        ("12 am", 0),
        ("18 Uhr", 1080),
        ("9h15", 555),
        ("112:40", 6760),
        ("7", None),
        ("7.30", None),
        ("13 pm", None),
        ("10:75", None),
        ("room 7:30", None),
    ],
)
def test_times(value: str, minutes: float | None) -> None:
    assert time_of(value) == minutes


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("25 min", 25),
        ("2 h", 120),
        ("1 h 30", 90),
        ("1.5 hours", 90),
        ("1,5 Std.", 90),
        ("45分钟", 45),
        ("25", None),
        ("", None),
        ("h", None),
        ("2 km", None),
    ],
)
def test_durations(value: str, minutes: float | None) -> None:
    assert duration_of(value) == minutes
