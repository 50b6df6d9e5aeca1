"""The small words of a language by what they do in a question; they are data, `data/language/speech.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from rag.resources import resource
from rag.text import likeliest_language

__all__ = ["Speech", "Token", "speech_language", "speech_of", "tokens"]

_TOKEN: Final = re.compile(r"\w+(?:[-’'.&/]\w+)*(?:[’'](?!\w))?|[^\w\s]")


@dataclass(frozen=True)
class Token:
    """A word or mark of a text, text[start:end]; `word` is in lower case."""

    word: str
    start: int
    end: int
    written: str

    @property
    def is_mark(self) -> bool:
        """Whether it is punctuation."""
        return not self.word[0].isalnum()

    @property
    def is_name(self) -> bool:
        """Whether it is written with a capital, or as a code (E12)."""
        return self.written[0].isupper() or self.is_code

    @property
    def is_code(self) -> bool:
        """Whether it holds letters and digits."""
        return any(map(str.isdigit, self.word)) and any(map(str.isalpha, self.word))


@dataclass(frozen=True)
class Speech:
    """The function words of one language."""

    openers: tuple[tuple[str, ...], ...]
    asking: frozenset[str]
    degrees: frozenset[str]
    auxiliaries: frozenset[str]
    prepositions: frozenset[str]
    determiners: frozenset[str]
    others: frozenset[str]
    breaks: frozenset[str]
    things: frozenset[str]
    people: frozenset[str]
    groups: frozenset[str]
    owners: frozenset[str]
    places: frozenset[str]
    pointing: frozenset[str]
    clausal: frozenset[str]
    persons_asked: frozenset[str]
    courtesy: frozenset[str]
    address: frozenset[str]
    whether: frozenset[str]
    trailing: frozenset[str]

    @cached_property
    def function_words(self) -> frozenset[str]:
        """All words that name nothing."""
        return self.asking | self.auxiliaries | self.prepositions | self.determiners | self.others

    def is_verb(self, word: str) -> bool:
        """Whether a word is an auxiliary, or ends in one that is contracted."""
        return word in self.auxiliaries or word.endswith(("n't", "'re", "'ll"))


def tokens(text: str) -> list[Token]:
    """Words and marks with their places."""
    return [
        Token(m.group().casefold().replace("’", "'"), m.start(), m.end(), m.group())
        for m in _TOKEN.finditer(text)
    ]


def speech_of(*texts: str) -> Speech:
    """The speech whose function words make up most of some texts; English in doubt."""
    words = [token.word for text in texts for token in tokens(text)]
    known = _speeches()
    return max(
        known.values(),
        key=lambda speech: (sum(word in speech.function_words for word in words), speech is known["en"]),
    )


def speech_language(text: str) -> str:
    """The language most of whose function words a text holds; English in doubt."""
    words = [token.word for token in tokens(text)]
    held = {name: sum(w in speech.function_words for w in words) for name, speech in _speeches().items()}
    most = max(held.values())
    found = [name for name, count in held.items() if count == most]
    if "en" in found:
        return "en"
    return found[0] if len(found) == 1 else _likelier(text, found)


def _likelier(text: str, languages: Sequence[str]) -> str:
    likeliest = likeliest_language(text)
    return likeliest if likeliest in languages else languages[0]


@cache
def _speeches() -> dict[str, Speech]:
    read = json.loads(resource("data", "language", "speech.json").read_text("utf-8"))
    return {name: _speech(lists) for name, lists in read.items()}


def _speech(lists: dict[str, Any]) -> Speech:
    openers = sorted((tuple(opener.split()) for opener in lists["openers"]), key=len, reverse=True)
    words = {name: frozenset(given) for name, given in lists.items() if name != "openers"}
    return Speech(openers=tuple(openers), **words)
