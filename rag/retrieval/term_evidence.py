"""What the words of a passage say for it beyond BM25: coverage, neighbouring words, titles.

BM25 counts words one by one. Three things that it does not see, each a share of what the question
holds, weighted by inverse document frequency, so each lies in 0 to 1 for any library and language:

- `coverage`: of the question's words, those that the passage has. A passage that has all of them is
  worth more than one with a rare word often (Fang, Tao and Zhai 2004, "A formal study of
  information retrieval heuristics").
- `adjacency`: of the pairs of neighbouring content words, those that stand side by side in the
  passage too. Names and terms of several words are asked for in order (the ordered bigrams of
  Metzler and Croft 2005, "A Markov random field model for term dependencies").
- `context`: of the question's words, those in title and headings. What a passage is about stands
  there, and need not be repeated in its text.

Why they should hold on a library never seen: a share of the question's own weight is 0 to 1 whatever
the question's length, the language or the library's size, and the weights come from counts of this
library. A passage of another subject has no share of the rare words; it can have all the common ones.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeVar

from rag.schema import StoredChunk
from rag.store.lexical import inverse_frequency
from rag.text import STOP_WORDS, context_line, has_cjk, kept_terms, search_terms, stem

__all__ = [
    "STOP_TERMS",
    "Evidence",
    "PassageTerms",
    "QuestionTerms",
    "content_terms",
    "inverse_frequency",
    "is_fragment",
]

STOP_TERMS: Final = frozenset(stem(word) for word in STOP_WORDS)

Pair = tuple[str, str]
Name = tuple[str, ...]
_Part = TypeVar("_Part", bound=Hashable)


@dataclass(frozen=True)
class Evidence:
    """Three shares of a question, 0 to 1, that a passage holds."""

    coverage: float
    adjacency: float
    context: float


@dataclass(frozen=True)
class PassageTerms:
    """The words of a passage, those of its title and headings first.

    `pairs` are neighbouring content words. `names` are what others may call it by, each in words: the
    document's title and the last heading.
    """

    terms: tuple[str, ...]
    words: frozenset[str]
    pairs: frozenset[Pair]
    context: frozenset[str]
    names: tuple[Name, ...]

    @classmethod
    def of(cls, chunk: StoredChunk) -> PassageTerms:
        """Cut a chunk into words."""
        context, names = _context(chunk.title, chunk.headings)
        own = kept_terms(f"{chunk.context}\n{chunk.text}" if chunk.context else chunk.text)
        terms = context + own
        content = [term for term in terms if term not in STOP_TERMS]
        return cls(terms, frozenset(terms), frozenset(pairwise(content)), frozenset(context), names)


@dataclass(frozen=True)
class QuestionTerms:
    """The content words of a question with their weights (inverse document frequencies)."""

    weights: Mapping[str, float]
    pairs: Mapping[Pair, float]

    @classmethod
    def of(cls, question: str, frequencies: Mapping[str, int], passages: int) -> QuestionTerms:
        """Weigh a question's words by in how many of the library's passages each occurs."""
        terms = content_terms(question)
        weights = {term: inverse_frequency(frequencies.get(term, 0), passages) for term in terms}
        return cls(weights, {(a, b): min(weights[a], weights[b]) for a, b in _pairs(terms)})

    def evidence(self, passage: PassageTerms) -> Evidence:
        """The shares of this question that a passage holds."""
        return Evidence(
            _share(self.weights, passage.words),
            _share(self.pairs, passage.pairs),
            _share(self.weights, passage.context),
        )


@lru_cache(maxsize=1_024)
def _context(title: str, headings: tuple[str, ...]) -> tuple[Name, tuple[Name, ...]]:
    """The words of title and headings, and of each name; the chunks of a section share them."""
    names = dict.fromkeys(tuple(search_terms(name)) for name in (title, *headings[-1:]))
    return tuple(search_terms(context_line(title, headings))), tuple(name for name in names if name)


def content_terms(text: str) -> list[str]:
    """Search terms without stop words, in order; all of them where nothing else is there."""
    terms = search_terms(text)
    return [term for term in terms if term not in STOP_TERMS] or terms


def _pairs(terms: Sequence[str]) -> Iterable[Pair]:
    """The pairs to look for: neighbouring content words.

    A CJK term is a pair of neighbours already: BM25 has counted it.
    """
    content = [term for term in terms if term not in STOP_TERMS]
    return ((a, b) for a, b in pairwise(content) if not (is_fragment(a) or is_fragment(b)))


def is_fragment(term: str) -> bool:
    """Whether a term is cut from a script without spaces, so may straddle two words."""
    return not term.isascii() and has_cjk(term)


def _share(wanted: Mapping[_Part, float], there: frozenset[_Part]) -> float:
    total = sum(wanted.values())
    return sum(weight for part, weight in wanted.items() if part in there) / total if total else 0.0
