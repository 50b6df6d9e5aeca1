"""Differences, growth, ratios, shares and sums of values that stand in a table.

The values are those of records that the question names, in a column that it names or that the chooser would
tell. What is done with them is told by the nearest worked questions (`data/examples/calculations.jsonl`), in
which letters stand for names: so in the question, as what it is about says nothing of what it wants.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final

from rag.answering.tables.chooser import Chooser
from rag.answering.tables.columns import Column
from rag.answering.tables.operands import Operand, operand_of, operands_of
from rag.answering.tables.scanner import Scanner
from rag.answering.tables.table_records import Collection
from rag.answering.understanding.kind_examples import (
    FittedKinds,
    fitted_examples,
    read_kind_examples,
    votes,
)
from rag.models.model_protocol import Embedder
from rag.reading import Question
from rag.resources import resource
from rag.schema import Coverage, Passage

__all__ = ["POOL", "Calculated", "Calculator", "Formula"]

POOL: Final = "calculations"
"""The name of the worked questions' file."""
_MARGIN: Final = 0.3
"""How far the formula with most votes has to lead: left out one by one, 97 of 100 worked questions are then
told right, and one in five is not told."""
_NUMBERS: Final = re.compile(r"[\d.,'’()\s\u00a0\u202f−–-]+")
_YEAR: Final = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_LONGEST: Final = 500
"""Characters of a question."""


class Formula(StrEnum):
    """What is computed; of growth the base is what is named first, of an excess what is named last."""

    DIFFERENCE = "difference"
    GROWTH = "growth"
    EXCESS = "excess"
    TIMES = "times"
    RATIO = "ratio"
    SHARE = "share"
    SUM = "sum"
    NONE = "none"


@dataclass(frozen=True)
class Calculated:
    """A formula with its operands, in the order in which the question names them, and the result.

    `others` are what a share is part of besides; `column` is that of the (first) value.
    """

    formula: Formula
    operands: tuple[Operand, ...]
    others: tuple[Operand, ...]
    collection: Collection
    column: Column
    passages: tuple[Passage, ...]
    sureness: float

    @cached_property
    def result(self) -> Decimal:
        """The number that is asked for; per cent of growth, excess and share."""
        first, last = self.operands[0].number, self.operands[-1].number
        high, low = max(first, last), min(first, last)
        match self.formula:
            case Formula.DIFFERENCE:
                return high - low
            case Formula.SUM:
                return sum((operand.number for operand in self.operands), Decimal())
            case Formula.TIMES:
                return _rounded(high / low, 2)
            case Formula.RATIO:
                return _rounded(first / last, 2)
            case Formula.GROWTH:
                return _rounded(100 * (last - first) / first, 1)
            case Formula.EXCESS:
                return _rounded(100 * abs(first - last) / last, 1)
            case _:
                return _rounded(100 * first / self.whole, 1)

    @property
    def whole(self) -> Decimal:
        """What a share is a part of."""
        return sum((operand.number for operand in (*self.operands, *self.others)), Decimal())

    @property
    def coverage(self) -> Coverage:
        """All records of the table were looked at."""
        count = len(self.collection.records)
        return Coverage(1, len({passage.page for passage in self.passages}), 1, count, count)


