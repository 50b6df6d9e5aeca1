"""The small words with which each language compares; they are data, `data/language/comparisons.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from rag.answering.reasons import reply_language
from rag.answering.understanding.speech import Speech, Token, speech_of
from rag.resources import resource
from rag.text import STOP_WORDS, has_cjk, stem, words

__all__ = ["Comparing", "Direction", "comparing_of", "marks_of"]

_WORD: Final = re.compile(r"\w+(?:[-.&/]\w+)*|[^\w\s'’]")
_VERSUS: Final = frozenset(("vs", "versus"))
_CAPITAL: Final = re.compile(r"(?<!\w)[A-Z](?!\w)")


@dataclass(frozen=True)
class Direction:
    """The larger (`sign` 1) or smaller (-1) of two values, which a `word` asks for; "" is any `measure`."""

    word: str
    sign: int
    measure: str


@dataclass(frozen=True)
class Comparing:
    """The small words of one language's comparisons.

    `joins` stand between two sides ("and"), `ties` do behind a verb ("differs *from*"), `opens` before the
    first ("between"). `asks` ask to compare, `changes` ask what is new, `pairs` say that there are two.
    `more` and `less` ask for the larger or smaller of two values, in the measure that each names, "" for any.
    `texts` are said by the program.
    """

    joins: frozenset[str]
    ties: frozenset[str]
    opens: frozenset[str]
    asks: frozenset[str]
    changes: frozenset[str]
    pairs: frozenset[str]
    small: frozenset[str]
    more: Mapping[str, str]
    less: Mapping[str, str]
    speech: Speech
    texts: Mapping[str, str]

    def says(self, text: str, **given: str) -> str:
        """One of its texts."""
        return self.texts[text].format(**given)

    def used_in(self, question: str) -> tuple[int, int]:
        """How many of its words join or count sides in a question, and how many ask to compare."""
        found = self.tokens(question)
        asks = self.asks | self.more.keys() | self.less.keys()
        return sum(t.word in self.joins | self.pairs for t in found), sum(t.word in asks for t in found)

    def tokens(self, text: str) -> list[Token]:
        """Words and marks with their places; runs of Chinese are parted at its small words."""
        spans = (span for match in _WORD.finditer(text) for span in self._spans(match))
        return [Token(text[a:b].casefold(), a, b, text[a:b]) for a, b in spans]

    def is_small(self, token: Token) -> bool:
        """Whether a word names nothing; a capital letter alone does ("plan A")."""
        if len(token.written) == 1 and token.written.isalpha() and not has_cjk(token.written):
            return not token.written.isupper()
        return token.word in self._function_words and not _is_name(token)

    def only_asks(self, token: Token) -> bool:
        """Whether a word asks to compare and names nothing that is compared."""
        asks = self.asks | self.changes | self.more.keys() | self.less.keys() | _VERSUS
        return token.word in asks or self.is_small(token)

    def asks_for_changes(self, question: str) -> bool:
        """Whether a question asks what is new."""
        return any(token.word in self.changes for token in self.tokens(question))

    def ends_side(self, token: Token) -> bool:
        """Whether no side of a comparison goes on past a word."""
        if token.is_mark or token.word in self.asks | self.joins:
            return not token.written.isupper()
        return token.word in self.speech.asking | self.speech.auxiliaries and not _is_name(token)

    def direction(self, question: str) -> Direction | None:
        """Which of two values is asked for; None where the question only sets them side by side."""
        found = self.tokens(question)
        measure = next((m for t in found if (m := self.more.get(t.word) or self.less.get(t.word))), "")
        for known, sign in ((self.less, -1), (self.more, 1)):
            if word := next((token.word for token in found if token.word in known), ""):
                return Direction(word, sign, measure)
        return None

    def says_to_compare(self, question: str) -> bool:
        """Whether the words of a question leave no doubt that it compares: a tyre is changed, too."""
        return any(token.word in self.asks - self.changes for token in self.tokens(question))

    def sets_side_by_side(self, question: str, *, said: bool) -> bool:
        """Whether a question compares, as is `said` of it or its words say, and is not for yes or no."""
        found = self.tokens(question)
        asks = self.asks | self.more.keys() | self.less.keys() | _VERSUS
        is_open = bool(found) and found[0].word not in self.speech.auxiliaries
        return is_open and (said or any(token.word in asks for token in found))

    @cached_property
    def _function_words(self) -> frozenset[str]:
        small = self.small | self.opens | self.pairs | self.more.keys() | self.less.keys()
        return self.speech.function_words | small

    @cached_property
    def _inner(self) -> re.Pattern[str] | None:
        """A small word of a script without spaces, or what stands before the next."""
        known = self.joins | self.ties | self.asks | self.small | self.pairs
        small = "|".join(map(re.escape, sorted(filter(has_cjk, known), key=len, reverse=True)))
        return re.compile(rf"{small}|.+?(?={small}|$)") if small else None

    def _spans(self, match: re.Match[str]) -> Iterator[tuple[int, int]]:
        if self._inner is None or not has_cjk(match.group()):
            yield match.span()
            return
        for inner in self._inner.finditer(match.group()):
            yield match.start() + inner.start(), match.start() + inner.end()


def _is_name(token: Token) -> bool:
    """Whether a word is written as a name inside a question: the month of May."""
    return token.start > 0 and token.written[0].isupper()


def comparing_of(question: str) -> Comparing:
    """The small words of a question's language; where none is used in it, the most used.

    A short question in Dutch is easily taken for German.
    """
    known = _known(speech_of(question))
    likely = known.get(reply_language(question), known["en"])
    if any(likely.used_in(question)):
        return likely
    return max(known.values(), key=lambda comparing: (comparing.used_in(question), comparing is likely))


def marks_of(text: str) -> frozenset[str]:
    """What a text may be known by: its stemmed words, numbers and single capitals, no function words."""
    found = {
        stem(word)
        for word in words(text)
        if word not in STOP_WORDS and (len(word) > 1 or not word.isascii() or word.isdigit())
    }
    return frozenset(found.union(_CAPITAL.findall(text)))


@cache
def _known(speech: Speech) -> dict[str, Comparing]:
    read = json.loads(resource("data", "language", "comparisons.json").read_text("utf-8"))
    return {
        language: Comparing(
            **{name: frozenset(given) for name, given in lists.items() if isinstance(given, list)},
            more=lists["more"],
            less=lists["less"],
            speech=speech,
            texts={name: text for name, text in lists.items() if isinstance(text, str)},
        )
        for language, lists in read.items()
    }
