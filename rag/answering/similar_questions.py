"""Whether two questions ask the same, so that the answer of one is that of the other.

They do where their content words are the same in order, so are numbers, identifiers, negation and the kind of
answer wanted, and they are near in meaning. `benchmarks.semantic_reuse` measures how often that is wrong.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from rag.reading import read_question
from rag.reading.facts import is_negated
from rag.reading.notation import identifiers, spelled_out
from rag.text import STOP_WORDS, stem, words

__all__ = ["LEAST_COSINE", "content_terms", "signs"]

LEAST_COSINE: Final = 0.85
"""Of two questions that ask the same."""


def signs(question: str) -> tuple[Hashable, ...]:
    """What no two questions of one answer differ in: numbers, identifiers, negation, kind of answer."""
    read = read_question(question)
    return (
        tuple(sorted(read.numbers)),
        tuple(sorted(identifiers(read.asked))),
        is_negated(question),
        read.kind.value,
    )


def content_terms(question: str) -> tuple[str, ...]:
    """The stemmed content words in order, with those that ask ("percentage")."""
    asked = spelled_out(read_question(question).asked)
    return tuple(stem(word) for word in words(asked) if word not in STOP_WORDS)
