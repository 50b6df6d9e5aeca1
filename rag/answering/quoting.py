"""The quote-first answer: chosen evidence, said in the documents' own words."""

from __future__ import annotations

from collections.abc import Generator

from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.wording import shown
from rag.attribution import CitationBook, Selection
from rag.schema import AnswerSentence

__all__ = ["quote"]


def quote(selection: Selection, book: CitationBook) -> Generator[AnswerEvent, None, Outcome]:
    """Tell the chosen evidence sentence by sentence, each with its citation; returns the outcome."""
    sentences = []
    for evidence in selection.chosen:
        unit = evidence.unit
        number = book.cite(unit.document_id, unit.start, unit.end, unit.text)
        sentence = AnswerSentence(shown(unit.reading), (number,))
        sentences.append(sentence)
        yield SentenceReady(sentence, (book.citations[number - 1],))
    return Outcome(tuple(sentences), book.citations)
