"""What a turn was about: its names, its times, its topic."""

from __future__ import annotations

import re
from typing import Final

from rag.answering.followup.chinese import topic
from rag.answering.followup.dependence import Anaphor, Referent
from rag.answering.followup.english_words import AUXILIARIES, FUNCTION_WORDS
from rag.answering.followup.nouns import noun_phrase
from rag.answering.followup.turns import Turn
from rag.schema import Span
from rag.text import has_cjk

__all__ = ["TIMES", "name_spans", "referent"]

_MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
TIMES: Final = (
    re.compile(r"(?:\bFY\s?|\b)(?:1[5-9]|20)\d\d(?:-\d\d)?\b|(?:1[5-9]|20)\d\d(?=年)"),
    re.compile(
        r"\bQ[1-4]\b|\b(?:first|second|third|fourth|last) (?:fiscal )?quarter\b|第[一二三四1-4]季度", re.I
    ),
    re.compile(rf"\b(?:{_MONTHS})(?:\s+\d{{1,2}}\b)?|(?<!\d)\d{{1,2}}月"),
)
"""Years, quarters, months: what a fragment gives anew takes the place of its own kind."""

_NAME: Final = re.compile(
    r"(?<![\w’'])(?:[A-Z][\w&]*(?:[-.’'&][A-Z]?\w+)*\.?|[a-z]+[A-Z]\w*)"
    r"(?:\s+(?:(?:of the|of|the|and|de la|de|da|von|van|der|&)\s+)?"
    r"(?:[A-Z][\w&]*(?:[-.’'&]\w+)*\.?|\d+(?![\d,.%])))*"
)
_QUOTED: Final = re.compile(r"[“\"«「『《](?P<name>[^”\"»」』》]{2,60})[”\"»」』》]")
_ASKS_FOR_NAME: Final = re.compile(
    r"^\W*(?:in |at |on |by |for |from |to )?(?:who|whom|where|which"
    r"|what (?!does|did|do|has|have|can|will|would|is it|was it)(?:\w+ ){1,4}"
    r"|what(?:'s| is| was| are| were) the \w+)",
    re.I,
)
_ASKS_WHO: Final = re.compile(
    r"^\W*(?:by |with |to |from )?(?:who|whom)\b|^\W*(?:what|which) (?:\w+ )?(?:person|man|woman)\b", re.I
)
_AMOUNT: Final = re.compile(
    r"\b(?:revenues?|income|profit|sales|price|costs?|number|amount|percentage|population|margin|value)\b",
    re.I,
)
_TRANSLITERATED: Final = re.compile(
    r"(?P<name>(?:(?![由是被为為叫和与與、])[一-鿿]){1,6}(?:[·・][一-鿿]{1,6}?)+)"
    r"(?=[创創在是于於的和与與、,,。.]|$)"
)
_CHINESE_NAME: Final = 8
_ITEMS: Final = re.compile(r"\s*(?:;|,(?!\d)|\band\b|\bor\b|、|;|和|以及|\n|(?:^|\s)\(?\d[.)]\s)\s*")
_ITEM_LONGEST: Final = 60


def referent(anaphor: Anaphor, turn: Turn) -> str:
    """What an anaphor stands for in the turn before; empty where nothing fits."""
    if anaphor.place:
        return _item(anaphor.place, turn)
    if anaphor.referent is Referent.TIME:
        return _time(turn)
    if anaphor.referent is Referent.EVENT:
        return ""
    if has_cjk(turn.question):
        return _chinese_referent(anaphor, turn)
    called = _called(anaphor.noun, turn) if anaphor.noun else ""
    found = [called] if called else _answered(anaphor, turn) or _names(turn.question)
    return found[0] if found else noun_phrase(turn.question) or next(iter(turn.about), "")


