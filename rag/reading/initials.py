"""Short forms made of initials: CEO is held where Chief Executive Officer stands, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rag.text import STOP_WORDS, stem

__all__ = ["Initials"]

_SHORT_FORM: Final = re.compile(r"(?<![\w.-])[A-Z]{2,6}(?![\w-])")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LEAST: Final = 3
"""Words that a short form stands for; two are enough where both are written with capitals."""


class Initials:
    """The short forms of a question, and the runs of its words that a text may write as one.

    >>> Initials("Who is the CEO of Amcor?").terms_in("Ron Delia, Chief Executive Officer")
    {'ceo'}
    >>> sorted(Initials("Who is the chief executive officer?").terms_in("Ron Delia, CEO"))
    ['chief', 'execut', 'offic']
    """

    def __init__(self, question: str) -> None:
        self._short = frozenset(_SHORT_FORM.findall(question)) if not question.isupper() else frozenset()
        self._long = {
            _initials(run).upper(): frozenset(stem(w.casefold()) for w in run) - STOP_WORDS
            for size in range(_LEAST, 7)
            for run in _runs(question, size)
        }

    def terms_in(self, text: str) -> set[str]:
        """The terms of the question that a text holds in the other form."""
        found: set[str] = set()
        if self._short:
            found.update(stem(short.casefold()) for short in self._short if _spells_out(text, short))
        if self._long:
            for short in _SHORT_FORM.findall(text):
                found |= self._long.get(short, frozenset())
        return found


def _spells_out(text: str, short: str) -> bool:
    """Whether words that begin with the letters of a short form stand side by side in a text."""
    wanted, size = short.casefold(), len(short)
    for words in _both_forms(text):
        letters = "".join(word[0].casefold()[:1] for word in words)
        at = letters.find(wanted)
        while at >= 0:
            if size >= _LEAST or all(word[0].isupper() for word in words[at : at + size]):
                return True
            at = letters.find(wanted, at + 1)
    return False


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words).casefold()


def _runs(text: str, size: int) -> Iterator[Sequence[str]]:
    """So many words side by side."""
    for words in _both_forms(text):
        for at in range(len(words) - size + 1):
            yield words[at : at + size]


def _both_forms(text: str) -> Iterator[list[str]]:
    """All words, and those that are no small words: initials are made with them and without."""
    words = _WORD.findall(text)
    yield words
    yield [word for word in words if word.casefold() not in STOP_WORDS]
