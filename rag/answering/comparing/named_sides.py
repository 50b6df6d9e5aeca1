"""Which two things of the library a question compares, and whether a text speaks of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.answering.comparing.comparing_words import comparing_of, marks_of
from rag.answering.comparing.sides import YEAR, Pair, of_two, pairs_of
from rag.reading import Unit
from rag.retrieval.naming import names_of
from rag.schema import DocumentInfo, Passage
from rag.text import numbers, stem, words

__all__ = ["Side", "asked_words", "sides_of", "speaks_of"]

_SHORTEST: Final = 3
"""Letters or digits that tell a thing apart wherever they stand; fewer do so behind their word."""


@dataclass(frozen=True)
class Side:
    """One of two things: what it is called, and the words that tell it apart.

    `questions` ask about it alone, the first without its name where `documents`, the ids of those that it
    names, stand for it. There are none of them where it may stand anywhere.
    `words` are those of its name and of its documents' names.
    """

    name: str
    questions: tuple[str, ...]
    marks: frozenset[str]
    documents: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()

    @property
    def is_numbered(self) -> bool:
        """Whether a number or letter tells it apart, which stands for other things too: "version 2"."""
        return all(len(mark) < _SHORTEST and mark.isascii() for mark in self.marks)

    def is_named_in(self, text: str) -> bool:
        """Whether a text holds its name: all that tells it apart, in one piece where that is a number."""
        if not self.is_numbered:
            return bool(self.marks) and self.marks <= marks_of(text)
        return f" {' '.join(map(stem, words(self.name)))} " in f" {' '.join(map(stem, words(text)))} "


def sides_of(question: str, infos: Sequence[DocumentInfo]) -> tuple[Side, Side] | None:
    """The two things that a question compares, likeliest reading first; None where it names no two.

    Two documents are meant by their names or by their number: "the two contracts" are the two documents
    called so, or the only two that there are.
    """
    readings = [_in_library(pair, infos, marks_of(question)) for pair in pairs_of(question)]
    both = [sides for sides in readings if all(side.documents for side in sides)]
    return next(iter(both), None) or _two_documents(question, infos) or next(iter(readings), None)


def asked_words(question: str, sides: tuple[Side, Side]) -> frozenset[str]:
    """The words for what is compared: those of the question that name no side and do not ask to compare."""
    comparing = comparing_of(question)
    kept = [token for token in comparing.tokens(question) if not comparing.only_asks(token)]
    return marks_of(" ".join(token.written for token in kept)) - sides[0].words - sides[1].words


def speaks_of(side: Side, other: Side, unit: Unit, passage: Passage) -> bool:
    """Whether a unit tells of a side, by its own words or by what it stands under, and not of the other."""
    if side.is_named_in(unit.reading):
        return True
    if other.is_named_in(unit.reading) or _is_of_other_year(side, unit):
        return False
    if side.documents:
        return unit.document_id in side.documents
    label = unit.row.label() if unit.row else ""
    if side.is_named_in(f"{passage.naming}\n{unit.heading}\n{label}\n{unit.reading}"):
        return True
    return unit.refers_back and side.is_named_in(unit.lead)


def _is_of_other_year(side: Side, unit: Unit) -> bool:
    """Whether a side is a year, and a unit tells of others only."""
    years = numbers(unit.text) & set(YEAR.findall(unit.text))
    return bool(years) and any(map(YEAR.fullmatch, side.marks)) and years.isdisjoint(side.marks)


def _in_library(pair: Pair, infos: Sequence[DocumentInfo], asked: frozenset[str]) -> tuple[Side, Side]:
    named = [[_says(info, marks) for info in infos] for marks in pair.marks]
    sides = []
    for at in (0, 1):
        own, other = named[at], named[1 - at]
        named_so = [info for info, a, b in zip(infos, own, other, strict=True) if a and not b]
        named_so = _most_named(named_so, asked)
        ids = [info.document_id for info in named_so]
        words = marks_of(pair.names[at]).union(*map(_words_of, named_so))
        questions = (pair.rest, pair.questions[at]) if ids and pair.rest else (pair.questions[at],)
        sides.append(Side(pair.names[at], questions, pair.marks[at], tuple(ids), words))
    return sides[0], sides[1]


def _most_named(infos: Sequence[DocumentInfo], asked: frozenset[str]) -> list[DocumentInfo]:
    """Those whose names hold most of a question's words: the lease of the flat, not its inventory."""
    held = [len(_words_of(info) & asked) for info in infos]
    return [info for info, count in zip(infos, held, strict=True) if count == max(held)]


def _two_documents(question: str, infos: Sequence[DocumentInfo]) -> tuple[Side, Side] | None:
    found = of_two(question)
    if found is None:
        return None
    noun, alone = found
    called = [info for info in infos if stem(noun.casefold()) in _words_of(info)]
    two = called if len(called) == 2 else infos
    if len(two) != 2:
        return None
    held = [_words_of(info) for info in two]
    titles = [info.title or info.name for info in two]
    names = titles if titles[0] != titles[1] else [info.name for info in two]
    first, second = (
        Side(names[i], (alone,), held[i] - held[1 - i], (two[i].document_id,), held[i] | marks_of(noun))
        for i in (0, 1)
    )
    return first, second


def _says(info: DocumentInfo, marks: frozenset[str]) -> bool:
    """Whether a document's title or file name holds all that tells a side apart."""
    wanted = {form for mark in marks for form in (numbers(mark) or {mark.casefold()})}
    return bool(wanted) and wanted <= _words_of(info)


def _words_of(info: DocumentInfo) -> frozenset[str]:
    names = names_of(info.title, info.source)
    return names.title | names.file | names.numbers
