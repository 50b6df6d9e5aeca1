"""What columns hold, and where their values stand."""

from __future__ import annotations

import pytest

from rag.answering.tables.columns import Column, Holds, column_of, number_of


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        (["18.50", "free", "7.25", "12"], Holds.NUMBERS),
        (["€1,250.00", "€85.00", ""], Holds.NUMBERS),
        (["1.250,00 €", "85,00 €"], Holds.NUMBERS),
        (["2.5 kg", "12 kg"], Holds.NUMBERS),
        (["1998", "2004", "—"], Holds.YEARS),
        (["2 Aug", "19 Aug", "1 Sept 2025"], Holds.DAYS),
        (["14. März 2025", "2. Mai 2024"], Holds.DAYS),
        (["2024-03-05", "2023-11-30"], Holds.DAYS),
        (["3月1日", "3月12日"], Holds.DAYS),
        (["03/04/2024", "18/04/2024"], Holds.DAYS),
        (["5 lipca 2024", "12 sierpnia 2024"], Holds.DAYS),
        (["07:30", "18:15"], Holds.TIMES),
        (["7.30 pm", "9 am"], Holds.TIMES),
        (["16:48", "112:40"], Holds.TIMES),
        (["25 min", "1 h 30", "2 hrs"], Holds.DURATIONS),
        (["yes", "no", ""], Holds.YES_NO),
        (["是", "否"], Holds.YES_NO),
        (["in stock", "sold out", "3 left"], Holds.TEXTS),
        (["3-6", "7-11"], Holds.TEXTS),
        (["A1", "B2"], Holds.TEXTS),
        (["$ 100", "€ 200", "¥ 300"], Holds.TEXTS),
        (["5 m", "7 ms"], Holds.TEXTS),
        (["", ""], Holds.TEXTS),
        ([], Holds.TEXTS),
    ],
)
def test_what_a_column_holds(values: list[str], holds: Holds) -> None:
    assert column_of("column", values).holds is holds


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [
        (["18.50", "7.25", "free", "12"], "7.25", "18.50"),
        (["1.250,00", "85,50"], "85,50", "1.250,00"),
        (["1,250", "980"], "980", "1,250"),
        (["1.250 kg", "900 kg", "2.000 kg"], "900 kg", "2.000 kg"),
        (["33.523", "316.140", "2.748.109", "980"], "980", "2.748.109"),
        (["1.250", "0.900", "2.000"], "0.900", "2.000"),
        (["1.250", "900.000", "2"], "2", "900.000"),
        (["2 Aug", "19 Jul"], "19 Jul", "2 Aug"),
        (["18/04/2024", "03/05/2024"], "18/04/2024", "03/05/2024"),
        (["4/18/2024", "5/3/2024"], "4/18/2024", "5/3/2024"),
        (["9 am", "7.30 pm"], "9 am", "7.30 pm"),
        (["12 am", "9 am"], "12 am", "9 am"),
        (["90 min", "1 h", "2 h"], "1 h", "2 h"),
        (["-4 °C", "3 °C"], "-4 °C", "3 °C"),
        (["12 mai 2023", "3 février 2024"], "12 mai 2023", "3 février 2024"),
    ],
)
def test_values_are_ordered(values: list[str], least: str, most: str) -> None:
    column = column_of("column", values)
    ordered = [value for value in values if column.order(value) is not None]
    assert min(ordered, key=lambda value: column.order(value) or 0.0) == least
    assert max(ordered, key=lambda value: column.order(value) or 0.0) == most


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1,204.5 t", 1204.5),
        ("1.204,5 t", 1204.5),
        ("12", 12.0),
        ("3,5 kg", 3.5),
        ("-4 °C", -4.0),
        ("1 250", 1250.0),
        ("1'250.00", 1250.0),
        ("none", None),
        ("2 to 3", None),
        ("1" + "0" * 40, None),
        ("P17", None),
    ],
)
def test_numbers_of_values(value: str, number: float | None) -> None:
    assert number_of(value) == number


def test_a_comma_before_three_digits_is_read_as_its_column_writes() -> None:
    assert column_of("weight", ["1,250", "12,5"]).order("1,250") == 1.25
    assert column_of("weight", ["1,250", "980"]).order("1,250") == 1250.0


def test_a_text_has_no_order() -> None:
    assert Column("name", Holds.TEXTS).order("12") is None


@pytest.mark.parametrize(
    ("values", "unclear"),
    [
        (["1.299 €", "2.499 €"], True),
        (["1.250", "4500"], True),
        (["1.299 €", "899 €"], False),
        (["0.125", "1.250"], False),
        (["1.25", "1.250"], False),
        (["1,299", "2,499"], False),
    ],
)
def test_a_point_before_three_digits_everywhere_may_be_either(values: list[str], unclear: bool) -> None:
    assert column_of("column", values).unclear_point is unclear
