"""Days, times of day and durations as tables and questions write them, in the languages that are read."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from rag.resources import resource

__all__ = ["Day", "day_of", "days_in", "duration_of", "time_of"]

_LONGEST: Final = 40
_DIGITS: Final = re.compile(r"(?<![\d.,:])(\d{1,4})([-/.])(\d{1,2})(?:\2(\d{2,4}))?(?![\d:%])")
_SIGNS: Final = re.compile(r"(?:(\d{4})\s?[年년]\s?)?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日号號일])?")
_WORD: Final = r"(?P<month>[^\W\d_]{3,12})\.?"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_YEAR: Final = r"(?P<year>(?:1[5-9]|20)\d\d)"
_NAMED: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_DAY} ?(?:of |de |di )?{_WORD}(?:,? (?:de |del |of )?{_YEAR})?(?!\w)",
        rf"(?<!\w){_WORD} {_DAY}(?:,? {_YEAR})?(?!\w)",
        rf"(?<!\w){_WORD},? (?:de |del |of )?{_YEAR}(?!\w)",
    )
)
_CLOCK: Final = re.compile(
    r"(?P<hour>\d{1,3})(?:[:h.](?P<minute>\d\d))?\s?(?:(?P<half>[ap])\.?m\.?|(?P<clock>Uhr|点|點|時|시|o['’]clock))?",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(r"[:h]")
_HOURS: Final = r"h|hrs?|hours?|std|stunden?|heures?|horas?|ore|ora|uur|godz|ч|часа?|小时|小時|時間|시간"
_MINUTES: Final = r"m|mins?|minutes?|minuten?|minutos?|minuti|minut|мин|分钟|分鐘|分|분"
_LASTS: Final = re.compile(
    rf"(?:(?P<hours>\d+(?:[.,]\d+)?)\s?(?:{_HOURS})\.?)?\s?(?:(?P<minutes>\d+)\s?(?:{_MINUTES})?\.?)?",
    re.IGNORECASE,
)


class Day(NamedTuple):
    """A day as far as it is told; 0 for what is not."""

    year: int
    month: int
    day: int


@cache
def _months() -> dict[str, int]:
    """The names of the months, whole and short, by the Unicode Common Locale Data Repository."""
    found: dict[str, int] = json.loads(resource("data", "language", "months.json").read_text("utf-8"))
    return found


@lru_cache(maxsize=65_536)
def days_in(text: str, *, month_first: bool = False) -> tuple[tuple[int, int, Day], ...]:
    """The days of a text, each with the characters from where to where it stands, in their order.

    `month_first` reads 3/4/2024 as 4 March where it may be either.
    """
    found: list[tuple[int, int, Day]] = []
    for match in _DIGITS.finditer(text):
        day = _from_digits(match, month_first=month_first)
        if day is not None:
            found.append((*match.span(), day))
    for match in _SIGNS.finditer(text):
        day = _checked(int(match[1] or 0), int(match[2]), int(match[3] or 0))
        if day is not None:
            found.append((*match.span(), day))
    for form in _NAMED:
        for match in form.finditer(text):
            parts = match.groupdict()
            month = _months().get(parts["month"].casefold())
            day = _checked(int(parts.get("year") or 0), month, int(parts.get("day") or 0)) if month else None
            if day is not None:
                found.append((*match.span(), day))
    kept: list[tuple[int, int, Day]] = []
    for start, end, day in sorted(found, key=lambda item: item[0] - item[1]):
        if not any(a < end and start < b for a, b, _ in kept):
            kept.append((start, end, day))
    return tuple(sorted(kept))


def day_of(value: str, *, month_first: bool = False) -> Day | None:
    """The one day of a value; None where there is none or more than one."""
    if len(value) > _LONGEST:
        return None
    found = days_in(value, month_first=month_first)
    return found[0][2] if len(found) == 1 else None


def _from_digits(match: re.Match[str], *, month_first: bool) -> Day | None:
    first, sign, second, third = match[1], match[2], match[3], match[4]
    if len(first) == 4:
        return _checked(int(first), int(second), int(third or 0)) if sign != "." or third else None
    if third is None or len(first) > 2 or len(third) == 3:
        return None  # 3/4 and 3.4 are numbers
    year = int(third) + (2000 if len(third) == 2 else 0)
    day = _checked(year, int(second), int(first))
    other = _checked(year, int(first), int(second)) if sign == "/" else None
    return (other or day) if month_first else (day or other)


def _checked(year: int, month: int, day: int) -> Day | None:
    return Day(year, month, day) if 1 <= month <= 12 and 0 <= day <= 31 and (year or day) else None


@lru_cache(maxsize=65_536)
def time_of(value: str) -> float | None:
    """The minutes since midnight of a time of day, or of a duration: 07:30, 7.30 pm, 18 Uhr, 9h15, 112:40.

    None where a value is neither.
    """
    if len(value) > _LONGEST:
        return None
    match = _CLOCK.fullmatch(value.strip())
    if match is None:
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").casefold()
    if not (half or match["clock"] or _SIGNED.search(value)):
        return None
    if minute > 59 or (half and not 1 <= hour <= 12):
        return None
    return 60.0 * (hour % 12 + 12 * (half == "p") if half else hour) + minute


@lru_cache(maxsize=65_536)
def duration_of(value: str) -> float | None:
    """The minutes that a value says something takes: 25 min, 2 h, 1 h 30; None where it says none."""
    if len(value) > _LONGEST:
        return None
    match = _LASTS.fullmatch(value.strip())
    if match is None or not (match["hours"] or match["minutes"]) or value.strip().isdigit():
        return None
    return 60.0 * float((match["hours"] or "0").replace(",", ".")) + float(match["minutes"] or 0)
