"""What the values of a column are: numbers, years, dates, yes or no; and what the column is called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from rag.reading import text_terms
from rag.reading.facts import dates
from rag.reading.notation import spelled_out
from rag.text import words

__all__ = [
    "NO",
    "YES",
    "Column",
    "Date",
    "Holds",
    "column_of",
    "date_of",
    "is_currency",
    "is_date",
    "name_terms",
    "number_of",
    "order_of",
    "unit_of",
]

YES: Final = frozenset(
    {"yes", "y", "x", "✓", "✔", "☑", "☒", "true", "ja", "oui", "sí", "si", "是", "有", "√"}
)
NO: Final = frozenset({"no", "n", "✗", "✘", "☐", "false", "nein", "non", "否", "无", "-", "–", "—", ""})
_NUMBER: Final = re.compile(r"[-−–]?\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?:\.\d+)?|[-−–]?\d+(?:[.,]\d+)?")
_MEASURED: Final = re.compile(
    r"(?:[$€£¥]|[A-Z]{3})?\s?[-−–]?[\d.,\u00a0\u202f ]*\d\s*(?P<unit>[^\d\s][^\d]{0,20})?"
)
"""A number with what stands around it; `unit` is what follows, the same in every value of a column."""
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_ASIDE: Final = re.compile(r"[(\[（]([^()\[\]（）]*)[)\]）]")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_UNITS: Final = (
    ("eur", "euro", "euros", "€"),
    ("usd", "dollar", "dollars", "$"),
    ("gbp", "pounds", "pound", "£"),
    ("chf", "franc", "francs"),
    ("cny", "rmb", "yuan", "¥"),
    ("km", "kilometre", "kilometres", "kilometer", "kilometers"),
    ("m", "metre", "metres", "meter", "meters"),
    ("cm", "centimetre", "centimetres", "centimeter", "centimeters"),
    ("mm", "millimetre", "millimetres", "millimeter", "millimeters"),
    ("mi", "mile", "miles"),
    ("kg", "kilo", "kilos", "kilogram", "kilograms"),
    ("g", "gram", "grams"),
    ("t", "tonne", "tonnes", "ton", "tons"),
    ("l", "litre", "litres", "liter", "liters"),
    ("h", "hr", "hrs", "hour", "hours"),
    ("min", "mins", "minute", "minutes"),
    ("s", "sec", "secs", "second", "seconds"),
    ("d", "day", "days"),
    ("w", "watt", "watts"),
    ("kw", "kilowatt", "kilowatts"),
    ("kwh",),
    ("gb", "gigabyte", "gigabytes"),
    ("%", "percent", "per cent"),
)
_UNIT_OF: Final = {spelt: group[0] for group in _UNITS for spelt in group}
_MONEY_UNITS: Final = frozenset({"eur", "usd", "gbp", "chf", "cny"})
_DURATIONS: Final = frozenset({"h", "min", "s", "d"})
_DURATION_TERMS: Final = frozenset(text_terms("time duration"))
_MONEY_TERMS: Final = frozenset(
    text_terms("price cost amount fee fare charge salary wage spending expense value")
)
_AROUND: Final = re.compile(r"[^\W\d_]+|[$€£¥%]")

_LONGEST_DATE: Final = 30
_TOO_LARGE: Final = 1e15
"""From here on a float does not tell every digit before the point."""

Date = tuple[int, ...]


class Holds(StrEnum):
    """What all the values of a column are."""

    YES_NO = "yes or no"
    YEARS = "years"
    DATES = "dates"
    NUMBERS = "numbers"
    TEXTS = "texts"


@dataclass(frozen=True)
class Column:
    """A column by its name: the words that name it, those that only tell its unit, and what it holds."""

    name: str
    terms: frozenset[str]
    aside: frozenset[str]
    unit: str
    holds: Holds

    @property
    def is_time(self) -> bool:
        """Whether its values can be earlier and later."""
        return self.holds in (Holds.YEARS, Holds.DATES)

    @property
    def is_money(self) -> bool:
        """Whether its values are sums of money."""
        return self.holds is Holds.NUMBERS and (
            self.unit in _MONEY_UNITS or (not self.unit and bool(self.terms & _MONEY_TERMS))
        )

    @property
    def is_duration(self) -> bool:
        """Whether its values say how long something takes: the fastest has the least."""
        return self.holds is Holds.NUMBERS and (
            self.unit in _DURATIONS or (not self.unit and bool(self.terms & _DURATION_TERMS))
        )


@lru_cache(maxsize=4_096)
def name_terms(name: str) -> tuple[frozenset[str], frozenset[str], str]:
    """The words of a column's name, those that tell a unit or stand in brackets, and the unit.

    >>> name_terms("price_eur")
    (frozenset({'price'}), frozenset({'eur'}), 'eur')
    """
    aside = " ".join(_ASIDE.findall(name))
    parts = words(_HUMP.sub(" ", _ASIDE.sub(" ", name)).replace("_", " "))
    unit = next((_UNIT_OF[word] for word in (*words(aside), aside.strip()) if word in _UNIT_OF), "")
    if not unit and len(parts) > 1 and parts[-1] in _UNIT_OF:
        unit = _UNIT_OF[parts[-1]]
        aside, parts = f"{aside} {parts[-1]}", parts[:-1]
    own = frozenset(text_terms(" ".join(parts)))
    return own, frozenset(text_terms(aside)) - own, unit


def column_of(name: str, values: Iterable[str]) -> Column:
    """The column of a name with these values."""
    told = list(values)
    terms, aside, unit = name_terms(name)
    filled = [value for value in told if value.strip()]
    if not unit:
        around = {tuple(_UNIT_OF.get(word.casefold(), "") for word in _AROUND.findall(v)) for v in filled}
        unit = next(iter(around))[0] if len(around) == 1 and len(next(iter(around))) == 1 else ""
    return Column(name, terms, aside, unit, _holds(told, filled, unit))


def is_currency(word: str) -> bool:
    """Whether a word spells a currency."""
    return unit_of(word) in _MONEY_UNITS


def unit_of(word: str) -> str:
    """The unit that a word spells; "" where it is none."""
    return _UNIT_OF.get(word.casefold(), "")


def _holds(told: list[str], filled: list[str], unit: str) -> Holds:
    if told and all(value.casefold() in YES | NO for value in told):
        return Holds.YES_NO
    if not filled:
        return Holds.TEXTS
    if not unit and all(_YEAR.fullmatch(value.strip()) for value in filled):
        return Holds.YEARS
    if all(map(is_date, filled)):
        return Holds.DATES
    measured = [_MEASURED.fullmatch(value.strip()) for value in filled]
    units = {(match["unit"] or "").casefold().removesuffix("s") for match in measured if match}
    if all(measured) and len(units) == 1 and all(number_of(value) is not None for value in filled):
        return Holds.NUMBERS
    return Holds.TEXTS


@lru_cache(maxsize=65_536)
def number_of(value: str) -> float | None:
    """The one number of a value; None where there is none or more than one, or it is too large to add up."""
    found = _NUMBER.findall(value)
    if len(found) != 1:
        return None
    text = re.sub(r"[\u00a0\u202f ]", "", found[0]).replace("−", "-").replace("–", "-")
    if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    number = float(text.replace(",", "."))
    return number if abs(number) < _TOO_LARGE else None


@lru_cache(maxsize=65_536)
def date_of(value: str) -> Date:
    """The one date of a value, as year, month and, where it is told, day; empty where there is none."""
    read = {(year, month, day) for year, month, day in dates(spelled_out(value)) if year is not None}
    full = {date for date in read if date[2] is not None} or read
    if len(full) != 1:
        return ()
    return tuple(part for part in next(iter(full)) if part is not None)


def is_date(value: str) -> bool:
    """Whether a value is a date and not much else."""
    return len(value) <= _LONGEST_DATE and bool(date_of(value))


def order_of(value: str) -> float | None:
    """Where a value stands among others: a date by its day, else the one number; None without either."""
    date = date_of(value)
    if date:
        return date[0] * 10_000.0 + date[1] * 100 + (date[2] if len(date) > 2 else 0)
    return number_of(value)
