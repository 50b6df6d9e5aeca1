"""Numbers, days, years, times and durations that a question names, as bounds for the values of a column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.answering.tables.columns import Column, Holds, number_of
from rag.answering.tables.moments import Day, days_in, duration_of, time_of
from rag.reading.facts import quantities

__all__ = ["ZERO", "Literal", "literals_of"]

_NUMBER: Final = re.compile(
    r"(?<![A-Za-z\d_.,])(?<![A-Za-z][-–])[-−]?\d(?:[\d.,'’\u00a0\u202f]*\d)?(?: \d{3}(?!\d))*"
)
_TIME: Final = re.compile(
    r"(?<![\d:.])\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m\b\.?|Uhr\b|点|點|時|시|o['’]clock)|(?<![\d:.])\d{1,2}[:h]\d\d(?!\d)",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(r"[A-Za-z]{3,9}|[一二两兩三四五六七八九十](?=[个個位次名人种種年月天岁歲倍])")
_YEAR: Final = re.compile(r"(?:1[5-9]|20)\d\d")
_MOST: Final = 4
_HOURS_OF_A_DAY: Final = 24

Point = tuple[float, ...]


@dataclass(frozen=True)
class Literal:
    """What a question names, as it is written there, and all that it may be: a number, a day, minutes."""

    text: str
    number: float | None = None
    day: Day | None = None
    minutes: float | None = None

    def bound(self, column: Column) -> Point | None:
        """Where it stands among the values of a column; None where it cannot be compared with them."""
        match column.holds:
            case Holds.NUMBERS | Holds.YEARS:
                return None if self.number is None else (self.number,)
            case Holds.DAYS:
                if self.day is not None:
                    return tuple(float(part) for part in self.day if part)
                return (self.number,) if self.number and _YEAR.fullmatch(self.text) else None
            case Holds.TIMES | Holds.DURATIONS:
                if self.minutes is not None:
                    return (self.minutes,)
                scale = 60.0 if column.holds is Holds.TIMES else 1.0
                return (scale * self.number,) if self.number is not None and self._is_small() else None
            case _:
                return None

    def _is_small(self) -> bool:
        return self.number is not None and 0 <= self.number <= 10 * _HOURS_OF_A_DAY

    def point(self, value: str, column: Column) -> Point | None:
        """Where a value of a column stands, with as many parts as the bound has."""
        bound = self.bound(column)
        if column.holds is not Holds.DAYS:
            order = column.order(value)
            return None if order is None else (order,)
        day = column.day(value)
        if day is None or bound is None:
            return None
        if self.day is not None and not (self.day.year and day.year):
            own: Point = (float(day.month), float(day.day))
            return own[: len(bound)] if self.day.year == 0 else None
        own = tuple(float(part) for part in day if part)
        return own[: len(bound)] if len(own) >= len(bound) else None


ZERO: Final = Literal("0", number=0.0)
"""What "any left" and "sold out" are bounded by."""


def literals_of(question: str) -> list[Literal]:
    """The literals of a question in their order, at most four; none within another."""
    found: list[tuple[int, int, Literal]] = [
        (start, end, Literal(question[start:end], day=day)) for start, end, day in days_in(question)
    ]
    for match in _TIME.finditer(question):
        found.append((*match.span(), Literal(match.group(), minutes=time_of(match.group()))))
    for match in _NUMBER.finditer(question):
        number = number_of(match.group())
        if number is not None:
            minutes = _lasting(question[match.start() :])
            found.append((*match.span(), Literal(match.group(), number=number, minutes=minutes)))
    for match in _WORDS.finditer(question):
        told = quantities(question[match.start() :][:24])
        if told and told[0].value > 1 and quantities(match.group())[:1]:
            found.append((*match.span(), Literal(match.group(), number=told[0].value)))
    kept: list[tuple[int, int, Literal]] = []
    for start, end, literal in found:
        if not any(a < end and start < b for a, b, _ in kept):
            kept.append((start, end, literal))
    return [literal for _, _, literal in sorted(kept, key=lambda item: item[0])][:_MOST]


def _lasting(text: str) -> float | None:
    """The minutes of a number with its unit that a text begins with: "20 minutes or less"."""
    words = text.split()[:2]
    return next(
        (m for n in (2, 1) if (m := duration_of(" ".join(words[:n]).rstrip("?.,!"))) is not None), None
    )
