"""A second hop: what the first passages lead to, though the question does not name it.

"Where was the director of Jaws born?" needs a passage on Steven Spielberg, who is not in the
question but in the passage on Jaws. Two links lead on from a passage:

- `related`: passages that share its rare words, those that the question did not have. The rarest
  words of a text are its names (Luhn 1958); what shares several of them is about the same things.
- `mentioned`: passages whose title or heading stands, word for word, in it: an encyclopedia's
  article on a name, a manual's section "Safety valve". A title that many candidates share says less
  about each, so its weight is divided among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rag.retrieval.evidence import STOP_TERMS, PassageTerms, inverse_frequency
from rag.text import stem, words

__all__ = ["link_query", "mentions"]

_WORDS: Final = 10
_LONGEST_NAME: Final = 7


def link_query(
    text: str, asked: frozenset[str], frequencies: Mapping[str, int], passages: int, count: int = _WORDS
) -> list[str]:
    """The words of a text that tell most of what it is about beyond the question, best first.

    A word weighs by BM25's saturated count times its inverse document frequency. `asked` are the
    question's terms; a word that occurs in this text alone leads nowhere and is left out.
    """
    counts: dict[str, int] = {}
    surface: dict[str, str] = {}
    for word in words(text):
        term = stem(word)
        if term not in asked and term not in STOP_TERMS and frequencies.get(term, 0) > 1:
            counts[term] = counts.get(term, 0) + 1
            surface.setdefault(term, word)
    weights = {
        term: inverse_frequency(frequencies[term], passages) * number / (number + 1.2)
        for term, number in counts.items()
    }
    best = sorted(weights, key=lambda term: (-weights[term], term))[:count]
    return [surface[term] for term in best]


def mentions(
    passages: Sequence[PassageTerms],
    first: Sequence[int],
    asked: frozenset[str],
    telling: Callable[[tuple[str, ...]], float],
) -> list[float]:
    """How strongly each passage is mentioned by the passages at `first`, 0 to 1.

    A name counts where its words stand in a row in a first passage that is not called so itself, and
    are not all in the question. `telling` says how much a name tells, 0 to 1: "Overview" little,
    "Safety valve" much. All mentions share a weight of 1.
    """
    strengths = []
    for at, passage in enumerate(passages):
        others = [passages[i] for i in first if i != at]
        named = [name for name in passage.names if _is_mentioned(name, others, asked)]
        strengths.append(max(map(telling, named), default=0.0))
    total = max(1.0, sum(strengths))
    return [strength / total for strength in strengths]


def _is_mentioned(name: tuple[str, ...], others: Sequence[PassageTerms], asked: frozenset[str]) -> bool:
    if len(name) > _LONGEST_NAME or asked.issuperset(name):
        return False
    return any(_holds(other.terms, name) for other in others if name not in other.names)


def _holds(terms: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(terms[at : at + len(part)] == part for at, term in enumerate(terms) if term == part[0])
