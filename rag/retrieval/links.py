"""A second hop: what the first passages lead to, though the question does not name it.

"Where was the director of Jaws born?" needs a passage on Steven Spielberg, who is not in the
question but in the passage on Jaws. Two links lead on from a passage:

- `related`: passages that share its rare words, those that the question did not have, and the words
  of the question that it leaves open. The rarest words of a text are its names (Luhn 1958); what
  shares several of them is about the same things, and what the question still asks for tells which
  of those to take.
- `mentioned`: passages whose title or heading stands, word for word, in it: an encyclopedia's
  article on a name, a manual's section "Safety valve". A title that many candidates share says less
  about each, so its weight is divided among them.

Why they should hold on a library never seen: what leads on is found by rarity in the library itself, and
by the names that its own titles and headings give; nothing is known of what they name. Where no rare
word is shared and no title is said, nothing is added. In a script without spaces neither is looked for,
since pieces of words name nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from rag.retrieval.term_evidence import STOP_TERMS, PassageTerms, inverse_frequency, is_fragment
from rag.text import stem, words

__all__ = ["LinkWord", "link_query", "link_words", "mentions"]

_WORDS: Final = 10
_FEWEST: Final = 3
"""Fewer words name nothing: a script without spaces with one Latin word."""
_LONGEST_NAME: Final = 7


class LinkWord(NamedTuple):
    """A word as it stands in a text, and how often."""

    surface: str
    number: int


def link_words(text: str) -> dict[str, LinkWord]:
    """The content words of a text by stem.

    Numbers are left out: texts about anything share a year or an amount. So are CJK terms: the rarest
    pairs of characters are those that straddle two words, which name nothing.
    """
    found: dict[str, LinkWord] = {}
    for word in words(text):
        term = stem(word)
        if term in found:
            found[term] = LinkWord(found[term].surface, found[term].number + 1)
        elif term not in STOP_TERMS and not is_fragment(term) and not term[0].isdigit():
            found[term] = LinkWord(word, 1)
    return found


def link_query(
    found: Mapping[str, LinkWord],
    asked: frozenset[str],
    frequencies: Mapping[str, int],
    passages: int,
    count: int = _WORDS,
) -> list[str]:
    """The words of a text that tell most of what it is about beyond the question, best first; or none.

    A word weighs by BM25's saturated count times its inverse document frequency. `asked` are the
    question's terms. A word that occurs in this text alone leads nowhere and is left out.
    """
    weights = {
        term: inverse_frequency(frequencies[term], passages) * word.number / (word.number + 1.2)
        for term, word in found.items()
        if term not in asked and frequencies.get(term, 0) > 1
    }
    best = sorted(weights, key=lambda term: (-weights[term], term))[:count]
    return [found[term].surface for term in best] if len(best) >= min(count, _FEWEST) else []


def mentions(
    passages: Sequence[PassageTerms],
    first: Sequence[int],
    asked: frozenset[str],
    telling: Callable[[tuple[str, ...]], float],
) -> list[float]:
    """How strongly each passage is mentioned by the passages at `first`, 0 to 1.

    A name counts where its words stand in a row in a first passage that is not called so itself, and
    are not all in the question. `telling` says how much a name tells, 0 to 1: "Overview" little,
    "Safety valve" much. All mentions share a weight of 1. A CJK name is no row of words but a piece of
    text, that stands in many a longer word: it is not looked for.
    """
    strengths = []
    for at, passage in enumerate(passages):
        others = [passages[i] for i in first if i != at]
        named = [name for name in passage.names if _is_mentioned(name, others, asked)]
        strengths.append(max(map(telling, named), default=0.0))
    total = max(1.0, sum(strengths))
    return [strength / total for strength in strengths]


def _is_mentioned(name: tuple[str, ...], others: Sequence[PassageTerms], asked: frozenset[str]) -> bool:
    if len(name) > _LONGEST_NAME or asked.issuperset(name) or any(map(is_fragment, name)):
        return False
    return any(_holds(other, name) for other in others if name not in other.names)


def _holds(passage: PassageTerms, part: tuple[str, ...]) -> bool:
    if not passage.words.issuperset(part):
        return False
    terms = passage.terms
    return any(terms[at : at + len(part)] == part for at, term in enumerate(terms) if term == part[0])
