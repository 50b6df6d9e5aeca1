"""A comparison: each of two things is looked up by itself, and what is found is set side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from rag.answering.comparing.changes import Changes, changes_between
from rag.answering.comparing.comparing_words import Direction, comparing_of, marks_of
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

_MAY_COMPARE: Final = frozenset(
    (Kind.COMPARISON, Kind.LOOKUP, Kind.CALCULATION, Kind.DEFINITION, Kind.LIST, Kind.COUNT)
)
"""Kinds that a comparison is taken for; those for yes or no are answered as ever."""
_LONGEST: Final = 1_000
"""Characters of a question that compares."""
_READ: Final = 12
"""Units of a side that may be set beside those of the other."""
_NEAR: Final = 3.0
"""How far below the best, in log odds, what is told of a side may stand."""
_AS_GOOD: Final = 0.5
"""How far below it, in log odds, evidence counts as good as another."""
_ASKED: Final = 3.0
"""What it is worth, in log odds, that a unit holds all that is asked for."""
_FORM: Final = 4.0
"""What it is worth, in log odds, that two units say the same but for what tells the sides apart."""
_SAME_FORM: Final = 0.75
"""From this likeness on a form is the same: two that say quite the same are no better to compare."""
_SURE_ALONE: Final = 0.6
"""The least confidence of what holds no word of what is asked."""
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
    """A unit that speaks of a side: how well it answers, and whether the evidence makes sure of it."""

    unit: Unit
    score: float
    confidence: float
    is_sure: bool


class Comparisons:
    """Looks up the two sides of comparisons. Safe for several threads."""

    def __init__(self, store: Store, retriever: HybridRetriever, weigher: Weigher) -> None:
        self._store = store
        self._retriever = retriever
        self._weigher = weigher

    def compare(self, inquiry: Inquiry, kind: Kind, field: str = "") -> Comparison | Changes | None:
        """Both sides of a question; all that differs between two documents where it asks for nothing else.

        None where it names no two or asks for yes or no, where neither is found or one text tells of both,
        and where only one is found of what may be no comparison. `field` is the column of a table that the
        question is about, if it is known.
        """
        comparing = comparing_of(inquiry.question)
        if kind not in _MAY_COMPARE or len(inquiry.question) > _LONGEST:
            return None
        if not comparing.sets_side_by_side(inquiry.question, said=kind is Kind.COMPARISON):
            return None
        sides = sides_of(inquiry.question, self._store.documents(inquiry.documents))
        if sides is None:
            return None
        direction = comparing.direction(inquiry.question)
        asked = asked_words(inquiry.question, sides)
        is_open = comparing.asks_for_changes(inquiry.question) or not (asked or direction)
        if is_open and (changes := changes_between(self._store, sides, asked)) is not None:
            return changes
        found = self._found(inquiry, sides, asked, direction)
        is_said = kind is Kind.COMPARISON or comparing.says_to_compare(inquiry.question)
        if found is None or not (is_said or all(side.unit for side in found)):
            return None
        return Comparison(found, direction, field)

    def _found(
        self,
        inquiry: Inquiry,
        sides: tuple[Side, Side],
        asked: frozenset[str],
        direction: Direction | None,
    ) -> tuple[Found, Found] | None:
        """What is told of each side; None where nothing is told of either, or the same of both."""
        read = [self._read(inquiry, side) for side in sides]
        candidates = [
            _candidates(side, other, found, asked, direction)
            for side, other, found in zip(sides, sides[::-1], read, strict=True)
        ]
        chosen = _aligned(candidates, sides, asked, inquiry.question, direction)
        if not any(chosen) or (all(chosen) and chosen[0] == chosen[1]):
            return None
        alike = chosen[0] and chosen[1] and _likeness(chosen[0], chosen[1], sides) >= _ALIKE
        surest = max(grounds.confidence for _, grounds in read)
        first, second = (
            Found(side, own.question, unit, own.passages, surest if alike else grounds.confidence)
            for side, unit, (own, grounds) in zip(sides, chosen, read, strict=True)
        )
        return first, second

    def _read(self, inquiry: Inquiry, side: Side) -> tuple[Inquiry, Grounds]:
        """The evidence of one side, asked about alone: of two ways to ask the surer."""
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
    side: Side,
    other: Side,
    found: tuple[Inquiry, Grounds],
    asked: frozenset[str],
    direction: Direction | None,
) -> list[_Candidate]:
    """What speaks of a side, best first.

    The evidence makes sure of a unit that is about as good as the best, unless it is for words that are asked
    for and that something as good holds which does not speak of this side.
    """
    inquiry, grounds = found
    ranked = [evidence for evidence in grounds.selection.ranked if not evidence.unit.is_heading]
    speaks = [speaks_of(side, other, e.unit, inquiry.passages[e.unit.passage]) for e in ranked]
    own = [e for e, is_own in zip(ranked, speaks, strict=True) if is_own]
    others = [(e.score, _held(asked, e.unit)) for e, is_own in zip(ranked, speaks, strict=True) if not is_own]
    least = ranked[0].score - _NEAR if ranked else 0.0
    measure = direction.measure if direction is not None else ""
    return [
        _Candidate(
            e.unit,
            e.score,
            grounds.confidence,
            grounds.bears
            and e.score >= least
            and all(held <= _held(asked, e.unit) for score, held in others if score >= e.score - _AS_GOOD),
        )
        for e in own[:_READ]
        if e.score >= least or _is_of_measure(measure, e.unit)
    ]


def _aligned(
    candidates: Sequence[Sequence[_Candidate]],
    sides: tuple[Side, Side],
    asked: frozenset[str],
    question: str,
    direction: Direction | None,
) -> tuple[Unit | None, Unit | None]:
    """Of each side the unit that tells, with that of the other, most of the same matter; None without one.

    A unit tells what is asked where the evidence bears it; where it is like one of the other side that does;
    or where both hold all that is asked for, in their words, their headings or the measure of their values.
    """
    measure = direction.measure if direction is not None else ""
    pairs = [(a, b, _likeness(a.unit, b.unit, sides)) for a in candidates[0] for b in candidates[1]]
    sure = [p for p in pairs if _are_sure(asked, *p)]
    held = [p for p in pairs if _hold(asked, *p[:2], question)]
    measured = [p for p in pairs if p[2] >= _ALIKE and all(_is_of_measure(measure, c.unit) for c in p[:2])]
    if both := measured or sure or held:
        one, other, _ = max(both, key=lambda pair: _worth(asked, *pair))
        return one.unit, other.unit
    first, second = (
        next((c.unit for c in of_side if c.is_sure and _is_enough(asked, c)), None) for of_side in candidates
    )
    return first, second


def _is_enough(asked: frozenset[str], candidate: _Candidate) -> bool:
    """Whether a unit is sure by itself, or holds some of what is asked for by name."""
    return not asked or candidate.confidence >= _SURE_ALONE or bool(_held(asked, candidate.unit))


def _worth(asked: frozenset[str], one: _Candidate, other: _Candidate, likeness: float) -> float:
    """How well two units answer together, in log odds."""
    held = sum(len(_held(asked, candidate.unit)) for candidate in (one, other)) / max(len(asked), 1)
    return one.score + other.score + _ASKED * held + _FORM * min(likeness, _SAME_FORM)


def _are_sure(asked: frozenset[str], one: _Candidate, other: _Candidate, likeness: float) -> bool:
    """Whether two units surely tell of the same matter.

    Both answer surely; or one does, and the other says the same of its side, with as many words asked for.
    """
    held = [_held(asked, candidate.unit) for candidate in (one, other)]
    sure = [candidate.is_sure and _is_enough(asked, candidate) for candidate in (one, other)]
    if likeness >= _ALIKE:
        return (sure[0] and held[0] <= held[1]) or (sure[1] and held[1] <= held[0])
    surest = min(one.confidence, other.confidence) >= _SURE_ALONE
    return one.is_sure and other.is_sure and (surest or held[0] == held[1])


def _held(asked: frozenset[str], unit: Unit) -> frozenset[str]:
    """The words asked for that a unit holds, in its place."""
    return asked & marks_of(unit.in_place)


def _hold(asked: frozenset[str], one: _Candidate, other: _Candidate, question: str) -> bool:
    """Whether two units both hold all that is asked for."""
    labels = asked_labels(question)
    if labels and all(any(opens(label, c.unit.headings, "") for label in labels) for c in (one, other)):
        return True
    return bool(asked) and all(_held(asked, candidate.unit) == asked for candidate in (one, other))


def _is_of_measure(measure: str, unit: Unit) -> bool:
    return bool(measure) and unit.row is None and bool(fitting(measure, [(unit.text, "")]))


def _likeness(one: Unit, other: Unit, sides: tuple[Side, Side]) -> float:
    """How far two units say the same in the same place, 0 to 1, but for what tells the sides apart."""
    if one.row is not None and other.row is not None:
        return float([c.column for c in one.row.cells] == [c.column for c in other.row.cells])
    names = sides[0].marks | sides[1].marks
    one_words, other_words = (
        [term for term in text_terms(unit.in_place) if term not in names] for unit in (one, other)
    )
    return SequenceMatcher(None, one_words, other_words, autojunk=False).ratio()
