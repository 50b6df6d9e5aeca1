"""What the values of a column are, and how they are ordered: numbers, days, times, durations, yes or no."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rag.answering.tables.moments import Day, day_of, duration_of, time_of

__all__ = ["Column", "Holds", "beside_numbers", "column_of", "number_of", "says_yes", "spoken", "yes_or_no"]

_YES: Final = "yes y true ja oui sí si sì sim tak evet да نعم 是 有 はい 예 ใช่ ✓ ✔ ☑ √ ○"
_NO: Final = "no n false nein non nee não nie hayır нет لا 否 无 無 いいえ 아니요 ไม่ใช่ ✗ ✘ ☐ ×"
_SAYS: Final = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)
_CROSSES: Final = frozenset("x☒")
"""They mark one choice in some tables, and strike it out in others."""
_YES_NO: Final = frozenset({*_SAYS, *_CROSSES})
_NUMBER: Final = re.compile(
    r"(?<![A-Za-z\d.,])(?<![A-Za-z][-–])[-−–]?\d(?:[\d.,'’\u00a0\u202f]*\d)?(?: \d{3}(?!\d))*"
)
_YEAR: Final = re.compile(r"(?:1[5-9]|20)\d\d")
_POWER: Final = re.compile(r"\d[eE][-+]?\d")
"""1e9 is neither 1 nor 9."""
_BRACKETED: Final = re.compile(r"[^\w()]*\([^()]*\)[^\w()]*")
"""Accounts write (3,062) for -3,062."""
_PAIR: Final = re.compile(r"\d\s*[-–/:x×]\s*\d")
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_SMALL: Final = 3
"""Digits of a number that no sign groups."""
_SHORT_UNIT: Final = 2
"""Letters of a unit that has no plural."""
_FEW_WORDS: Final = 24
"""Characters beside the digits of a value that is a number: a currency, a unit, "per night"."""
_MOSTLY: Final = 0.7
_TOO_LARGE: Final = 1e15


class Holds(StrEnum):
    """What the values of a column are."""

    TEXTS = "texts"
    YES_NO = "yes or no"
    NUMBERS = "numbers"
    YEARS = "years"
    DAYS = "days"
    TIMES = "times"
    DURATIONS = "durations"


@dataclass(frozen=True)
class Column:
    """A column by its name and what it holds; `order` says where a value stands among others.

    `month_first` says that 3/4/2024 is 4 March, `comma_parts` that of 1,250 the comma parts decimals, and
    `unclear_point` that 1.250 and all others like it may be more than a thousand, or a little more than one.
    """

    name: str
    holds: Holds
    month_first: bool = False
    comma_parts: bool = False
    unclear_point: bool = False

    @property
    def is_time(self) -> bool:
        """Whether its values are earlier and later."""
        return self.holds in (Holds.YEARS, Holds.DAYS, Holds.TIMES)

    @property
    def is_ordered(self) -> bool:
        """Whether one of its values can be more than another."""
        return self.holds not in (Holds.TEXTS, Holds.YES_NO)

    def order(self, value: str) -> float | None:
        """Where a value stands among others; None for a cell that says nothing of the kind."""
        match self.holds:
            case Holds.DAYS:
                day = self.day(value)
                return None if day is None else day.year * 10_000.0 + day.month * 100 + day.day
            case Holds.TIMES:
                return time_of(value)
            case Holds.DURATIONS:
                return duration_of(value)
            case Holds.NUMBERS | Holds.YEARS:
                return number_of(value, comma_parts=self.comma_parts)
            case _:
                return None

    def day(self, value: str) -> Day | None:
        """The day that a value tells."""
        return day_of(value, month_first=self.month_first)


def column_of(name: str, values: Sequence[str]) -> Column:
    """The column of a name with these values: of one kind where seven in ten of them are, and no other."""
    filled = [value.strip() for value in values if value.strip(" -–—/")]
    if not filled:
        return Column(name, Holds.TEXTS)
    if all(value.casefold() in _YES_NO for value in filled):
        return Column(name, Holds.YES_NO)
    if _mostly(filled, lambda value: _YEAR.fullmatch(value) is not None):
        return Column(name, Holds.YEARS)
    month_first = _is_month_first(filled)
    if _mostly(filled, lambda value: day_of(value, month_first=month_first) is not None):
        return Column(name, Holds.DAYS, month_first)
    if _mostly(filled, lambda value: time_of(value) is not None):
        return Column(name, Holds.TIMES)
    if _mostly(filled, lambda value: duration_of(value) is not None):
        return Column(name, Holds.DURATIONS)
    comma = _has_decimal_comma(filled)
    if _mostly(filled, lambda value: _is_number(value, comma_parts=comma)) and _has_one_unit(filled):
        unclear = not comma and _parts_by_points(filled)
        return Column(name, Holds.NUMBERS, comma_parts=comma, unclear_point=unclear)
    return Column(name, Holds.TEXTS)


def number_of(value: str, *, comma_parts: bool = False) -> float | None:
    """The one number of a value; None where there is none or more than one.

    >>> number_of("€1,250.50"), number_of("1.250,5 kg"), number_of("1 250"), number_of("(3,5)")
    (1250.5, 1250.5, 1250.0, -3.5)
    """
    found = _NUMBER.findall(value)
    if len(found) != 1 or _POWER.search(value):
        return None
    text = re.sub(r"[ '’\u00a0\u202f]", "", found[0]).replace("−", "-").replace("–", "-")
    last = max(text.rfind("."), text.rfind(","))
    if last >= 0:
        sign, digits = text[last], len(text) - last - 1
        both = "." in text and "," in text
        parts = text.count(sign) == 1 and (both or digits != 3 or (sign == ",") == comma_parts)
        whole = re.sub("[.,]", "", text[:last])
        text = f"{whole}.{text[last + 1 :]}" if parts else re.sub("[.,]", "", text)
    is_negative = _BRACKETED.fullmatch(value) is not None and not any(map(str.isalpha, value))
    number = -abs(float(text)) if is_negative else float(text)
    return number if abs(number) < _TOO_LARGE else None


def says_yes(value: str) -> bool | None:
    """What a value that is a word or a mark for yes or no says; None of any other.

    >>> says_yes("Ja"), says_yes("✗"), says_yes("perhaps")
    (True, False, None)
    """
    return _SAYS.get(value.strip().casefold())


def spoken(name: str) -> str:
    """A column's name in words: `price_eur` is "price eur"."""
    return " ".join(name.replace("_", " ").split())


