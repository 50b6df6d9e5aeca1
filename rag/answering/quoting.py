"""The quote-first answer: chosen evidence, said in the documents' own words."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.wording import disagreement, shown
from rag.attribution import CitationBook, Disagreement, Selection
from rag.schema import AnswerSentence, Conflict

__all__ = ["quote", "tell_conflicts"]


def quote(selection: Selection, book: CitationBook) -> Generator[AnswerEvent, None, Outcome]:
    """Tell the chosen evidence sentence by sentence, each with its citation; returns the outcome."""
    sentences = []
    for evidence in selection.chosen:
        unit = evidence.unit
        number = book.cite(unit.document_id, unit.start, unit.end, unit.text)
        sentence = AnswerSentence(shown(unit.text), (number,))
        sentences.append(sentence)
        yield SentenceReady(sentence, (book.citations[number - 1],))
    return Outcome(tuple(sentences), book.citations)


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
        sentence = AnswerSentence(disagreement(question, values), numbers)
        sentences.append(sentence)
        conflicts.append(Conflict(values, numbers))
        yield SentenceReady(sentence, tuple(book.citations[number - 1] for number in numbers))
    return tuple(sentences), tuple(conflicts)
