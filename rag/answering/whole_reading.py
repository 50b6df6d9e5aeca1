"""Answers pieced together of all that was read, not of the best evidence, each told in its own way."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from rag.answering.comparing import Changes, Comparison, tell_changes, tell_comparison
from rag.answering.events import AnswerEvent, PassagesFound
from rag.answering.inquiry import Inquiry
from rag.answering.outcome import Outcome
from rag.answering.summary import Summary, tell_summary
from rag.answering.tables import Calculated, Scanned, tell_calculation, tell_scan
from rag.answering.teller import Teller, citation_book
from rag.answering.understanding import Kind
from rag.reading import read_question
from rag.schema import Coverage, Step, Verdict

__all__ = ["Telling", "WholeReading", "calculated", "compared", "scanned", "summarised"]


@dataclass(frozen=True)
class WholeReading:
    """What is told, with how sure it is, what was done for it, and how much was read."""

    inquiry: Inquiry
    outcome: Outcome
    confidence: float
    steps: tuple[Step, ...]
    coverage: Coverage | None = None
    verdict: Verdict = Verdict.PIECED


Telling = Generator[AnswerEvent, None, WholeReading]
"""The events on the way, and in the end what is told."""


def summarised(inquiry: Inquiry, summary: Summary, teller: Teller) -> Telling:
    """A summary: by the model from its sentences where there is one that writes, else the sentences."""
    yield PassagesFound(summary.passages)
    book = citation_book(inquiry)
    outcome = yield from teller.write(inquiry, summary.passages, summary.units, book)
    if outcome.gives_way:
        outcome = yield from tell_summary(summary, book)
    step = Step("summarise", {"question": inquiry.question}, len(summary.units))
    return WholeReading(inquiry, outcome, summary.nearness, (step,), summary.coverage)


def compared(inquiry: Inquiry, found: Comparison | Changes, teller: Teller) -> Telling:
    """Two things side by side: each with what was found of it, or all that differs between them."""
    inquiry = replace(inquiry, passages=found.passages, kind=Kind.COMPARISON.value)
    book = citation_book(inquiry)
    if isinstance(found, Changes):
        outcome = yield from tell_changes(inquiry.question, found, book)
        return WholeReading(inquiry, outcome, found.nearness, found.steps, found.coverage)
    outcome = Outcome(gives_way=True)
    if found.is_whole:
        outcome = yield from teller.write(inquiry, found.passages, found.units, book)
    outcome = yield from tell_comparison(inquiry.question, found, book, outcome)
    stands = Verdict.PIECED if found.is_whole else Verdict.NEAR
    return WholeReading(inquiry, outcome, found.confidence, found.steps, verdict=stands)


def scanned(inquiry: Inquiry, found: Scanned) -> Telling:
    """What was found by reading every record of a list or table."""
    inquiry = replace(inquiry, passages=found.passages)
    outcome = yield from tell_scan(read_question(inquiry.question), found, citation_book(inquiry))
    request = found.request
    arguments = {"operation": request.operation.value, "field": request.field, "by": list(request.by)}
    step = Step("scan", arguments, len(found.told))
    return WholeReading(inquiry, outcome, found.right, (step,), found.coverage)


def calculated(inquiry: Inquiry, found: Calculated) -> Telling:
    """What was computed of values of a table."""
    inquiry = replace(inquiry, passages=found.passages)
    outcome = yield from tell_calculation(read_question(inquiry.question), found, citation_book(inquiry))
    arguments = {"formula": found.formula.value, "of": [operand.name for operand in found.operands]}
    step = Step("calculate", arguments, len(found.operands))
    return WholeReading(inquiry, outcome, found.sureness, (step,), found.coverage)
