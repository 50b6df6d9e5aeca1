"""Columns of documents' tables as columns of SQL: what their cells say as numbers, days, times, yes or no."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from rag.answering.tables.columns import Column, Holds, column_of, yes_or_no

__all__ = ["Typed", "typed", "unit_beside"]

Typed = tuple[str, list[object]]
"""DuckDB's name of a type, and the values that it takes; None for a cell that says nothing of the kind."""

_TEXT: Final = "VARCHAR"
_MOST_PLACES: Final = 6
_DIGITS: Final = 18
_A_DAY: Final = 24 * 60
_BESIDE: Final = re.compile(r"[\d.,'’()\s\u00a0\u202f+−–-]+")


def typed(name: str, values: Sequence[str], *, names_rows: bool = False) -> Typed:
    """The values of a column by what they mostly are; "" stands for an empty cell.

    Where it `names_rows`, what holds letters is a name: NG 114 is no number.
    """
    if names_rows and any(map(str.isalpha, "".join(values))):
        return _texts(values)
    column = column_of(name, values)
    match column.holds:
        case Holds.NUMBERS | Holds.DURATIONS:
            return _numbers([_order(column, value) for value in values])
        case Holds.YEARS:
            return "INTEGER", [None if (o := _order(column, v)) is None else int(o) for v in values]
        case Holds.DAYS:
            return _days(column, values)
        case Holds.TIMES:
            return _times([_order(column, value) for value in values])
        case Holds.YES_NO:
            said = {yes_or_no(value, crosses_deny=True) for value in values}
            return "BOOLEAN", [yes_or_no(value, crosses_deny=True in said) for value in values]
        case _:
            return _texts(values)


def unit_beside(name: str, values: Sequence[str], told: str = "") -> str:
    """What stands beside all numbers of a column (€, kg, %, min); else what the table says of them."""
    holds = column_of(name, values).holds
    if holds in (Holds.DURATIONS, Holds.TIMES):
        return "min" if holds is Holds.DURATIONS else ""
    if holds is not Holds.NUMBERS:
        return ""
    beside = Counter(_BESIDE.sub(" ", v).strip() for v in values if any(map(str.isdigit, v)))
    return next(iter(beside)) or told if len(beside) == 1 else ""


def _order(column: Column, value: str) -> float | None:
    return column.order(value) if value.strip() else None


def _texts(values: Sequence[str]) -> Typed:
    return _TEXT, [value if value.strip() else None for value in values]


def _numbers(numbers: Sequence[float | None]) -> Typed:
    """Whole numbers, decimals as they are written, or, where those are too long, floating point."""
    exact = [None if number is None else Decimal(repr(number)).normalize() for number in numbers]
    filled = [number for number in exact if number is not None]
    places = max((-_exponent(number) for number in filled), default=0)
    if places <= 0:
        return "BIGINT", [None if number is None else int(number) for number in exact]
    longest = max(len(str(abs(int(number)))) for number in filled)
    if places > _MOST_PLACES or longest + places > _DIGITS:
        return "DOUBLE", list(numbers)
    return f"DECIMAL({_DIGITS},{places})", [None if n is None else f"{n:f}" for n in exact]


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _days(column: Column, values: Sequence[str]) -> Typed:
    """Days; texts where one lacks its year or its day, as nothing is made up."""
    found: list[object] = []
    for value in values:
        day = column.day(value)
        try:
            found.append(None if day is None else datetime.date(*day).isoformat())
        except ValueError:
            return _texts(values)
    return "DATE", found


def _times(minutes: Sequence[float | None]) -> Typed:
    """Times of day, or minutes where one is past midnight."""
    if any(value is not None and value >= _A_DAY for value in minutes):
        return _numbers(minutes)
    told: Callable[[float], str] = lambda value: f"{int(value) // 60:02}:{int(value) % 60:02}"  # noqa: E731
    return "TIME", [None if value is None else told(value) for value in minutes]
