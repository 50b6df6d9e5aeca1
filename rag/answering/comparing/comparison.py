"""A comparison: each of two things is looked up by itself, and what is found is set side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from rag.answering.comparing.comparing_words import Direction, comparing_of, marks_of
from rag.answering.comparing.changes import Changes, changes_between
from rag.answering.comparing.named_sides import Side, asked_words, sides_of, speaks_of
from rag.answering.inquiry import Inquiry
from rag.answering.run_records import Grounds
from rag.answering.term_weights import library_term_weights
from rag.answering.understanding import Kind
from rag.answering.weighing import Weigher
from rag.reading import Unit, read_question, text_terms
from rag.reading.measures import fitting
from rag.retrieval import HybridRetriever
from rag.retrieval.numbered import asked_labels, opens
from rag.schema import Passage, Step
from rag.store import Store

__all__ = ["Comparison", "Comparisons", "Found"]

_MAY_COMPARE: Final = frozenset((Kind.COMPARISON, Kind.LOOKUP, Kind.CALCULATION, Kind.DEFINITION))
"""Kinds that a comparison is taken for; those for yes or no are answered as ever."""
_READ: Final = 12
"""Units of a side that may be set beside those of the other."""
_NEAR: Final = 3.0
"""How far below the best, in log odds, what is told of a side may stand."""
_FORM: Final = 2.0
"""What it is worth, in log odds, that two units say the same but for what tells the sides apart."""
_ALIKE: Final = 0.5
"""What is so like that which was found of the other side tells of the same matter."""


@dataclass(frozen=True)
class Found:
    """What was found of a side with a question: a unit of its passages; None where none is sure enough."""

    side: Side
    question: str
    unit: Unit | None
    passages: tuple[Passage, ...]
    confidence: float


@dataclass(frozen=True)
class Comparison:
    """Two sides, at least one of which was found.

    `direction` says which of two values is asked for, and `field` in which column of a table, if it is known.
    """

    found: tuple[Found, Found]
    direction: Direction | None = None
    field: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether both were found."""
        return all(found.unit is not None for found in self.found)

    @property
    def units(self) -> tuple[Unit, ...]:
        """What was found."""
        return tuple(found.unit for found in self.found if found.unit is not None)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Those that hold what was found."""
        held = [f.passages[f.unit.passage] for f in self.found if f.unit is not None]
        return tuple({(passage.document_id, passage.start): passage for passage in held}.values())

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was done: a search for each side."""
        return tuple(
            Step("find", {"question": f.question, "side": f.side.name}, len(f.passages)) for f in self.found
        )

    @property
    def confidence(self) -> float:
        """That of the less sure of the sides that were found."""
        return min(found.confidence for found in self.found if found.unit is not None)


@dataclass(frozen=True)
class _Candidate:
    """A unit that speaks of a side: how well it answers, and whether it does so surely."""

    unit: Unit
    score: float
    is_sure: bool


class Comparisons:
    """Looks up the two sides of comparisons. Safe for several threads."""

    def __init__(self, store: Store, retriever: HybridRetriever, weigher: Weigher) -> None:
        self._store = store
        self._retriever = retriever
        self._weigher = weigher

    def compare(self, inquiry: Inquiry, kind: Kind, field: str = "") -> Comparison | Changes | None:
        """Both sides of a question, or all that differs between two documents where it asks for nothing else.

        None where it names no two or asks for yes or no, neither side is found, or one text tells of both; and
        where one side alone is found of what is no plain comparison. `field` is the column of a table that
        the question is about, if it is known.
        """
        comparing = comparing_of(inquiry.question)
        if kind not in _MAY_COMPARE or not comparing.sets_side_by_side(
            inquiry.question, said=kind is Kind.COMPARISON
        ):
            return None
        sides = sides_of(inquiry.question, self._store.documents(inquiry.documents))
        if sides is None:
            return None
        direction = comparing.direction(inquiry.question)
        asked = asked_words(inquiry.question, sides)
        if comparing.asks_for_changes(inquiry.question) or not (asked or direction):
            if (changes := changes_between(self._store, sides, asked)) is not None:
                return changes
        found = self._found(inquiry, sides, direction)
        if found is None or (kind is not Kind.COMPARISON and not all(side.unit for side in found)):
            return None
        return Comparison(found, direction, field)

    def _found(
        self, inquiry: Inquiry, sides: tuple[Side, Side], direction: Direction | None
    ) -> tuple[Found, Found] | None:
        """What is told of each side; None where nothing is told of either, or the same of both."""
        read = [self._read(inquiry, side) for side in sides]
        candidates = [
            _candidates(side, other, *found, direction)
            for side, other, found in zip(sides, sides[::-1], read, strict=True)
        ]
        chosen = _aligned(candidates, sides, inquiry.question, direction)
        if not any(chosen) or (all(chosen) and chosen[0] == chosen[1]):
            return None
        whole = all(chosen)
        surest = max(grounds.confidence for (_, grounds), unit in zip(read, chosen, strict=True) if unit)
        first, second = (
            Found(side, own.question, unit, own.passages, surest if whole else grounds.confidence)
            for side, unit, (own, grounds) in zip(sides, chosen, read, strict=True)
        )
        return first, second

    def _read(self, inquiry: Inquiry, side: Side) -> tuple[Inquiry, Grounds]:
        """The evidence of one side, asked about alone; of two ways to ask, that which finds it more surely."""
        best: tuple[Inquiry, Grounds] | None = None
        for question in side.questions:
            found = self._asked(inquiry, question, side.documents or inquiry.documents)
            if best is None or (found[1].bears, found[1].confidence) > (best[1].bears, best[1].confidence):
                best = found
            if best[1].bears:
                break
        assert best is not None
        return best

    def _asked(
        self, inquiry: Inquiry, question: str, documents: Sequence[str] | None
    ) -> tuple[Inquiry, Grounds]:
        retrieval = self._retriever.retrieve(question, documents=documents)
        asked = replace(
            inquiry,
            question=question,
            passages=self._weigher.merge(retrieval),
            weight=library_term_weights(self._store, read_question(question).terms),
            retrieval=retrieval,
            documents=documents,
        )
        return self._weigher.weigh(asked)


