"""Texts that say the same about one question: only so many of them stand before those that say otherwise.

Why this should hold on a library never seen: two texts say the same where one has no other words and
numbers beside the question's own, but for a few; a value in the place of another one is never the same.
Nothing is dropped. Who takes care to add other words to each repetition is not noticed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from rag.text.tokens import STOP_WORDS, numbers, stem, words

__all__ = ["MOST_ALIKE", "Said", "parted_sayings", "said"]

MOST_ALIKE: Final = 3
"""Texts that say the same and keep their places: enough to see that several do."""
_LEAST_SHARED: Final = 0.6
_DENYING: Final = frozenset({"no", "nor", "not"})


class Said(NamedTuple):
    """What a text says about a question.

    `own` are its content words beside those of the question, `asked` the question's that it holds or stands
    under, `numbers` its numbers; `text` is itself in words.
    """

    own: frozenset[str]
    asked: frozenset[str]
    numbers: frozenset[str]
    text: str

    def is_like(self, other: Said) -> bool:
        """Whether both say the same: one has all words of the other and few more."""
        if self.text == other.text:
            return True
        if not self.own or not other.own or self.numbers != other.numbers:
            return False
        shared = len(self.own & other.own)
        most, least = max(len(self.own), len(other.own)), min(len(self.own), len(other.own))
        return shared == least and shared >= _LEAST_SHARED * most


def said(text: str, asked: Collection[str], place: str = "") -> Said:
    """What a text says beside the stemmed words `asked`; `place` is what it stands under."""
    found = words(text)
    own = {stem(word) for word in found if word not in STOP_WORDS or word in _DENYING}
    above = {stem(word) for word in words(place)}
    wanted = frozenset(asked)
    return Said(frozenset(own - wanted), wanted & (own | above), frozenset(numbers(text)), " ".join(found))


def parted_sayings(
    texts: Iterable[tuple[int, Said]], count: int, most_copies: int = MOST_ALIKE
) -> tuple[list[int], list[int]]:
    """The numbers of the first `count` texts of which few say the same, and those that they repeat.

    A text repeats others where `MOST_ALIKE` before it say the same, or `most_copies` in the very same words,
    and between them hold all of the question that it does.
    """
    kept: list[tuple[int, Said]] = []
    repeated: list[int] = []
    for number, new in texts:
        if len(kept) >= count:
            break
        alike = [old for _, old in kept if new.is_like(old)]
        enough = len(alike) >= MOST_ALIKE or sum(old.text == new.text for old in alike) >= most_copies
        if enough and new.asked <= frozenset().union(*(old.asked for old in alike)):
            repeated.append(number)
        else:
            kept.append((number, new))
    return [number for number, _ in kept], repeated
