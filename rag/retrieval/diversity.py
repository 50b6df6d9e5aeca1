"""Passages that say the same said once: near-duplicates and repetitions last, and marginal relevance.

Why this should hold on a library never seen: what repeats is judged by the passages' own words and
numbers; nothing is dropped, so a library without duplicates is ranked as it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rag.schema import Passage
from rag.text import Said, content_words, kept_terms, numbers, parted_sayings, said

__all__ = ["diversified", "parted_by_saying", "parted_repeats"]

_SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?;])\s|(?<=[。！？；])|\n")


@dataclass(frozen=True)
class _Content:
    words: frozenset[str]
    numbers: frozenset[str]
    text: str = field(repr=False)

    def likeness(self, other: _Content) -> float:
        """Jaccard index of the words; a passage without words is like its copies alone."""
        union = len(self.words | other.words)
        return len(self.words & other.words) / union if union else float(self.text == other.text)


@lru_cache(maxsize=1_024)
def _content(text: str) -> _Content:
    """The words and numbers of a text; the same passages are found again and again."""
    return _Content(frozenset(kept_terms(text)), frozenset(numbers(text)), text)


def parted_repeats(
    passages: Sequence[Passage], likeness: float
) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """The passages that say something of their own, and those that repeat a better one, each in order.

    A passage repeats another if their words have a Jaccard index of `likeness` or more and their
    numbers are the same: two years of one table, or two versions of a contract that differ by an
    amount, are no duplicates.
    """
    kept: list[tuple[Passage, _Content]] = []
    repeated: list[Passage] = []
    for passage in passages:
        content = _content(passage.text)
        if any(content.numbers == c.numbers and content.likeness(c) >= likeness for _, c in kept):
            repeated.append(passage)
        else:
            kept.append((passage, content))
    return tuple(passage for passage, _ in kept), tuple(repeated)


def parted_by_saying(
    question: str, passages: Sequence[Passage]
) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """The passages of which few say the same about a question, and those that repeat them, each in order.

    What a passage says is the sentence of it that holds most of the question: many small files of a few
    wordings do not take the places of one that says otherwise.
    """
    asked = frozenset(content_words(question))
    texts = ((i, _saying(asked, passage)) for i, passage in enumerate(passages))
    own, repeated = parted_sayings(texts, len(passages))
    return tuple(passages[i] for i in own), tuple(passages[i] for i in repeated)


def _saying(asked: frozenset[str], passage: Passage) -> Said:
    sentences = _sentences(passage.text)
    telling = [found for found in sentences if not found[0].endswith(("?", "？"))] or sentences
    best = max(telling, key=lambda found: len(asked & found[1]), default=("", frozenset()))[0]
    return said(best, asked, " ".join((passage.naming, *passage.headings, passage.context)))


@lru_cache(maxsize=1_024)
def _sentences(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The sentences of a text, roughly, with their content words."""
    pieces = filter(None, map(str.strip, _SENTENCE_ENDS.split(text)))
    return tuple((piece, frozenset(content_words(piece))) for piece in pieces)


def diversified(passages: Sequence[Passage], count: int, novelty: float) -> tuple[Passage, ...]:
    """The first `count` of the passages by maximal marginal relevance, then the others in their order.

    The next passage is that with the greatest (1 - novelty) · score - novelty · likeness to the most
    alike of those taken (Carbonell and Goldstein 1998), likeness being the Jaccard index of words;
    ties go to the better passage.
    """
    contents = [_content(passage.text) for passage in passages]
    left, nearest = list(range(len(passages))), [0.0] * len(passages)
    taken: list[int] = []
    while left and len(taken) < count:
        best = max(left, key=lambda i: ((1.0 - novelty) * passages[i].score - novelty * nearest[i], -i))
        left.remove(best)
        taken.append(best)
        for i in left:
            nearest[i] = max(nearest[i], contents[i].likeness(contents[best]))
    return tuple(passages[i] for i in [*taken, *left])
