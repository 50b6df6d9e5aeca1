"""What a sentence holds that could answer a question: times, quantities, places, names, reasons."""

from __future__ import annotations

import re
from typing import Final

from rag.reading.asking_words import AnswerKind
from rag.reading.question import Question
from rag.text import STOP_WORDS, has_cjk, stem, words

__all__ = ["holds_answer_kind"]

_MONTHS: Final = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS: Final = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday"
_COUNTS: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?"
    "|thousands?|millions?|billions?|dozens?|half|third|quarter|twice|double|several|none|no|single|both"
)
_NAME: Final = re.compile(r"\b[A-ZÀ-Þ][\w'’.-]*(?: (?:(?:of|de|von|van|der|bin|al) )?[A-ZÀ-Þ][\w'’.-]*)*")


def _any(*forms: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(forms), flags)


_YEAR: Final = _any(r"(?<![\d,.$€£¥])(?:1\d{3}|20\d{2})s?(?![\d,%]|\.\d)", "[〇零一二三四五六七八九]{4}年")
_EXACT_TIME: Final = _any(
    rf"\b(?:{_MONTHS})\b\.?,? \d|\d(?:st|nd|rd|th)? (?:of )?(?:{_MONTHS})\b|\b\d{{1,2}}:\d{{2}}\b"
    r"|\bo['’]clock\b|\d ?[ap]\.?m\b",
    r"\d\s*月|[一二三四五六七八九十]月|\d\s*[日号號]|\b\d{4}-\d{2}-\d{2}\b",
)
_TIME: Final = _any(
    r"\bcentur(?:y|ies)\b|\bdecades?\b",
    rf"\b(?:{_MONTHS}|{_DAYS}|spring|summer|autumn|winter)\b",
    "\\d\\s*[年時时]|[一二三四五六七八九十]年|世纪|世紀|年代|[春夏秋冬]季|时期|時期|朝",
)
_COUNT_WORD: Final = _any(
    rf"\b(?:{_COUNTS})\b",
    "[零〇一二两兩三四五六七八九十百千万萬亿億半数數][个個位次名人种種家所座部本天届岁歲米里公吨噸元万萬亿億倍条條分]",
    "百分之",
)
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9_.])[$€£¥]?\d[\d,.]*")
_NAMED_PLACE: Final = _any(
    r"\b(?:in|at|near|across|outside|around|into|off)\s+(?:the\s+)?(?:\w+\s+)?[A-Z]\w+",
    r"\b(?:[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est)(?:ern)?\b",
    r"\b(?:located|situated|headquarter\w*|based|border\w*|city|country|state|county|town|region)\b",
    "[国國省市县縣区區州岛島山河湖海洋港村镇鎮街路城洲]|位于|位於|地区|地區",
    flags=re.RegexFlag(0),
)
_PLACE: Final = _any(
    r"\b(?:in|on|at|under|behind|inside|beside|between|above|below|opposite|beneath|near)\s+(?:the|an?|its|his|her)\s",
    r"\b(?:from|to|of)\s+(?:the\s+)?(?:\w+\s+)?[A-Z]\w+",
    "[里裡内內上下旁边邊侧側厅廳室馆館]",
    flags=re.RegexFlag(0),
)
_CJK_PERSON: Final = _any(
    "[·・]|[A-Z][a-z]+|先生|女士|教授|博士|王|皇帝|总统|總統|作家|导演|導演|由|他|她|名叫|公司|人",
    flags=re.RegexFlag(0),
)
_REASON: Final = _any(
    r"\b(?:because|due to|since|so that|in order to|as a result|caus\w+|led to|leads? to|reasons?)\b",
    r"\b(?:owing to|therefore|thus|result(?:ed|s|ing)? (?:in|from))\b",
    r"\bto (?:avoid|prevent|ensure|allow|protect)\b",
    "因为|因為|由于|由於|因此|所以|以便|导致|導致|从而|從而|原因|为了|為了|使得|造成|故",
)
_MANNER: Final = _any(
    r"\b(?:by|through|using|via|with|means of|process|method|then|first|steps?|when|which allows|causing)\b",
    "通过|通過|以|利用|使用|藉|采用|採用|方式|方法|先|再|然后",
)
_MEANING: Final = _any(
    r"\b(?:is|are|was|were) (?:an?|the|any|one)\b|\b(?:means?|refers? to|known as|called|defined as)\b",
    r"\b(?:consists? of|describes?|used (?:to|for|in))\b",
    "是|指|即|称为|稱為|意思|定义|定義|叫做",
)
_PATTERNS: Final = {
    AnswerKind.REASON: _REASON,
    AnswerKind.MANNER: _MANNER,
    AnswerKind.MEANING: _MEANING,
}


def holds_answer_kind(question: Question, text: str) -> float:
    """How well a text holds, beyond the question's own words, what its kind of answer needs: 0 to 1.

    1 for the plain form (a date, a number, a full name), 0.5 for a poorer one (a year alone, a number
    word, a single capitalised word) and for kinds that no pattern tells (`choice`, `other`).
    """
    if question.kind is AnswerKind.TIME:
        return _holds_time(question, text)
    if question.kind is AnswerKind.QUANTITY:
        return _holds_quantity(question, text)
    if question.kind is AnswerKind.PLACE:
        return 1.0 if _NAMED_PLACE.search(text) else 0.5 * (_PLACE.search(text) is not None)
    if question.kind is AnswerKind.PERSON:
        return _holds_new_name(question, text)
    pattern = _PATTERNS.get(question.kind)
    return 0.5 if pattern is None else float(pattern.search(text) is not None)


def _holds_time(question: Question, text: str) -> float:
    rest = _without_numbers(text, question)
    if _EXACT_TIME.search(rest) or (_asks_year(question.text) and _YEAR.search(rest)):
        return 1.0
    return 0.5 if _YEAR.search(rest) or _TIME.search(rest) else 0.0


def _holds_quantity(question: Question, text: str) -> float:
    rest = _YEAR.sub(" ", _EXACT_TIME.sub(" ", _without_numbers(text, question)))
    if _NUMBER.search(rest):
        return 1.0
    return 0.5 if _COUNT_WORD.search(rest) else 0.0


def _asks_year(question: str) -> bool:
    """Whether a year alone is a whole answer; in Chinese it is the usual one."""
    return "year" in question.lower() or has_cjk(question)


def _without_numbers(text: str, question: Question) -> str:
    for number in question.numbers:
        text = re.sub(rf"(?<![\w.,]){re.escape(number)}(?![\w]|[.,]\d)", " ", text)
    return text


def _holds_new_name(question: Question, text: str) -> float:
    if has_cjk(text):
        return float(_CJK_PERSON.search(text) is not None)
    known = set(question.terms)
    found = 0.0
    for match in _NAME.finditer(text):
        new = [word for word in words(match.group()) if word not in STOP_WORDS and stem(word) not in known]
        starts = not text[: match.start()].rstrip().strip("\"'“”‘’(")
        if len(new) > 1 and not (starts and len(new) == 2 and len(match.group().split()) == 2):
            return 1.0
        if new and not starts:
            found = 0.5
        elif len(new) > 1:
            found = max(found, 0.75)
    return found