def yes_or_no(value: str, *, crosses_deny: bool = False) -> bool | None:
    """What a value of a column of yes and no says, where it is known whether crosses are a no."""
    return not crosses_deny if value.strip().casefold() in _CROSSES else says_yes(value)


def _mostly(filled: Sequence[str], is_kind: Callable[[str], bool]) -> bool:
    """Whether most values are of a kind, and those that are not hold no digit."""
    kinds = [is_kind(value) for value in filled]
    others = [value for value, kind in zip(filled, kinds, strict=True) if not kind]
    return sum(kinds) >= _MOSTLY * len(filled) and not any(map(str.isdigit, "".join(others)))


def _is_number(value: str, *, comma_parts: bool) -> bool:
    beside = _NUMBER.sub("", value)
    return (
        number_of(value, comma_parts=comma_parts) is not None
        and len(beside) <= _FEW_WORDS
        and _PAIR.search(value) is None
    )


def _has_one_unit(filled: Sequence[str]) -> bool:
    """Whether the same stands beside all numbers: 3B and 2A are none, 800 m and 2 km are not alike."""
    beside = {beside_numbers(value) for value in filled if any(map(str.isdigit, value))}
    return len({u.removesuffix("s") if len(u) > _SHORT_UNIT else u for u in beside} - {""}) <= 1


def beside_numbers(text: str) -> str:
    """What a text says beside its numbers: letters, and the signs of currencies and shares.

    >>> beside_numbers("€ 1,250.50 a month"), beside_numbers("5 ‰")
    ('€amonth', '‰')
    """
    kept = (c for c in text if c.isalpha() or c in "%‰°" or unicodedata.category(c) == "Sc")
    return "".join(kept).casefold()


def _has_decimal_comma(filled: Sequence[str]) -> bool:
    """Whether a comma stands before decimals, or points group thousands.

    It does where not three digits follow some comma, or points group those before it. Points group where
    three digits follow each of them, and some number has two, or others none and less than a thousand.
    """
    joined = " ".join(filled)
    if re.search(r"\d,(?:\d{1,2}|\d{4,})(?!\d)|\d\.\d{3},", joined) is not None:
        return True
    if not _parts_by_points(filled):
        return False
    plain = [number.strip("-−–") for number in _NUMBER.findall(joined) if "." not in number]
    twice = re.search(r"\d\.\d{3}\.\d{3}", joined) is not None
    return twice or (bool(plain) and all(len(number) <= _SMALL for number in plain))


def _parts_by_points(filled: Sequence[str]) -> bool:
    """Whether numbers have points of which each has three digits behind it, as thousands have."""
    numbers = [number for value in filled for number in _NUMBER.findall(value) if "." in number]
    return bool(numbers) and all(_GROUPED.fullmatch(number.strip("-−–")) for number in numbers)


def _is_month_first(filled: Sequence[str]) -> bool:
    """Whether a column writes the month before the day: some second number is more than twelve."""
    pairs = [re.match(r"(\d{1,2})/(\d{1,2})/", value) for value in filled]
    return any(int(p[2]) > 12 for p in pairs if p) and not any(int(p[1]) > 12 for p in pairs if p)
