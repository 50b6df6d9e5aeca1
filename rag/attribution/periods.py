"""Business periods in one notation: FY2023, Q2 and 1H22 in the words that documents spell them with."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["spelled_out"]

_YEAR: Final = re.compile(r"(?:fye?|cy)'?(\d{4}|\d{2})", re.IGNORECASE)
_PART: Final = re.compile(
    r"(?:(?P<before>\d{4}))?(?:(?P<a>[qh])(?P<i>[1-4])|(?P<j>[1-4])(?P<b>[qh]))(?:fy)?'?(?P<after>\d{4}|\d{2})?",
    re.IGNORECASE,
)
_SHORTENED: Final = re.compile(
    r"\b(?:(?:fye?|cy)'?\d{2,4}(?:[qh][1-4])?|(?:\d{4})?(?:[qh][1-4]|[1-4][qh])(?:fy)?'?(?:\d{4}|\d{2})?)\b",
    re.IGNORECASE,
)
_ORDINALS: Final = ("first", "second", "third", "fourth")
_NAMES: Final = {"q": "quarter", "h": "half"}


def spelled_out(text: str) -> str:
    """A text with its shortened periods in words: `Q2 of FY2023` as `second quarter of 2023`."""
    return _SHORTENED.sub(lambda match: " ".join(_period_words(match.group())) or match.group(), text)


def _period_words(word: str) -> tuple[str, ...]:
    """The words of a shortened period: `fy2023` is (2023), `q2` (second, quarter), `2022q4` both; else none.

    Two digits are a year of this century.
    """
    year = _YEAR.fullmatch(word)
    if year:
        return (_whole(year[1]),)
    if word[:2].lower() == "fy" and word[2:6].isdigit():  # fy2023q1
        return (word[2:6], *_period_words(word[6:]))
    part = _PART.fullmatch(word)
    if not part:
        return ()
    number, letter = part["i"] or part["j"], part["a"] or part["b"]
    told = (_ORDINALS[int(number) - 1], _NAMES[letter.lower()])
    years = tuple(_whole(year) for year in (part["before"], part["after"]) if year)
    return (*told, *years)


def _whole(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"
