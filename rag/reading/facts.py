"""What code can compare between a claim and its evidence: quantities with units, dates, negation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rag.schema import Span

__all__ = [
    "Quantity",
    "date_spans",
    "dates",
    "is_negated",
    "missing_quantities",
    "quantities",
    "value_around",
]

_SCALES: Final = {
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
    "千": 1e3,
    "万": 1e4,
    "萬": 1e4,
    "百万": 1e6,
    "百萬": 1e6,
    "亿": 1e8,
    "億": 1e8,
}
_SMALL_NUMBERS: Final = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    "|seventeen|eighteen|nineteen|twenty"
)
_TENS: Final = "thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WORDS: Final = {word: float(value) for value, word in enumerate(_SMALL_NUMBERS.split("|"))} | {
    word: 10.0 * tens for tens, word in enumerate(_TENS.split("|"), 3)
}
_CJK_DIGITS: Final = {c: float(i) for i, c in enumerate("零一二三四五六七八九")} | {
    "两": 2.0,
    "兩": 2.0,
    "十": 10.0,
}
_UNITS: Final = {
    "percent": re.compile(r"\s*(?:%|per ?cent\b|percentage points?\b|个?百分点)", re.I),
    "year": re.compile(r"[\s-]*(?:years?|yrs?)\b", re.I),
    "month": re.compile(r"[\s-]*months?\b", re.I),
    "week": re.compile(r"[\s-]*weeks?\b", re.I),
    "day": re.compile(r"[\s-]*days?\b|\s*天", re.I),
    "hour": re.compile(r"[\s-]*(?:hours?|hrs?)\b|\s*小[时時]", re.I),
    "minute": re.compile(r"[\s-]*(?:minutes?|mins?)\b|\s*分[钟鐘]", re.I),
    "second": re.compile(r"[\s-]*(?:seconds?|secs?)\b|\s*秒", re.I),
    "kilometre": re.compile(r"\s*(?:km|kilomet(?:er|re)s?)\b|\s*(?:公里|千米)", re.I),
    "mile": re.compile(r"\s*miles?\b|\s*英里", re.I),
    "metre": re.compile(r"\s*(?:m|met(?:er|re)s?)\b|\s*米", re.I),
    "foot": re.compile(r"\s*(?:ft|feet|foot)\b|\s*英尺", re.I),
    "kilogram": re.compile(r"\s*(?:kg|kilograms?|kilos?)\b|\s*(?:公斤|千克)", re.I),
    "tonne": re.compile(r"\s*(?:tons?|tonnes?)\b|\s*[吨噸]", re.I),
    "dollar": re.compile(r"\s*(?:dollars?|usd)\b|\s*美元", re.I),
    "euro": re.compile(r"\s*(?:euros?|eur|€)|\s*欧元", re.I),
    "pound": re.compile(r"\s*(?:pounds? sterling|gbp)\b|\s*英[镑鎊]", re.I),
    "yuan": re.compile(r"\s*(?:yuan|rmb|cny)\b|\s*(?:人民币|元)", re.I),
}
_CURRENCY_SIGNS: Final = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yuan"}
_NUMBER: Final = re.compile(
    r"(?P<sign>[$€£¥]\s?)?(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?!\d)"
    r"|\b(?P<word>" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\b"
    r"|(?P<cjk>[一二两兩三四五六七八九十](?=[个個位次名人种種年月天岁歲倍]))",
    re.IGNORECASE,
)
_SCALE: Final = re.compile(
    r"\s*(?:(thousand|million|billion|trillion|dozen)\b|(mn|bn|k|m|b)\b(?!\w)|(百万|百萬|千|万|萬|亿|億))",
    re.IGNORECASE,
)
_MONTH_NAMES: Final = "january|february|march|april|may|june|july|august|september|october|november|december"
_MONTHS: Final = {month: number for number, month in enumerate(_MONTH_NAMES.split("|"), 1)}
_MONTH: Final = "(?P<month>" + "|".join(f"{m}|{m[:3]}\\.?(?= )" for m in _MONTHS) + ")"
_DATE_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<year>\d{{4}}))?\b",
        rf"\b{_MONTH},? (?P<year>\d{{4}})\b",
        r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b",
        r"(?:(?P<year>\d{4})\s{0,9}年\s{0,9})?(?P<month>\d{1,2})\s{0,9}月(?:\s{0,9}(?P<day>\d{1,2})\s{0,9}[日号號])?",
    )
)
_NEGATION: Final = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|without|nobody|nothing|nowhere|hardly|lacks?|lacked)\b"
    r"|\b(?:fail(?:s|ed)?|refus(?:es|ed)) to\b"
    r"|n['’]t\b|不(?![断斷同久仅僅少错錯])|没有|沒有|未(?![来來])|无法|無法|并非|並非|从未|從未|否认|否認|没(?![收落])",
    re.IGNORECASE,
)
_NOT_ONLY: Final = re.compile(
    r"\bnot only\b|\bno (?:later|longer|less|fewer|more) than\b|\bno\. ?\d", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its scale applied, how exactly it is told, and its unit (empty when none is told).

    `step` is the value of its last written digit: 5.7 million has the step 100,000.
    """

    value: float
    step: float
    unit: str = ""

    def agrees(self, evidence: Quantity) -> bool:
        """Whether evidence bears this claim out: equal, or equal when rounded as the claim is.

        An evidence number without scale, as in a table "in millions", may be told with one.
        """
        if self.unit and evidence.unit and self.unit != evidence.unit:
            return False
        slack = 0.5 * self.step if self.step > evidence.step else 0.0
        return any(
            abs(self.value - evidence.value * factor) <= slack + 1e-9 * max(1.0, abs(self.value))
            for factor in ((1.0,) if evidence.step > 1 or self.value < 1e3 else (1.0, 1e3, 1e6))
        )


