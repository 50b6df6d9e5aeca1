"""Which measure a question asks for, and which one a candidate answer is in: money is not an age."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["asked_measure", "fitting"]

_AHEAD: Final = 14
"""How far behind a number its unit may stand, in characters."""

_ASKED: Final[tuple[tuple[str, str], ...]] = (
    (
        "money",
        r"\bhow much money\b|\bwhat (?:is|was|are|were) the (?:\w+ )?(?:price|cost|fine|fee|fare|salary)s?\b"
        r"|\bwhat (?:do|does|did) (?:[\w'’-]+ ){1,8}(?:cost|earn|pay|spend)\b"
        r"|\bhow much (?:\w+[ -]){0,8}?(?:costs?|pays?|paid|spen[dt]|charge[ds]?|earn(?:ed)?|owed?|worth)\b"
        "|多少[钱錢元]|几[块塊]钱|多少(?:美元|欧元|歐元|英镑|英鎊|日元|人民币|人民幣)",
    ),
    ("age", r"\bhow old\b|\b(?:what|which) age\b|多大年[纪紀龄齡]|多少[岁歲]|几[岁歲]|幾[岁歲]|年[龄齡]多大"),
    (
        "duration",
        r"\bhow long (?:did|does|do|has|have|had|will|would|was|were|is it|may|can|should|after|before)\b"
        r"|\bhow many (?:\w+ )?(?:days|weeks|months|years|hours|minutes|seconds|decades)\b"
        "|多[长長](?:时间|時間)|多久|多少个?(?:天|年|月|小时|小時|分钟|分鐘|秒|周|週|星期)"
        "|几(?:天|年|个月|個月|小时|小時|周|週|分钟|分鐘)",
    ),
    ("share", r"\bwhat (?:percentage|percent|share|proportion)\b|百分之[几幾多]|比例是多少|占多少"),
    ("length", r"\bhow (?:tall|high|wide|deep|far)\b|多[高宽寬深远遠]|多少(?:公里|千米|米|厘米|英里)"),
    ("weight", r"\bhow heavy\b|\bhow much (?:\w+ ){1,5}weigh\b|多重|多少(?:公斤|千克|吨|噸|克)"),
    ("occasions", r"\bhow many times\b|\bhow often\b|多少次|几次|幾次"),
)
_BORNE: Final[tuple[tuple[str, str], ...]] = (
    (
        "money",
        r"[$€£¥]|\b(?:usd|eur|gbp|rmb|dollars?|euros?|pounds? sterling|cents?|yuan|yen|francs?)\b"
        "|[元镑鎊]|美金|人民币|人民幣|[块塊][钱錢]",
    ),
    ("age", r"\byears? old\b|\byears? of age\b|[岁歲]"),
    (
        "duration",
        r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies))\b"
        r"|\d\s*[天日]|[天周週秒]|小时|小時|分钟|分鐘|个月|個月|星期|(?<!\d)\d{1,3}\s*年|(?<![〇零一二三四五六七八九])[一二两兩三四五六七八九十百千]{1,3}年",
    ),
    ("share", r"%|\bper ?cent\b|\bpercentage points?\b|百分之|[一二三四五六七八九]成"),
    (
        "length",
        r"\b(?:(?:kilo|centi|milli)?met(?:er|re)s?|km|cm|mm|miles?|feet|foot|ft|inch(?:es)?|yards?)\b|[米里尺寸]",
    ),
    ("weight", r"\b(?:kilograms?|kg|grams?|tonn?e?s?|pounds?|lbs?|ounces?)\b|公斤|千克|[吨噸克斤]"),
    ("occasions", r"\btimes\b|\b(?:once|twice|thrice)\b|\b(?:daily|weekly|monthly|yearly|annually)\b|[次回]"),
)
_ASKED_PATTERNS: Final = tuple((name, re.compile(form, re.IGNORECASE)) for name, form in _ASKED)
_BORNE_PATTERNS: Final = tuple((name, re.compile(form, re.IGNORECASE)) for name, form in _BORNE)
_NUMBER: Final = re.compile(
    r"[\d〇零一二两兩三四五六七八九十百千万萬亿億半]"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|half|hundred|thousand)\b",
    re.IGNORECASE,
)
_NUMBER_THEN_UNIT: Final = re.compile(r"[^\S\n]?[^\s\d.,;:!?，。；：！？、()（）]*")


def asked_measure(question: str) -> str | None:
    """What a question wants counted (`money`, `age`, `duration` …); None where it names no measure.

    >>> asked_measure("How much did the boiler cost?"), asked_measure("多少天？"), asked_measure("Who came?")
    ('money', 'duration', None)
    """
    return next((name for name, pattern in _ASKED_PATTERNS if pattern.search(question)), None)


def fitting(measure: str, candidates: Sequence[tuple[str, str]]) -> list[int]:
    """Which of some candidates, each with the text behind it, can be in a measure.

    Those that bear it, where one does; else numbers that bear none, as in a table's cell. One that bears
    another never fits.
    """
    borne = [_measures(text, behind) for text, behind in candidates]
    bearing = [i for i, found in enumerate(borne) if measure in found]
    return bearing or [i for i, found in enumerate(borne) if not found and _NUMBER.search(candidates[i][0])]


def _measures(text: str, behind: str) -> set[str]:
    """The measures that a candidate's own words and the word right behind a bare number are in."""
    unit = _NUMBER_THEN_UNIT.match(behind[:_AHEAD])
    told = text + (unit.group() if unit and text[-1:].isalnum() else "")
    return {name for name, pattern in _BORNE_PATTERNS if pattern.search(told)}
