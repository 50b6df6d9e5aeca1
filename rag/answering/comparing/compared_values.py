"""Which of two texts tells the larger number or the later day, where that can be computed."""

from __future__ import annotations

import re
from typing import Final

from rag.answering.tables.columns import beside_numbers, number_of
from rag.reading.facts import dates, quantities
from rag.reading.notation import spelled_out
from rag.text import words

__all__ = ["compared_values"]

_GROUPED_BY_POINTS: Final = re.compile(r"(?<![\d.,])\d{1,3}\.\d{3}(?![\d.,])")
"""`1.150` is more than a thousand in some languages, and a little more than one in others."""

_BEHIND: Final = re.compile(r"\d([^.,;:!?()\d]+)")
_MOST: Final = 4


def compared_values(first: str, second: str) -> int:
    """1 where the first text tells more or a later day, -1 where the second does, 0 where that is not sure.

    Both have to tell one day; or they say the same but for one number; or they differ in one number of a unit
    that is known.

    >>> compared_values("It costs 149 euros.", "The price is 99 euros."), compared_values("750 ml", "2 l")
    (1, 0)
    """
    days = _day(first), _day(second)
    if any(days):
        return _order(*days)
    if _GROUPED_BY_POINTS.search(f"{first} {second}"):
        ways = [_order(*(_number(text, sign) for text in (first, second))) for sign in ("", ".")]
        return ways[0] if ways[0] == ways[1] and beside_numbers(first) == beside_numbers(second) else 0
    if beside_numbers(first) == beside_numbers(second) and (
        order := _order(number_of(first), number_of(second))
    ):
        return order
    one, other = (quantities(spelled_out(text)) for text in (first, second))
    if [quantity.unit for quantity in one] != [quantity.unit for quantity in other]:
        return 0
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a.value != b.value]
    if len(differing) != 1 or not differing[0][0].unit or _behind(first) != _behind(second):
        return 0
    if _signs(first) != _signs(second):
        return 0
    return _order(differing[0][0].value, differing[0][1].value)


def _order(first: float | None, second: float | None) -> int:
    if first is None or second is None:
        return 0
    return (first > second) - (first < second)


def _number(text: str, point: str) -> float | None:
    """The one number of a text where points group its digits, or stand before its decimals (`.`)."""
    return number_of(_GROUPED_BY_POINTS.sub(lambda found: found[0].replace(".", point), text))


def _signs(text: str) -> str:
    """The signs of currencies and shares."""
    return "".join(c for c in beside_numbers(text) if not c.isalpha())


def _behind(text: str) -> list[str]:
    """The last of the few words behind each number: `month` of "900 euros a month, due at once"."""
    told = (words(found[1])[:_MOST] for found in _BEHIND.finditer(text))
    return [behind[-1] for behind in told if behind]


def _day(text: str) -> float | None:
    """The one day of a text as a number that grows with time; None where there is none or more."""
    days: dict[tuple[int, int], int] = {}
    for year, month, day in dates(text):
        if year:
            days[year, month] = max(day or 0, days.get((year, month), 0))
    told = [year * 10_000.0 + month * 100 + day for (year, month), day in days.items()]
    return told[0] if len(told) == 1 else None