def _answered(anaphor: Anaphor, turn: Turn) -> list[str]:
    """The names that the answer gave, where the question asked for one of this kind.

    "Who ...?" asks for people: its answer is he, she or they, and never it.
    """
    asks_who = bool(_ASKS_WHO.match(turn.question))
    wants = _ASKS_FOR_NAME.match(turn.question) is not None
    if anaphor.referent in (Referent.PERSON, Referent.GROUP):
        wants = asks_who or (wants and anaphor.referent is Referent.PERSON)
    elif asks_who:
        wants = False
    if not wants or _asks_amount(turn.question):
        return []
    asked = _names(turn.question)
    new = [name for name in _names(_first_sentence(turn.answer)) if not _within(name, asked)]
    return [" and ".join(new)] if new and anaphor.referent is Referent.GROUP else new


def _chinese_referent(anaphor: Anaphor, turn: Turn) -> str:
    if anaphor.referent is Referent.PERSON and re.search("谁|誰|哪位", turn.question):
        found = _TRANSLITERATED.search(turn.answer)
        if found is not None:
            return found["name"]
        short = turn.answer.strip("。. ")
        return short if len(short) <= _CHINESE_NAME else ""
    return topic(turn.question)


def name_spans(text: str) -> list[Span]:
    """Where names stand: runs of capitalised words, and what is quoted; no times."""
    spans = [Span(*m.span("name")) for m in _QUOTED.finditer(text)]
    for match in _NAME.finditer(text):
        span = _trimmed(text, match.start(), match.end())
        if span is not None and not any(s.start <= span.start < s.end for s in spans):
            spans.append(span)
    return sorted(spans)


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """A run without function words and auxiliaries at its beginning, possessive ending and times."""
    while start < end:
        word = re.match(r"[\w&’'.-]+\s*", text[start:end])
        if word is None:
            return None
        plain = word.group().strip().casefold().replace("’", "'").removesuffix("'s")
        if plain not in FUNCTION_WORDS and plain not in AUXILIARIES and not _opens(text, start, plain):
            break
        start += word.end()
    name = re.sub(r"(?:[’']s?|\.)$", "", text[start:end])
    name = re.sub(r"\s+(?:and|of|the|&)$", "", name)
    if not name or any(time.fullmatch(name) for time in TIMES):
        return None
    return Span(start, start + len(name))


def _opens(text: str, start: int, word: str) -> bool:
    """Whether a capital is only that of a sentence's or request's first word ("Describe", "According")."""
    return (start == 0 and word.endswith("ing")) or word in {
        "please",
        "describe",
        "explain",
        "tell",
        "list",
        "name",
    }


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(text[span.start : span.end] for span in name_spans(text)))


def _within(name: str, others: list[str]) -> bool:
    return any(name in other or other in name for other in others)


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])|\n", text.strip(), maxsplit=1)[0]


def _asks_amount(question: str) -> bool:
    """Whether a figure is asked for: names in its answer are not what the talk is about."""
    return bool(_AMOUNT.search(question))


def _called(noun: str, turn: Turn) -> str:
    """A noun phrase of the turn that ends with this noun, or is it: "the safety valve" for "this valve"."""
    for text in (turn.question, turn.answer):
        found = re.search(
            rf"\b(?:the|a|an)\s+(?P<phrase>(?:[\w-]+\s+){{0,3}}{re.escape(noun)})\b", text, re.I
        )
        if found is not None and found["phrase"].casefold() != noun:
            return f"the {found['phrase']}"
    return ""


def _time(turn: Turn) -> str:
    for text in (turn.answer, turn.question):
        for kind in TIMES:
            found = kind.search(text)
            if found is not None:
                return found.group()
    return ""


def _item(place: int, turn: Turn) -> str:
    """The n-th of what the answer lists."""
    answer = re.sub(
        r"^.*?(?:\b(?:are|were|include|includes|included|following)\b|[::]|包括|有|是)\s*",
        "",
        turn.answer,
        count=1,
    )
    items = [item.strip(" .。") for item in _ITEMS.split(answer) if item.strip(" .。")]
    if len(items) < 2 or any(len(item) > _ITEM_LONGEST for item in items):
        return ""
    return items[place - 1 if place > 0 else place] if place <= len(items) else ""
