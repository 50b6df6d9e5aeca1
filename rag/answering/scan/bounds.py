"""Bounds that a question sets on numbers and dates: above 90000 km, before 2019, in March 2024."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.answering.scan.cues import dimension
from rag.answering.scan.values import date_of, number_of, unit_of
from rag.reading.facts import date_spans

__all__ = ["Bound", "bounds_of"]

_AMOUNT: Final = (
    r"(?P<sign>[$€£¥])?\s?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d/-])"
    r"(?:\s?(?P<unit>[^\W\d_]+|[$€£¥%]))?"
)
_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TIME: Final = (
    rf"(?=(?:\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?)?(?:{_MONTHS})|\d{{4}}-\d|(?:1[89]|20)\d\d(?![\d.,]*\d))"
)
_ADJECTIVE: Final = (
    r"(?P<adjective>(?P<up>more (?:expensive|costly)|more|greater|higher|larger|bigger|longer|taller|heavier"
    r"|faster|dearer|costlier|stronger|wider|deeper|newer|later)"
    r"|less (?:expensive|costly)|less|fewer|lower|smaller|shorter|lighter|cheaper|slower|weaker|narrower"
    r"|shallower|older|younger|earlier)"
)
_FORMS: Final = (
    (rf"\b{_ADJECTIVE} than\s+", ""),
    (r"\bbetween\s+", "between"),
    (r"\b(?:at least|no less than|not less than|no fewer than|no earlier than|since)\s+", ">="),
    (r"\b(?:at most|no more than|not more than|no later than|up to|until|till)\s+", "<="),
    (r"\b(?:over|above|exceed(?:s|ed|ing)?|after)\s+", ">"),
    (r"\b(?:under|below|before)\s+", "<"),
    (r"\b(?:in|on|during|from|of)\s+", "="),
)
_PATTERNS: Final = tuple((re.compile(form, re.IGNORECASE), sign) for form, sign in _FORMS)
_OF_TIME: Final = re.compile(
    r"before|after|since|until|till|earlier|later|older|newer|younger|^(?:in|on|during|from|of)\b"
)
_NOT_OF_TIME: Final = re.compile(r"over|under|exceed|cheap|expensive|costly|dear|heav|light|long|short|tall")
_THIS_TIME: Final = re.compile(_TIME, re.IGNORECASE)
_THIS_AMOUNT: Final = re.compile(_AMOUNT)
_LONGEST_TIME: Final = 60
"""Characters of a day at most: a date is only looked for so far."""
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_OLDER: Final = re.compile(r"old|earl")
_AND: Final = re.compile(r"\s+(?:and|to)\s+")


_Point = tuple[float, ...]


@dataclass(frozen=True)
class Bound:
    """A bound and its place; `sign` compares, `low` and `high` are the same but between two.

    A point is a number, or a year with its month and day as far as they are told: `of_time`. `unit` is that
    of a number, `adjective` says by what is compared.
    """

    sign: str
    low: _Point
    high: _Point
    start: int
    end: int
    of_time: bool
    unit: str = ""
    adjective: str = ""
    may_be_number: bool = False

    def admits(self, value: str) -> bool:
        """Whether a value is within the bound; a day is compared with a year as its year."""
        own = _point(value, of_time=self.of_time)
        if len(own) < max(len(self.low), len(self.high)):
            return False
        low, high = own[: len(self.low)], own[: len(self.high)]
        match self.sign:
            case ">":
                return low > self.low
            case ">=":
                return low >= self.low
            case "<":
                return low < self.low
            case "<=":
                return low <= self.low
            case "=":
                return low == self.low
            case _:
                return low >= self.low and high <= self.high

    @property
    def said(self) -> str:
        """The bound in signs: `> 400`, `2019 – 2021`."""
        low, high = (
            "-".join(f"{part:0{2 * bool(i)}g}" for i, part in enumerate(p)) for p in (self.low, self.high)
        )
        return f"{low} – {high}" if self.sign == "between" else f"{self.sign} {low}"


@dataclass(frozen=True)
class _Read:
    """A point that was read at a place of a text."""

    point: _Point
    unit: str
    end: int
    of_time: bool


def bounds_of(text: str) -> list[Bound]:
    """The bounds of a text, in their order."""
    found: list[Bound] = []
    for form, sign in _PATTERNS:
        for match in form.finditer(text):
            bound = _bound(text, match, sign)
            if bound and not any(b.start < bound.end and bound.start < b.end for b in found):
                found.append(bound)
    return sorted(found, key=lambda bound: bound.start)


def _bound(text: str, match: re.Match[str], sign: str) -> Bound | None:
    word = match.group().strip().casefold()
    adjective = (match.groupdict().get("adjective") or "").casefold()
    age = dimension(adjective) == "age"
    low = None if _NOT_OF_TIME.search(word) else _time_at(text, match.end())
    low = low or (None if sign == "=" else _amount_at(text, match.end()))
    if low is None or (not low.of_time and _OF_TIME.search(word) and not age):
        return None
    if not sign:
        upwards = (_OLDER.match(adjective) is None) == low.of_time if age else bool(match["up"])
        sign = ">" if upwards else "<"
    high: _Read | None = low
    if sign == "between":
        joined = _AND.match(text, low.end)
        read = _time_at if low.of_time else _amount_at
        high = read(text, joined.end()) if joined else None
    if high is None or (low.unit and high.unit and low.unit != high.unit):
        return None
    either = low.of_time and len(low.point) == len(high.point) == 1 and not _OF_TIME.search(word)
    return Bound(
        sign=sign,
        low=low.point,
        high=high.point,
        start=match.start(),
        end=high.end,
        of_time=low.of_time,
        unit=high.unit or low.unit,
        adjective=dimension(adjective),
        may_be_number=either,
    )


def _time_at(text: str, place: int) -> _Read | None:
    """A day, month or year that stands at a place."""
    if not _THIS_TIME.match(text, place):
        return None
    spans = [span for span in date_spans(text[place : place + _LONGEST_TIME]) if span.start == 0]
    if spans:
        end = place + max(span.end for span in spans)
        return _Read(_point(text[place:end], of_time=True), "", end, of_time=True)
    year = _YEAR.match(text, place)
    amount = _amount_at(text, place)
    if year is None or (amount and amount.unit):
        return None
    return _Read((float(year.group()),), "", year.end(), of_time=True)


def _amount_at(text: str, place: int) -> _Read | None:
    """A number that stands at a place, with its unit."""
    match = _THIS_AMOUNT.match(text, place)
    number = number_of(match["number"]) if match else None
    if match is None or number is None:
        return None
    unit = unit_of(match["unit"] or "")
    end = match.end() if unit else match.end("number")
    return _Read((number,), unit or unit_of(match["sign"] or ""), end, of_time=False)


def _point(value: str, *, of_time: bool) -> _Point:
    if not of_time:
        number = number_of(value)
        return () if number is None else (number,)
    year = _YEAR.fullmatch(value.strip())
    return (float(year.group()),) if year else tuple(map(float, date_of(value)))
