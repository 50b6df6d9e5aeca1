"""Which documents a question names: by title or file name, company, product or year.

BM25 cannot know a long document by its name. The name stands in the title of each of its thousand
chunks, so the index takes it for a common word and gives it little weight; a file's name it does not
see at all. Counted over documents, a name is what it is for people: the word that tells this document
from the others. What is added here is only what BM25 lost: a word's rarity among documents, times the
share of the word's chunks that are there because the document's title is repeated in each of them.
Where each document is one chunk, nothing was lost and nothing is added.

Why this should hold on a library never seen: a name is what a title or a file's name says, and how well
it tells documents apart is counted among the documents themselves. No list of companies, products or
forms of names is kept. Where titles are all alike or empty, every word of them is common, and nothing is
named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final

from rag.retrieval.term_evidence import STOP_TERMS, inverse_frequency
from rag.text import numbers, search_terms, stem

__all__ = ["Asked", "Match", "Names", "abbreviates", "asked_names", "matched", "meant", "named", "names_of"]

_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_JOINT: Final = re.compile(r"[_\-.+]+|(?<=[a-z])(?=[A-Z])")
_WORD: Final = re.compile(r"[^\W\d_]+")
_MOST_ABBREVIATIONS: Final = 20
"""Abbreviations of a question that are spelled against the names of documents."""
_CERTAIN: Final = 0.5
"""From half of a name that only one document has, a document counts as named."""
_RIVAL: Final = 0.6
"""Documents named nearly as clearly as the clearest may be meant as well: another year of the report."""


@dataclass(frozen=True)
class Names:
    """The words that name a document: of its `title`, and of its `file`'s name only; `numbers` of both.

    `spelled` are title and file name in plain words, in order, for abbreviations of them.
    """

    title: frozenset[str]
    file: frozenset[str]
    numbers: frozenset[str]
    spelled: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Asked:
    """What a question may call a document by.

    `words` are its own and each two neighbours as one, as file names have them (`american express`,
    `AmericanExpress`); `numbers` those inside words too (`FY2022` holds 2022); `abbreviations` words
    of three to six letters, two of them capital, the first twenty.
    """

    words: frozenset[str]
    numbers: frozenset[str]
    abbreviations: frozenset[str]


@dataclass(frozen=True)
class Match:
    """What of a question names one document: words of its title, words that BM25 does not see, numbers."""

    title: frozenset[str]
    unseen: frozenset[str]
    numbers: frozenset[str]


@lru_cache(maxsize=4_096)
def names_of(title: str, source: str) -> Names:
    """Take a title and the last part of a source apart, the latter also at `_`, `-`, `.` and capitals."""
    file = _JOINT.sub(" ", _EXTENSION.sub("", source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]))
    of_title, of_file = _words(title), _words(file)
    spelled = tuple(tuple(_WORD.findall(text.casefold())) for text in (title, file))
    return Names(of_title, of_file - of_title, frozenset(numbers(title) | numbers(file)), spelled)


def asked_names(question: str) -> Asked:
    """Take a question apart."""
    words = _WORD.findall(question)
    joined = (stem((a + b).casefold()) for a, b in pairwise(words))
    short = (word.casefold() for word in words if 3 <= len(word) <= 6 and sum(map(str.isupper, word)) > 1)
    return Asked(
        (_words(question) - STOP_TERMS).union(joined),
        frozenset(numbers(question)),
        frozenset(islice(dict.fromkeys(short), _MOST_ABBREVIATIONS)),
    )


def matched(asked: Asked, names: Names) -> Match:
    """What a question and a document's names share."""
    return Match(names.title & asked.words, _unseen(asked, names), names.numbers & asked.numbers)


def _says_something(match: Match) -> bool:
    return bool(match.title or match.unseen or match.numbers)


def named(documents: Mapping[str, Match], repeated: Callable[[str, str], float]) -> dict[str, float]:
    """How clearly each document is named beyond what BM25 counts, by id.

    0 is not at all, 1 a word that names no other document; several words count more. `repeated` gives,
    for a document's id and a word of its title, the share of the word's chunks that are repetitions of
    this title. What a word lost in weight it lost for every document that it names, so the shares of
    all of them add up. A number alone names nothing; it tells apart the documents that a word has named.
    """
    telling = {document: match for document, match in documents.items() if _says_something(match)}
    holders: Counter[str] = Counter()
    lost: dict[str, float] = {}
    for document, match in telling.items():
        holders.update(match.title | match.unseen | match.numbers)
        for term in match.title:
            lost[term] = lost.get(term, 0.0) + repeated(document, term)
    rarity = {term: _rarity(count, len(documents)) for term, count in holders.items()}
    clarity = dict.fromkeys(documents, 0.0)
    for document, match in telling.items():
        words = sum(rarity[term] * min(1.0, lost[term]) for term in match.title)
        words += sum(rarity[term] for term in match.unseen)
        digits = sum(rarity[number] for number in match.numbers)
        clarity[document] = words + min(words, digits)
    return clarity


def meant(clarity: Mapping[str, float]) -> list[str]:
    """The documents that a question means, by how clearly it names each; none if no name is certain."""
    most = max(clarity.values(), default=0.0)
    if most < _CERTAIN:
        return []
    return sorted(document for document, value in clarity.items() if value >= _RIVAL * most)


def abbreviates(short: str, words: Sequence[str]) -> bool:
    """Whether an abbreviation is made of the beginnings of two or more words in a row.

    `amex` is of American Express, `ibm` of International Business Machines, `jnj` of Johnson Johnson:
    an `n` between may stand for "and".
    """
    return any(_spells(short, words[start:], 0) for start in range(len(words)))


def _spells(short: str, words: Sequence[str], parts: int) -> bool:
    if not short:
        return parts > 1
    if not words:
        return False
    if parts and short[0] == "n" and _spells(short[1:], words, parts):
        return True
    first = words[0]
    return any(
        short[:size] == first[:size] and _spells(short[size:], words[1:], parts + 1)
        for size in range(1, min(len(short), len(first)) + 1)
    )


def _unseen(asked: Asked, names: Names) -> frozenset[str]:
    """What the lexical index knows nothing of: words of the file's name, and abbreviations."""
    short = (
        word for word in asked.abbreviations if any(abbreviates(word, spelled) for spelled in names.spelled)
    )
    return (names.file & asked.words).union(short)


def _rarity(count: int, documents: int) -> float:
    """Inverse document frequency among documents as a share of the highest; one document is no choice."""
    return inverse_frequency(count, documents) / inverse_frequency(1, documents) if documents > 1 else 0.0


def _words(text: str) -> frozenset[str]:
    """Search terms without digits."""
    return frozenset(term for term in search_terms(text) if not any(map(str.isdigit, term)))
