"""Spans of a sentence that could be a short answer: dates, numbers, names, titles and plain phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from rag.attribution.facts import date_spans, value_around
from rag.schema import Span
from rag.text import STOP_WORDS, has_cjk, words

__all__ = ["Candidate", "SpanKind", "candidate_spans"]


class SpanKind(StrEnum):
    """What a candidate looks like."""

    DATE = "date"
    YEAR = "year"
    NUMBER = "number"
    NAME = "name"
    TITLE = "title"
    PHRASE = "phrase"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of a sentence, with offsets into the sentence."""

    kind: SpanKind
    start: int
    end: int
    text: str


_PRONOUNS: Final = frozenset(
    ("Er", "Sie", "Es", "Ihr", "Wir", "Dies", "Diese", "Dieser", "Il", "Elle", "Ils", "Elles")
)
_MOST_WORDS: Final = 7
_MOST_CJK: Final = 14
_YEAR: Final = re.compile(r"(?<![\w,.$€£¥-])(?:1\d{3}|20\d{2})(?:s|\s*年代?)?(?![\d,%]|\.\d)|公元前?\d+年")
_PERIOD: Final = re.compile(
    r"\b(?:(?:early|mid|late)[- ])?"
    r"(?:\d{1,2}(?:st|nd|rd|th)|(?:[a-z]+teen|twenti|nin|seven|eigh|six|fif|four)th)"
    r" centur(?:y|ies)\b|\b\d{1,2}(?::\d{2})?\s*[ap]\.?m\.?(?!\w)|\b(?:18|19|20)\d0s\b"
    r"|(?<!\d)\d+\s*世[纪紀](?:[初中末]期?|\d+年代)?|[〇零一二三四五六七八九]{4}年",
    re.IGNORECASE,
)
_COUNT: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    "|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
    "|million|billion|half|dozen|zero|none"
)
_NUMBER: Final = re.compile(
    r"[$€£¥]?\s?(?<![\w.])\d[\d,]*(?:\.\d+)?(?:\s?(?:%|million|billion|trillion|thousand|percent|per cent))?"
    rf"|\b(?:{_COUNT})(?:[ -](?:{_COUNT}))*\b"
    r"|百分之[\d一二三四五六七八九十百点點.]+"
    r"|第?(?<![〇零一二两兩三四五六七八九十百千万萬亿億])[〇零一二两兩三四五六七八九十百千万萬亿億]++(?=[^〇零一二两兩三四五六七八九十百千万萬亿億])",
    re.IGNORECASE,
)
_CJK_MEASURE: Final = re.compile(
    r"\s?[多余餘]?[百千万萬亿億]*\s?(?:平方|立方)?(?:公里|千米|英里|公尺|公斤|美元|人民币|分[钟鐘]|小[时時]|个月|個月"
    r"|[个個位次名人种種家所座部本天届屆岁歲米里吨噸元倍条條分秒年月日度层層场場集首张張支艘架项項号號%％])?"
)
_NAME: Final = re.compile(
    r"\b[A-ZÀ-Þ][\w'’.&-]*"
    r"(?: (?:(?:of|de|von|van|der|den|bin|al|la|le|du|and|the|for|&) )?(?:the )?[A-ZÀ-Þ\d][\w'’.&-]*)*"
)
_TITLE: Final = re.compile(r"[\"“「『《〈‘]([^\"“”「」『』《》〈〉‘’\n]{2,60})[\"”」』》〉’]")
_CJK_PIECE: Final = re.compile(r"[^\s，。、；：！？,.;:!?()（）「」『』《》〈〉“”\"'\[\]]+")
_CJK_CUT: Final = re.compile(
    "的|了|是|在|和|与|與|及|或|由|为|為|被|于|於|将|將|把|对|對|从|從|以|而|到|向|因|其|这|這|该|該|都|也|并|並|有|称|稱|叫|名"
)
_WORD: Final = re.compile(r"[\w$€£%][\w'’./&%-]*")
_OPENING: Final = re.compile(r"^[\s\"“'‘(（]+")
_CLOSING: Final = re.compile(r"(?<![\s\"”'’)）,;:.，。])[\s\"”'’)）,;:.，。]+$")
_BREAK: Final = re.compile(r"[,;:()\[\]“”\"—–]|\. ")