def quantities(text: str) -> list[Quantity]:
    """All quantities of a text in order, parts of dates and years included as plain numbers."""
    text = unicodedata.normalize("NFKC", text)
    return [_quantity(text, match) for match in _NUMBER.finditer(text)]


def missing_quantities(claim: str, evidence: Iterable[str]) -> list[Quantity]:
    """The quantities of a claim that no quantity of its evidence supports."""
    there = [quantity for text in evidence for quantity in quantities(text)]
    wanted = (q for q in quantities(claim) if not (q.value == 1.0 and not q.unit))
    return [quantity for quantity in wanted if not any(quantity.agrees(other) for other in there)]


def dates(text: str) -> set[tuple[int | None, int, int | None]]:
    """Dates told with a month: (year, month, day), None where a part is not told."""
    found = set()
    for form in _DATE_FORMS:
        for match in form.finditer(text):
            parts = match.groupdict()
            month = parts["month"].rstrip(".").lower()
            number = (
                int(month) if month.isdigit() else next(v for k, v in _MONTHS.items() if k.startswith(month))
            )
            year, day = parts.get("year"), parts.get("day")
            found.add((int(year) if year else None, number, int(day) if day else None))
    return found


def date_spans(text: str) -> list[Span]:
    """The places of the dates that `dates` reads, some within others."""
    return [Span(*match.span()) for form in _DATE_FORMS for match in form.finditer(text)]


def value_around(text: str, span: Span) -> Span:
    """A span widened to the whole of the dates and quantities that it touches, with their units."""
    start, end = span
    for date in date_spans(text):
        if date.start < span.end and span.start < date.end:
            start, end = min(start, date.start), max(end, date.end)
    for match in _NUMBER.finditer(text):
        if match.start() < span.end and span.start < match.end():
            start, end = min(start, match.start()), max(end, _quantity_end(text, match))
    return Span(start, start + len(text[start:end].rstrip()))


def _quantity_end(text: str, match: re.Match[str]) -> int:
    """Where a number ends with its scale and unit."""
    end = match.end()
    scale = _SCALE.match(text, end)
    end = scale.end() if scale else end
    return max((unit.end() for form in _UNITS.values() if (unit := form.match(text, end))), default=end)


def is_negated(text: str) -> bool:
    """Whether a sentence denies: it holds an odd number of negations."""
    return len(_NEGATION.findall(_NOT_ONLY.sub(" ", text))) % 2 == 1


def _quantity(text: str, match: re.Match[str]) -> Quantity:
    digits, step = match["digits"], 1.0
    if digits:
        value = float(digits.replace(",", ""))
        decimals = len(digits.partition(".")[2])
        step = 10.0**-decimals
    elif match["word"]:
        value = _WORDS[match["word"].lower()]
    else:
        value = _CJK_DIGITS[match["cjk"]]
    end = match.end()
    scale = _SCALE.match(text, end)
    unit = _CURRENCY_SIGNS.get((match["sign"] or "").strip(), "")
    # "5 m" is five metres unless a currency sign makes it five million
    if scale and (not scale[2] or unit):
        factor = _SCALES[(scale[1] or scale[2] or scale[3]).lower()]
        value, step, end = value * factor, step * factor, scale.end()
    unit = unit or next((name for name, form in _UNITS.items() if form.match(text, end)), "")
    return Quantity(value, step, unit)
