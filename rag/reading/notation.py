"""Periods, dates, numbers and identifiers in one notation, however a text writes them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["held_tokens", "identifiers", "numbered_names", "spelled_out"]

_YEAR: Final = re.compile(r"(?:fye?|cy)'?(\d{4}|\d{2})", re.IGNORECASE)
_PART: Final = re.compile(
    r"(?:(?P<before>\d{4}))?(?:(?P<a>[qh])(?P<i>[1-4])|(?P<j>[1-4])(?P<b>[qh]))(?:fy)?'?(?P<after>\d{4}|\d{2})?",
    re.IGNORECASE,
)
_SHORTENED: Final = re.compile(
    r"\b(?:(?:fye?|cy)'?\d{2,4}(?:[qh][1-4])?|(?:\d{4})?(?:[qh][1-4]|[1-4][qh])(?:fy)?'?(?:\d{4}|\d{2})?)\b",
    re.IGNORECASE,
)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_ISO_DATE: Final = re.compile(r"(?<![\d-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\d-])")
_DATE: Final = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-]|\.\d)")
_GROUPED: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f\u2009'’]\d{3})+(?![\d])")
_IDENTIFIER: Final = re.compile(r"\d*[^\W\d_]+\d\w*")
_NO_IDENTIFIER: Final = re.compile(r"(?:fye?|cy|q|h)\d\w*", re.IGNORECASE)
_WORD_AND_NUMBER: Final = re.compile(r"[a-z]{3,}-\d{1,4}s?")
"""`mid-2020`, `top-10`: a plain word before a number."""
_WITH_DIGIT: Final = re.compile(r"(?<!\w)\w*\d\w*")
_NUMBER_AND_LETTER: Final = re.compile(r"\d[\d/-]{3,}[A-Z]")
"""`940-0024D`: letters behind a number are a unit elsewhere."""
_LETTERS_THEN_DIGITS: Final = re.compile(r"(?<![\w-])([^\W\d_]{1,6}) (\d[\w-]*)")
_LETTER: Final = re.compile(r"(?<=[^\W\d_]{3} )[B-HJ-Z](?![\w.'’&-]| \d)")
_NUMBERED: Final = re.compile(
    r"(?<![^\W\d_])([^\W\d_]{3,30}) (?:no\.? |nr\.? |n° |№ ?|#)?(\d+(?:\.\d+)*)(?![\w/%-]|[.,]\d)",
    re.IGNORECASE,
)
_ORDINALS: Final = ("first", "second", "third", "fourth")
_NAMES: Final = {"q": "quarter", "h": "half"}


def spelled_out(text: str) -> str:
    """A text with periods and dates in words and grouped numbers whole.

    Where day and month cannot be told apart, both readings are given.

    >>> spelled_out("Q2 of FY2023, 2021-03-05, 1 250 t")
    'second quarter of 2023, 5 March 2021, 1250 t'
    """
    text = _SHORTENED.sub(lambda match: " ".join(_period_words(match.group())) or match.group(), text)
    text = _ISO_DATE.sub(lambda match: _day(match[1], match[2], match[3]) or match.group(), text)
    text = _DATE.sub(_numeric_date, text)
    return _GROUPED.sub(lambda match: re.sub(r"\D", "", match.group()), text)


def identifiers(text: str) -> frozenset[str]:
    """The identifiers that a text names, in one notation: `p17` for P-17 or P17, `inv20240117`.

    They hold a digit behind a letter, or are a capital letter behind a word ("hall C"). Such a token is the
    same as another or it is not: none is a part of another. Periods as FY2023 are not among them.
    """
    text = unicodedata.normalize("NFKC", text)
    tokens = re.findall(r"[^\W_][\w/-]*", text)
    joined = [_joined(token) for token in tokens if not _WORD_AND_NUMBER.fullmatch(token)]
    lettered = {_joined(token) for token in tokens if _NUMBER_AND_LETTER.fullmatch(token)}
    found = lettered | {t for t in joined if _IDENTIFIER.fullmatch(t) and not _NO_IDENTIFIER.fullmatch(t)}
    return frozenset(found | {letter.casefold() for letter in _LETTER.findall(text)})


def held_tokens(text: str) -> frozenset[str]:
    """What of a text the identifiers of a question are looked up in, also written in two words (`P 17`)."""
    text = unicodedata.normalize("NFKC", text)
    apart = {_joined(match[1] + match[2]) for match in _LETTERS_THEN_DIGITS.finditer(text)}
    whole = {_joined(token) for token in re.findall(r"[^\W_][\w/-]*", text)}
    parts = {part.casefold() for part in _WITH_DIGIT.findall(text)}
    return frozenset(apart | {t for t in whole | parts if len(t) == 1 or _WITH_DIGIT.fullmatch(t)})


def numbered_names(text: str) -> frozenset[tuple[str, str]]:
    """What a text calls by a word and a number: (milonga, 2) of "Milonga 2", (march, 2021) of a date."""
    return frozenset((word.casefold(), number) for word, number in _NUMBERED.findall(spelled_out(text)))


def _joined(token: str) -> str:
    """A token in lower case without the signs inside it and the marks at its end."""
    return re.sub(r"[-_/]", "", token.rstrip("-_/.")).casefold()


def _numeric_date(match: re.Match[str]) -> str:
    first, _, second, year = match.groups()
    year = _whole(year)
    readings = [_day(year, second, first)]
    if match[2] == "/":
        readings.append(_day(year, first, second))
    return " ".join(dict.fromkeys(filter(None, readings))) or match.group()


def _day(year: str, month: str, day: str) -> str:
    """A day in words; "" where there is no such day."""
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return ""
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"


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
