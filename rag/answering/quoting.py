"""The quote-first answer: chosen evidence, told so that it can be read, and the short answer in it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from rag.answering.asked_part import of_asked_part
from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.telling import table_of, told_unit
from rag.answering.totals import with_totals
from rag.answering.whole_lists import with_whole_lists
from rag.answering.wording import disagreement, shown
from rag.reading import (
    CitationBook,
    Disagreement,
    Selection,
    Unit,
    quotable_units,
    read_short_span,
)
from rag.schema import AnswerSentence, AnswerTable, Conflict, Passage, ShortAnswer

__all__ = ["quote", "rows_of", "short_answer", "tell_conflicts"]


def quote(
    selection: Selection,
    book: CitationBook,
    kind: str = "",
    passages: Sequence[Passage] = (),
    *,
    of_part: bool = False,
) -> Generator[AnswerEvent, None, Outcome]:
    """Tell the evidence sentence by sentence, each with its citation; returns the outcome.

    `kind` is what the question wants: a list or the steps of something are told whole. `of_part` says that it
    asks for a part of a document by its number: what was not weighed of it is told too.
    """
    units = [evidence.unit for evidence in selection.told]
    ranked = [evidence.unit for evidence in selection.ranked]
    every = [*ranked, *(u for u in quotable_units(passages) if u not in ranked)] if of_part else ranked
    units = with_totals(selection.question, of_asked_part(selection.question, units, every), ranked)
    lines = with_whole_lists(kind, units, passages)
    places = _places(selection, [unit for line in lines for unit in line])
    starts = {line[0] for line in lines[1:]}
    sentences = []
    above = None
    for unit in (unit for line in lines for unit in line):
        number = book.cite(unit.document_id, unit.start, unit.end, unit.text)
        under = (unit.document_id, unit.headings)
        told = told_unit(selection.question, unit, places.get(unit), is_headed=under == above)
        above = under if under == above or told.startswith(unit.heading) else None
        sentence = AnswerSentence(told, (number,), starts_line=unit in starts)
        sentences.append(sentence)
        yield SentenceReady(sentence, (book.citations[number - 1],))
    return Outcome(tuple(sentences), book.citations)


def rows_of(selection: Selection, book: CitationBook) -> AnswerTable | None:
    """The rows of a table that are cited, as a table; None where no row is."""
    cited = _cited(selection, book)
    return table_of(selection.question, list(cited), cited, _places(selection, list(cited)))


def short_answer(selection: Selection, book: CitationBook, written: str = "") -> ShortAnswer | None:
    """The name, number, date or place asked for, inside what is cited; None where it is not clear.

    Only the reader tells one, in the languages that it knows. What a model has `written`, checked, says
    which of the evidence's spans it takes for the answer.
    """
    cited = _cited(selection, book)
    found = read_short_span(selection, list(cited), written) if selection.has_read else None
    if found is None:
        return None
    return ShortAnswer(found.text, found.unit.document_id, found.start, found.end, cited[found.unit])


def _cited(selection: Selection, book: CitationBook) -> dict[Unit, int]:
    """The units that are cited, best first, with the numbers of their citations."""
    numbers = {e.unit: book.number_of(e.unit.document_id, e.unit.start, e.unit.end) for e in selection.ranked}
    return {unit: number for unit, number in numbers.items() if number is not None}


def _places(selection: Selection, units: Sequence[Unit]) -> Mapping[Unit, tuple[int, int]]:
    """Where the short answer stands, in the unit that holds it."""
    found = read_short_span(selection, units) if selection.has_read else None
    return {} if found is None else {found.unit: (found.start, found.end)}


def tell_conflicts(
    question: str, found: Sequence[Disagreement], book: CitationBook
) -> Generator[AnswerEvent, None, tuple[tuple[AnswerSentence, ...], tuple[Conflict, ...]]]:
    """A sentence for each disagreement, with both sides cited, and the conflicts as data."""
    sentences, conflicts = [], []
    for disagreed in found:
        numbers = tuple(
            book.cite(unit.document_id, unit.start, unit.end, unit.text) for unit in disagreed.units
        )
        values = tuple(map(shown, disagreed.values))
        sentence = AnswerSentence(disagreement(question, values), numbers, own_words=True)
        sentences.append(sentence)
        conflicts.append(Conflict(values, numbers))
        yield SentenceReady(sentence, tuple(book.citations[number - 1] for number in numbers))
    return tuple(sentences), tuple(conflicts)