def _candidates(
    side: Side, other: Side, asked: Inquiry, grounds: Grounds, direction: Direction | None
) -> list[_Candidate]:
    """What speaks of a side, best first."""
    ranked = [evidence for evidence in grounds.selection.ranked if not evidence.unit.is_heading]
    own = [e for e in ranked if speaks_of(side, other, e.unit, asked.passages[e.unit.passage])]
    best = ranked[0].score if ranked else 0.0
    measured = direction.measure if direction is not None else ""
    return [
        _Candidate(e.unit, e.score, grounds.bears and e.score >= best - _NEAR)
        for e in own[:_READ]
        if e.score >= best - _NEAR or _is_of_measure(measured, e.unit)
    ]


def _aligned(
    candidates: Sequence[Sequence[_Candidate]],
    sides: tuple[Side, Side],
    question: str,
    direction: Direction | None,
) -> tuple[Unit | None, Unit | None]:
    """Of each side the unit that tells, with that of the other, most of the same matter; None without one.

    A unit tells what is asked where the evidence bears it; where it is like one of the other side that does;
    or where both hold all that is asked for, in their words, their headings or the measure of their values.
    """
    measure = direction.measure if direction is not None else ""
    asked = asked_words(question, sides)
    pairs = [(a, b, _likeness(a.unit, b.unit, sides)) for a in candidates[0] for b in candidates[1]]
    sure = [p for p in pairs if (p[0].is_sure and p[1].is_sure) or _are_alike(asked, *p)]
    held = [p for p in pairs if _hold(asked, *p[:2], question)]
    measured = [p for p in pairs if p[2] >= _ALIKE and all(_is_of_measure(measure, c.unit) for c in p[:2])]
    if both := measured or sure or held:
        one, other, _ = max(both, key=lambda pair: pair[0].score + pair[1].score + _FORM * pair[2])
        return one.unit, other.unit
    first, second = (next((c.unit for c in of_side if c.is_sure), None) for of_side in candidates)
    return first, second


def _are_alike(asked: frozenset[str], one: _Candidate, other: _Candidate, likeness: float) -> bool:
    """Whether one answers surely, and the other says the same of its side, with the same words asked for."""
    held = [asked & marks_of(candidate.unit.in_place) for candidate in (one, other)]
    return likeness >= _ALIKE and (
        (one.is_sure and held[0] <= held[1]) or (other.is_sure and held[1] <= held[0])
    )


def _hold(asked: frozenset[str], one: _Candidate, other: _Candidate, question: str) -> bool:
    """Whether two units both hold all that is asked for."""
    labels = asked_labels(question)
    if labels and all(any(opens(label, c.unit.headings, "") for label in labels) for c in (one, other)):
        return True
    return bool(asked) and all(asked <= marks_of(candidate.unit.in_place) for candidate in (one, other))


def _is_of_measure(measure: str, unit: Unit) -> bool:
    return bool(measure) and unit.row is None and bool(fitting(measure, [(unit.text, "")]))


def _likeness(one: Unit, other: Unit, sides: tuple[Side, Side]) -> float:
    """How far two units say the same in the same place, 0 to 1, but for what tells the sides apart."""
    if one.row is not None and other.row is not None:
        return float([c.column for c in one.row.cells] == [c.column for c in other.row.cells])
    names = sides[0].marks | sides[1].marks
    words = [[term for term in text_terms(unit.in_place) if term not in names] for unit in (one, other)]
    return SequenceMatcher(None, *words, autojunk=False).ratio()
