"""What a question asks for: the kind of answer, the words and names that evidence should hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.reading.asking_words import AnswerKind, asked_kind, without_asking_words, without_instructions
from rag.reading.notation import spelled_out
from rag.text import STOP_WORDS, cjk_share, detect_language, has_cjk, numbers, stem, words
from rag.text.language import CJK

__all__ = ["Question", "read_question", "text_terms"]

_LONG_KINDS: Final = frozenset({AnswerKind.REASON, AnswerKind.MANNER, AnswerKind.MEANING})
_NAME: Final = re.compile(
    r"(?:[A-Z][\w'’&.-]*|[A-Z]+\d[\w-]*)(?:\s+(?:(?:of|the|de|von|van|and|&)\s*)?[A-Z][\w'’&.-]*)*"
)
_QUOTED: Final = re.compile(r"[\"“”「『《〈‘]([^\"“”「」『』《》〈〉‘’]{2,60})[\"“”」』》〉’]")
_LATIN_IN_CJK: Final = re.compile(rf"(?:(?![{CJK}\d_])\w){{2,}}")
_OPENERS: Final = STOP_WORDS | {"list", "name", "describe", "explain", "give", "tell", "define", "according"}
_ENGLISH: Final = frozenset(
    (
        "the",
        "of",
        "what",
        "who",
        "whose",
        "when",
        "where",
        "why",
        "how",
        "which",
        "does",
        "did",
        "are",
        "were",
    )
)
_SEVERAL: Final = re.compile(r"\band\b|\bboth\b|\bor\b|,|，|、|和|以及|与|還是|还是", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as evidence selection sees it.

    `terms` are stemmed content words (CJK bigrams) in order, `pairs` those that stand side by side;
    `names` are the content words inside capitalised or quoted names; `cjk` is the share of CJK letters.
    `asked` is the text without instructions on how to answer, which evidence cannot hold.
    """

    text: str
    asked: str
    kind: AnswerKind
    language: str
    cjk: float
    terms: tuple[str, ...]
    pairs: frozenset[tuple[str, str]]
    names: frozenset[str]
    numbers: frozenset[str]

    @property
    def wants_explanation(self) -> bool:
        """Whether a name, number, date or place would not be enough of an answer."""
        return self.kind in _LONG_KINDS

    @property
    def has_parts(self) -> bool:
        """Whether it may ask for more than one thing."""
        return _SEVERAL.search(self.text) is not None


def read_question(text: str) -> Question:
    """Read the kind of answer, terms, names and numbers off a question in English or Chinese.

    Other languages get terms, names and numbers, and the kind `other`.
    """
    asked = without_instructions(text)
    sequence = _term_sequence(without_asking_words(asked))
    return Question(
        text=text,
        asked=asked,
        kind=asked_kind(asked)[0],
        language=_language(text),
        cjk=cjk_share(text),
        terms=tuple(dict.fromkeys(sequence)),
        pairs=frozenset(pairwise(sequence)),
        names=frozenset(term for name in _names(asked) for term in _term_sequence(name)),
        numbers=frozenset(numbers(spelled_out(asked))),
    )


@lru_cache(maxsize=8_192)
def text_terms(text: str) -> tuple[str, ...]:
    """The stemmed content words of a text in order: what `Question.terms` are looked up in."""
    return tuple(_term_sequence(text))


def _term_sequence(text: str) -> list[str]:
    return [stem(word) for word in words(spelled_out(text)) if word not in STOP_WORDS]


def _language(text: str) -> str:
    """English by its own words, which are surer in one short line than statistics; else as detected."""
    if text.isascii() and not _ENGLISH.isdisjoint(text.lower().rstrip("?").split()):
        return "en"
    return detect_language(text)


def _names(text: str) -> Iterable[str]:
    for match in _QUOTED.finditer(text):
        yield match.group(1)
    if has_cjk(text):
        yield from _LATIN_IN_CJK.findall(text)
        return
    for match in _NAME.finditer(text):
        name = match.group()
        first, _, rest = name.partition(" ")
        opener = first.lower().replace("’", "'").split("'")[0]  # also `What's` and `Who'd`
        yield rest if match.start() == 0 and opener in _OPENERS else name
