"""Which documents a question names: by title or file name, company, product or year.

BM25 cannot know a long document by its name. The name stands in the title of each of its thousand
chunks, so the index takes it for a common word and gives it little weight; a file's name it does not
see at all. Counted over documents, a name is what it is for people: the word that tells this document
from the others. What is added here is only what BM25 lost: a word's rarity among documents, times the
share of the word's chunks that are there because the document's title is repeated in each of them.
Where each document is one chunk, nothing was lost and nothing is added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.retrieval.evidence import STOP_TERMS, inverse_frequency
from rag.text import numbers, search_terms, stem

__all__ = ["Names", "asked_names", "named", "names_of"]

_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_JOINT: Final = re.compile(r"[_\-.+]+|(?<=[a-z])(?=[A-Z])")
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Names:
    """The words that name a document: of its `title`, and of its `file`'s name only; `numbers` of both."""

    title: frozenset[str]
    file: frozenset[str]
    numbers: frozenset[str]

    def words(self) -> frozenset[str]:
        """Words of title and file name, no numbers."""
        return self.title | self.file


@lru_cache(maxsize=4_096)
def names_of(title: str, source: str) -> Names:
    """Take a title and the last part of a source apart, the latter also at `_`, `-`, `.` and capitals."""
    file = _JOINT.sub(" ", _EXTENSION.sub("", source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]))
    words = frozenset(term for term in search_terms(title) if not _has_digit(term))
    of_file = frozenset(term for term in search_terms(file) if not _has_digit(term))
    return Names(words, of_file - words, frozenset(numbers(title) | numbers(file)))


def asked_names(question: str) -> frozenset[str]:
    """What a question may call a document by.

    Its words, its numbers (`FY2022` holds 2022), and each two neighbouring words as one, as file names
    have them (`american express`, `AmericanExpress`).
    """
    terms = frozenset(search_terms(question)) - STOP_TERMS
    joined = (stem(a + b) for a, b in pairwise(_WORD.findall(question.casefold())))
    return terms | numbers(question) | frozenset(joined)


def named(
    asked: frozenset[str], documents: Mapping[str, Names], repeated: Callable[[str, str], float]
) -> dict[str, float]:
    """How clearly each document is named, 0 to 1, beyond what BM25 counts, by id.

    `repeated` gives, for a document's id and a word of its title, the share of the word's chunks that
    are repetitions of this title. A number alone names nothing; it tells apart the documents that a
    word has named.
    """
    rarity = _Rarity(asked, documents)
    strengths = {}
    for document, names in documents.items():
        words = sum(rarity(term) * repeated(document, term) for term in names.title & asked)
        words += sum(rarity(term) for term in names.file & asked)
        digits = sum(rarity(term) for term in names.numbers & asked) if words else 0.0
        strengths[document] = min(1.0, words + min(words, digits))
    return strengths


class _Rarity:
    """A name's inverse document frequency among documents, as a share of the highest."""

    def __init__(self, asked: frozenset[str], documents: Mapping[str, Names]) -> None:
        self._count = len(documents)
        self._holders: dict[str, int] = {}
        for names in documents.values():
            for term in (names.words() | names.numbers) & asked:
                self._holders[term] = self._holders.get(term, 0) + 1

    def __call__(self, term: str) -> float:
        if self._count < 2:
            return 0.0
        highest = inverse_frequency(1, self._count)
        return inverse_frequency(self._holders[term], self._count) / highest


def _has_digit(term: str) -> bool:
    return any(character.isdigit() for character in term)
