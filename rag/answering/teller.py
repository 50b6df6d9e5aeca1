"""From evidence to what is told: a model's checked text where one writes, else quotes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, Final

from rag.answering.doubts import doubt, shortcomings
from rag.answering.events import AnswerEvent
from rag.answering.excerpts import excerpts
from rag.answering.inquiry import Inquiry
from rag.answering.outcome import Outcome
from rag.answering.quoting import quote, rows_of, short_answer, tell_conflicts
from rag.answering.reasons import reasons_for
from rag.answering.run_records import Grounds
from rag.answering.writing import Writer
from rag.errors import CitewellError
from rag.reading import CitationBook, Selection, Unit, disagreements
from rag.schema import Passage

__all__ = ["Teller", "citation_book"]

_MOST_CONFLICTS: Final = 2
_NEARLY_AS_GOOD: Final = 6.0
"""How far below the best, in log odds, what contradicts it may stand: its words must be nearly the same."""


class Teller:
    """Tells what the evidence bears. `reads` is what a model is shown: `evidence` or whole passages."""

    def __init__(self, writer: Writer | None, reads: str) -> None:
        self._writer = writer
        self._reads = reads

    def tell(self, inquiry: Inquiry, grounds: Grounds) -> Generator[AnswerEvent, None, Outcome]:
        """The sentences, short answer, table and conflicts of an answer; or why there is none.

        A model that writes is asked whenever something was found; quotes must be good enough.
        """
        if inquiry.stopped:
            return Outcome(abstained=True, reason=reasons_for(inquiry.question).told("stopped"))
        if not grounds.selection.chosen or (self._writer is None and not grounds.bears):
            return Outcome(**_silent(inquiry, grounds))
        book = citation_book(inquiry)
        outcome = yield from self._text(inquiry, grounds, book)
        if outcome.abstained:
            return outcome
        short = short_answer(grounds.selection, book, outcome.written)
        reason = outcome.reason or shortcomings(grounds.selection, inquiry.passages)
        table = outcome.table or rows_of(grounds.selection, book)
        outcome = replace(outcome, short_answer=short, table=table, reason=reason)
        if not grounds.stands():  # what may be no answer at all is not said to be in dispute
            return outcome
        return (yield from _with_conflicts(inquiry, grounds.selection, outcome, book))

    def _text(
        self, inquiry: Inquiry, grounds: Grounds, book: CitationBook
    ) -> Generator[AnswerEvent, None, Outcome]:
        if self._writer is None:
            return (yield from _quoted(inquiry, grounds, book))
        evidence = [evidence.unit for evidence in grounds.selection.near_best()]
        written = yield from self.write(inquiry, self._read(inquiry, grounds), evidence, book)
        if not written.gives_way and not grounds.unknown:
            return written
        if not grounds.bears:
            silent = replace(written, **_silent(inquiry, grounds))
            failed = written.reason if "generator_failed" in written.notes else ""
            return replace(silent, reason="; ".join(filter(None, (silent.reason, failed))))
        quoted = yield from _quoted(inquiry, grounds, book)
        return replace(
            written,
            sentences=quoted.sentences,
            citations=quoted.citations,
            table=quoted.table,
            coverage=quoted.coverage,
            abstained=False,
            reason=f"quoted, because {written.reason}",
            model="",
        )

    def write(
        self, inquiry: Inquiry, passages: Sequence[Passage], evidence: Sequence[Unit], book: CitationBook
    ) -> Generator[AnswerEvent, None, Outcome]:
        """What the model writes, checked; an outcome that gives way where there is none or it fails."""
        if self._writer is None:
            return Outcome(gives_way=True)
        try:
            return (
                yield from self._writer.write(
                    inquiry.question,
                    passages,
                    evidence,
                    inquiry.history,
                    book,
                    inquiry.weight,
                    inquiry.timings,
                    inquiry.stop,
                )
            )
        except Exception as error:  # whatever an endpoint or a model raises, quotes still answer
            told = str(error) if isinstance(error, CitewellError) else f"{type(error).__name__}: {error}"
            reason = f"the model that writes failed: {told.removesuffix('.')}"
            return Outcome(gives_way=True, reason=reason, notes={"generator_failed": told})

    def _read(self, inquiry: Inquiry, grounds: Grounds) -> tuple[Passage, ...]:
        """What the generator is shown."""
        if self._reads == "evidence":
            return excerpts(grounds.selection, inquiry.passages)
        return inquiry.passages


def _quoted(inquiry: Inquiry, grounds: Grounds, book: CitationBook) -> Generator[AnswerEvent, None, Outcome]:
    """The evidence told in its own words."""
    return (
        yield from quote(grounds.selection, book, inquiry.kind, inquiry.passages, of_part=grounds.of_part)
    )


def citation_book(inquiry: Inquiry) -> CitationBook:
    """The citations of an answer, to be numbered as they are told."""
    names = {passage.document_id: passage.source for passage in inquiry.passages}
    return CitationBook(inquiry.source, names)


def _with_conflicts(
    inquiry: Inquiry, selection: Selection, outcome: Outcome, book: CitationBook
) -> Generator[AnswerEvent, None, Outcome]:
    """An outcome with what its passages tell in contradiction to each other."""
    units = [evidence.unit for evidence in selection.near_best(_NEARLY_AS_GOOD)]
    told = [evidence.unit for evidence in selection.told]
    found = disagreements(selection.question, units, inquiry.passages, told)
    if not found:
        return outcome
    sentences, conflicts = yield from tell_conflicts(inquiry.question, found[:_MOST_CONFLICTS], book)
    return replace(
        outcome,
        sentences=(*outcome.sentences, *sentences),
        citations=book.citations,
        conflicts=conflicts,
    )


def _silent(inquiry: Inquiry, grounds: Grounds) -> dict[str, Any]:
    """What an outcome becomes where nothing can be told."""
    reason = doubt(inquiry.question, grounds, inquiry.passages)
    return {
        "sentences": (),
        "citations": (),
        "abstained": True,
        "reason": reason if inquiry.is_suggested_in(reason) else reason + inquiry.question_back,
        "model": "",
    }