class Calculator:
    """Finds what a question wants computed of which values. Safe for several threads.

    Args:
        scanner: finds the tables that a question may be about.
        chooser: tells which column is meant; without it nothing is computed.
        embedder: gives the one that knows a question's language.
        cache: a folder where vectors of examples may be kept.
    """

    def __init__(
        self,
        scanner: Scanner,
        chooser: Chooser | None,
        embedder: Callable[[str], Embedder | None],
        cache: Path | None = None,
    ) -> None:
        self._scanner = scanner
        self._chooser = chooser
        self._embedder = embedder
        self._cache = cache
        self._lock = threading.Lock()
        self._fitted: dict[str, FittedKinds] = {}

    def calculate(self, question: Question, passages: Sequence[Passage]) -> Calculated | None:
        """None where nothing is to be computed, or it is not sure what, of which values."""
        if self._chooser is None or len(question.asked) > _LONGEST:
            return None
        computed = []
        for whole, collection in self._scanner.nearest(passages):
            operands, neutral = operands_of(question.asked, collection, self._chooser)
            if operands:
                formula, sureness = self._formula(neutral, self._embedder(question.asked))
                computed.append(_calculated(formula, operands, collection, tuple(whole), sureness))
        found = [done for done in computed if done is not None]
        same = len({(done.result, done.formula) for done in found}) == 1
        return found[0] if same else None

    def _formula(self, neutral: str, embedder: Embedder | None) -> tuple[Formula, float]:
        if embedder is None:
            return Formula.NONE, 0.0
        with self._lock:
            fitted = self._fitted.get(embedder.fingerprint)
            if fitted is None:
                examples = read_kind_examples(resource("data", "examples", f"{POOL}.jsonl"))
                fitted = fitted_examples(embedder, examples, list(Formula), self._cache, POOL)
                self._fitted[embedder.fingerprint] = fitted
        scores = (
            votes(embedder.embed_questions([neutral]) @ fitted.vectors.T) @ fitted.weights + fitted.mean
        )[0]
        best, second = sorted(scores, reverse=True)[:2]
        formula = list(Formula)[int(scores.argmax())]
        return (formula, float(best)) if best - second >= _MARGIN else (Formula.NONE, float(best))


def _calculated(
    formula: Formula,
    operands: tuple[Operand, ...],
    collection: Collection,
    whole: tuple[Passage, ...],
    sureness: float,
) -> Calculated | None:
    """The calculation where the operands are those that the formula takes."""
    column = collection.columns[operands[0].field.name]
    if formula is Formula.NONE or (len(operands) < 2) is not (formula is Formula.SHARE):
        return None
    if len(operands) > 2 and formula is not Formula.SUM:
        return None
    beside = {_NUMBERS.sub("", operand.field.value) for operand in operands}
    if len(beside) > 1 and formula is not Formula.RATIO:
        return None
    if any("%" in value for value in beside) and formula is not Formula.DIFFERENCE:
        return None
    others: tuple[Operand, ...] = ()
    if formula is Formula.SHARE:
        records = [record for record in collection.records if record is not operands[0].record]
        found = [operand_of(record.label, record, column) for record in records]
        others = tuple(operand for operand in found if operand is not None)
        if not others or len(others) < len(records):
            return None
    if formula is Formula.GROWTH and not _in_order(operands, collection):
        return None
    if formula not in (Formula.DIFFERENCE, Formula.SUM) and any(o.number <= 0 for o in operands):
        return None
    if any(operand.number < 0 for operand in others):
        return None
    done = Calculated(formula, operands, others, collection, column, whole, min(sureness, 1.0))
    return done if _can_be_written(done) else None


def _in_order(operands: Sequence[Operand], collection: Collection) -> bool:
    """Whether what is named first is the earlier: by its year, else as it stands in the table."""
    years = [int(found[0]) for o in operands if len(found := _YEAR.findall(o.name)) == 1]
    if len(years) == len(operands):
        return years == sorted(years)
    order = list(collection.columns)
    rows = [next(i for i, r in enumerate(collection.records) if r is o.record) for o in operands]
    places = [(order.index(o.field.name), row) for o, row in zip(operands, rows, strict=True)]
    return places == sorted(places)


def _can_be_written(done: Calculated) -> bool:
    """Whether the result has no more digits than a decimal number keeps."""
    try:
        return done.result.is_finite()
    except InvalidOperation:
        return False


def _rounded(number: Decimal, places: int) -> Decimal:
    """To so many decimals, or as many as it takes to tell it from nought."""
    places = max(places, -number.adjusted()) if number else places
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
