"""The period that a document is about, and that a question asks for: a year, a quarter, the end of a month.

Reports of one company differ in little but their period. It stands in a file's name
(`ACME_2022Q2_10Q`, `acme-20220630`), in the title, or on the first page ("For the quarterly period ended
June 30, 2022"), and a question tells it otherwise ("Q2 2022"). BM25 sees the year on every page, since each
report shows the years before beside its own. Here both are read into the same facts, and how well they fit
is told as one number: 0 where either says nothing.

Why this should hold on a library never seen: what is read are dates, not names of companies or forms of
files; the words for quarters and reports are data (`data/language/periods.json`), and a document without
a period neither gains nor loses.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from rag.resources import resource

__all__ = ["OPENING", "Period", "asked_period", "fit", "told_period"]

OPENING: Final = 1_200
"""Characters of a document's beginning in which it tells its period."""

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SHORT_YEAR: Final = re.compile(r"(?<![A-Za-z])(?:FY|fy|Q[1-4] ?)['’]?(\d\d)(?!\d)")
_QUARTER: Final = re.compile(r"(?<![A-Za-z])[Qq]([1-4])(?![0-9A-Za-z])|(?<![\d.,])([1-4])[Qq](?![a-z])")
_DIGITS: Final = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_./]?(0[1-9]|1[0-2])[-_./]?(?:0[1-9]|[12]\d|3[01])(?!\d)"
)
_SIGNS: Final = re.compile(r"((?:19|20)\d\d)\s?年\s?(1[0-2]|0?[1-9])\s?月")
_MONTH_YEAR: Final = re.compile(
    r"([^\W\d_]{3,10})\.?\s{1,2}(?:\d{1,2}(?:st|nd|rd|th)?,?\s{1,2})?((?:19|20)\d\d)(?!\d)"
)

Month = tuple[int, int]


@dataclass(frozen=True)
class Period:
    """Years, quarters of a year and months (year, month) told; `kind` is `yearly`, `quarterly` or empty."""

    years: frozenset[int] = frozenset()
    quarters: frozenset[int] = frozenset()
    months: tuple[Month, ...] = ()
    kind: str = ""


def asked_period(question: str) -> Period:
    """What a question tells of a period.

    >>> asked_period("Q2 of FY2024").years, asked_period("the second quarter of 2024").quarters
    (frozenset({2024}), frozenset({2}))
    """
    months = _months(question)
    years = _years(question)
    quarters = _quarters(question)
    return Period(years, quarters, months, _kind(question) or ("quarterly" if quarters else ""))


@lru_cache(maxsize=4_096)
def told_period(name: str, opening: str) -> Period:
    """What a document tells of its period: by its file's name or title, else by its first page.

    The first date of the opening counts; those after it tell of other things, such as when it was signed.
    """
    dates = _months(name) or _months(opening)[:1]
    years = _years(_DIGITS.sub(" ", name)) or frozenset(year for year, _ in dates)
    kind = _kind(name) or _kind(opening)
    quarters = _quarters(name) or (_quarters(opening) if kind == "quarterly" else frozenset())
    return Period(years, quarters, dates, kind or ("quarterly" if quarters else ""))


def fit(asked: Period, told: Period) -> float:
    """How well a document's period fits the one asked for, about -1 to 2; 0 where either says nothing."""
    if not told.years or not (asked.years or asked.kind):
        return 0.0
    return _fit_of_year(asked, told) + _fit_within(asked, told)


def _fit_of_year(asked: Period, told: Period) -> float:
    """Of several years the last is meant: a report shows those before beside it. So does the next report."""
    if not asked.years:
        return 0.0
    last = max(asked.years)
    if last in told.years or (not asked.quarters and last in {year for year, _ in told.months}):
        return 1.0
    return 0.25 if last + 1 in told.years else 0.0


def _fit_within(asked: Period, told: Period) -> float:
    """Of the quarter, month or kind of report."""
    if asked.months and told.months:
        return 1.0 if set(asked.months) & set(told.months) else 0.0
    if asked.quarters and told.quarters:
        return 1.0 if asked.quarters & told.quarters else -0.5
    if asked.quarters and told.months and told.kind != "yearly":
        return 0.5 if {(month + 2) // 3 for _, month in told.months} & asked.quarters else 0.0
    if not told.kind:
        return 0.0
    if asked.kind:
        return 0.5 if asked.kind == told.kind else -0.5
    return -0.5 if told.kind == "quarterly" else 0.0


def _years(text: str) -> frozenset[int]:
    short = (2000 + int(match[1]) for match in _SHORT_YEAR.finditer(text))
    return frozenset(int(year) for year in _YEAR.findall(text)).union(short)


def _months(text: str) -> tuple[Month, ...]:
    """Months with their years, in order of their place."""
    names = _month_names()
    found = [(m.start(), (int(m[1]), int(m[2]))) for form in (_DIGITS, _SIGNS) for m in form.finditer(text)]
    for match in _MONTH_YEAR.finditer(text):
        month = names.get(match[1].casefold())
        if month:
            found.append((match.start(), (int(match[2]), month)))
    return tuple(dict.fromkeys(month for _, month in sorted(found)))


def _quarters(text: str) -> frozenset[int]:
    found = {int(match[1] or match[2]) for match in _QUARTER.finditer(text.replace("_", " "))}
    found.update(int(match) for match in re.findall(r"(?<=\d\d\d\d)[Qq]([1-4])(?![0-9A-Za-z])", text))
    return frozenset(found.union(_ordinals()[match[1]] for match in _spoken().finditer(text.casefold())))


def _kind(text: str) -> str:
    """The kind of report that is named first."""
    text = text.casefold().replace("_", " ")
    places = {
        kind: min((p for word in _words()[kind] if (p := text.find(word)) >= 0), default=-1)
        for kind in ("yearly", "quarterly")
    }
    return min((kind for kind in places if places[kind] >= 0), key=lambda kind: places[kind], default="")


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = json.loads(resource("data", "language", "periods.json").read_text("utf-8"))
    return words


@cache
def _month_names() -> dict[str, int]:
    found: dict[str, int] = json.loads(resource("data", "language", "months.json").read_text("utf-8"))
    return found


def _ordinals() -> dict[str, int]:
    ordinals: dict[str, int] = _words()["ordinals"]
    return ordinals


@cache
def _spoken() -> re.Pattern[str]:
    """A quarter told by its ordinal: "second quarter", "2. Quartal", 第二季度."""
    ordinals = "|".join(map(re.escape, sorted(_ordinals(), key=len, reverse=True)))
    quarters = "|".join(map(re.escape, _words()["quarter"]))
    return re.compile(rf"(?:(?<![^\W_])|(?=[一-鿿]))({ordinals})\s?(?:fiscal\s)?(?:{quarters})")