def candidate_spans(text: str) -> list[Candidate]:
    """All candidates of a sentence, each span once, the more telling kind first."""
    return list(_candidates(text))


@lru_cache(maxsize=1_024)
def _candidates(text: str) -> tuple[Candidate, ...]:
    """Remembered, because a sentence is looked at to rank it and again to answer from it."""
    found: dict[tuple[int, int], Candidate] = {}
    for kind, span in _spans(text):
        start, end = _trimmed(text, span)
        if start < end and (start, end) not in found and _says_something(text[start:end]):
            found[start, end] = Candidate(kind, start, end, text[start:end])
    return tuple(found.values())


def _spans(text: str) -> Iterator[tuple[SpanKind, Span]]:
    for span in date_spans(text):
        yield SpanKind.DATE, span
    for form in (_PERIOD, _YEAR):
        for match in form.finditer(text):
            yield SpanKind.YEAR, Span(*match.span())
    yield from _numbers(text)
    for match in _TITLE.finditer(text):
        yield SpanKind.TITLE, Span(*match.span(1))
    for match in _NAME.finditer(text):
        yield SpanKind.NAME, Span(*match.span())
    yield from _cjk_phrases(text) if has_cjk(text) else _phrases(text)


def _numbers(text: str) -> Iterator[tuple[SpanKind, Span]]:
    """Each number alone and with its scale and unit."""
    for match in _NUMBER.finditer(text):
        span = Span(*match.span())
        yield SpanKind.NUMBER, span
        yield SpanKind.NUMBER, value_around(text, span)
        measure = _CJK_MEASURE.match(text, span.end)
        if measure and measure.end() > span.end:
            yield SpanKind.NUMBER, Span(span.start, measure.end())


def _phrases(text: str) -> Iterator[tuple[SpanKind, Span]]:
    """Runs of words between function words and punctuation, and two such runs joined by a preposition."""
    runs: list[Span] = []
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        gap = text[run[-1].end() : match.start()] if run else ""
        if run and (_BREAK.search(gap) or match.group().lower() in STOP_WORDS):
            runs.append(Span(run[0].start(), run[-1].end()))
            run = []
        if match.group().lower() not in STOP_WORDS:
            run.append(match)
    if run:
        runs.append(Span(run[0].start(), run[-1].end()))
    for i, span in enumerate(runs):
        for last in runs[i : i + 3]:
            piece = text[span.start : last.end]
            if len(piece.split()) <= _MOST_WORDS and not _BREAK.search(piece):
                yield SpanKind.PHRASE, Span(span.start, last.end)


def _cjk_phrases(text: str) -> Iterator[tuple[SpanKind, Span]]:
    """Pieces between punctuation, whole and cut at function characters."""
    for piece in _CJK_PIECE.finditer(text):
        cuts = [piece.start(), *(m.end() for m in _CJK_CUT.finditer(text, *piece.span())), piece.end()]
        ends = [*(m.start() for m in _CJK_CUT.finditer(text, *piece.span())), piece.end()]
        for start in cuts:
            for end in ends:
                if 0 < end - start <= _MOST_CJK:
                    yield SpanKind.PHRASE, Span(start, end)


def _trimmed(text: str, span: Span) -> tuple[int, int]:
    """A span without white space, quotation marks and articles at its ends, and without a final stop."""
    piece = text[span.start : span.end]
    start = span.start + len(piece) - len(_OPENING.sub("", piece, count=1))
    end = start + len(_CLOSING.sub("", text[start : span.end]))
    article = re.match(r"(?:the|an?)\s+(?=\S)", text[start:end], re.IGNORECASE)
    return (start + article.end() if article else start), end


def _says_something(text: str) -> bool:
    """Whether a span holds more than function words, also those that open German and French sentences."""
    return text not in _PRONOUNS and any(word not in STOP_WORDS for word in words(text))
