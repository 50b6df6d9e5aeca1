"""What a sentence holds that could answer a question: times, quantities, places, names, reasons."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from rag.attribution.asking import AnswerKind
from rag.attribution.question import Question
from rag.text import STOP_WORDS, has_cjk, numbers, stem, words

__all__ = ["holds_answer_kind", "new_numbers"]

_MONTHS: Final = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS: Final = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday"
_COUNTS: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?"
    "|thousands?|millions?|billions?|dozens?|half|third|quarter|twice|double|several|none|no|single|both"
)
_CAPITALISED: Final = re.compile(r"\b[A-Z][\w'’.-]+")


def _any(*forms: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(forms), flags)


_TIME: Final = _any(
    r"\b(?:1\d{3}|20\d{2})s?\b",
    r"\bcentur(?:y|ies)\b|\bdecades?\b|\b\d{1,2}:\d{2}\b",
    rf"\b(?:{_MONTHS}|{_DAYS}|spring|summer|autumn|winter)\b",
    r"\d+\s*[年月日号時时]|[〇零一二三四五六七八九十]{2,4}年",
    "世纪|世紀|年代|[春夏秋冬]季|时期|時期|朝",
)
_QUANTITY: Final = _any(
    rf"\d|\b(?:{_COUNTS})\b",
    "[零〇一二两兩三四五六七八九十百千万萬亿億半数數][个個位次名年人种種家所座部本天届岁歲米里公吨噸元万萬亿億倍条條分]",
    "百分之",
)
_PLACE: Final = _any(
    r"\b(?:in|at|near|from|to|of|across|outside|around|into)\s+(?:the\s+)?(?:\w+\s+)?[A-Z]\w+",
    r"\b(?:[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est)(?:ern)?\b",
    r"\b(?:located|situated|headquarter\w*|based|border\w*|city|country|state|county|town|region)\b",
    "[国國省市县縣区區州岛島山河湖海洋港村镇鎮街路城洲]|位于|位於|地区|地區",
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
    """1 where a text holds, beyond the question's own words, what its kind of answer needs; else 0.

    0.5 for kinds that no pattern tells (`choice`, `other`).
    """
    if question.kind is AnswerKind.TIME:
        return float(_TIME.search(_without_numbers(text, question)) is not None)
    if question.kind is AnswerKind.QUANTITY:
        return float(_QUANTITY.search(_without_numbers(text, question)) is not None)
    if question.kind is AnswerKind.PLACE:
        return float(_PLACE.search(text) is not None)
    if question.kind is AnswerKind.PERSON:
        return float(_has_new_name(question, text))
    pattern = _PATTERNS.get(question.kind)
    return 0.5 if pattern is None else float(pattern.search(text) is not None)


def new_numbers(question: Question, text: str) -> frozenset[str]:
    """The numbers of a text that the question does not hold."""
    return _numbers(text) - question.numbers


@lru_cache(maxsize=8_192)
def _numbers(text: str) -> frozenset[str]:
    return frozenset(numbers(text))


def _without_numbers(text: str, question: Question) -> str:
    for number in question.numbers:
        text = text.replace(number, " ")
    return text


def _has_new_name(question: Question, text: str) -> bool:
    if has_cjk(text):
        return _CJK_PERSON.search(text) is not None
    known = set(question.terms)
    for match in _CAPITALISED.finditer(text):
        word = next(iter(words(match.group())), "")
        if word and word not in STOP_WORDS and stem(word) not in known:
            before = text[: match.start()].rstrip()
            if before and before[-1] not in ".!?":
                return True
    return False
