"""A cell of a grid: a short answer with verdict, confidence and citations, and the value that these bear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from rag.answering.typed_values import (
    TypedValue,
    date_value,
    number_value,
    one_of_value,
    pieces_of,
    yes_no_value,
)
from rag.grid.asked_columns import AskedColumn, ColumnType
from rag.schema import Answer, Citation, DocumentInfo, ShortAnswer, Verdict
from rag.store import Store

__all__ = ["Cell", "cell_of"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a document says to a question; all empty, with a `reason`, where nothing was found.

    `told` is the shortest that can be told: the short answer, else the cells of a table that answer, else
    the quotes, or what a model wrote. `value` is what a typed column holds, None where the quotes do not bear
    one: a number with its `unit`, an ISO 8601 day, `yes` or `no`, a choice. `error` says why asking failed.
    """

    told: str
    answer: str
    verdict: Verdict
    confidence: float
    citations: tuple[Citation, ...] = ()
    short_answer: ShortAnswer | None = None
    value: float | str | None = None
    unit: str = ""
    reason: str = ""
    run_id: str = ""
    error: str = ""

    @classmethod
    def failed(cls, error: str) -> Self:
        """A cell that could not be asked."""
        return cls("", "", Verdict.NOT_FOUND, 0.0, error=error)

    @property
    def citation(self) -> Citation | None:
        """The citation that is opened first: that of the short answer, else the first."""
        short = self.short_answer
        own = (c for c in self.citations if short is not None and c.number == short.citation)
        return next(own, self.citations[0] if self.citations else None)


def cell_of(column: AskedColumn, answer: Answer, document: DocumentInfo, store: Store) -> Cell:
    """The cell of an answer from one document."""
    if answer.abstained:
        confidence = answer.confidence
        return Cell("", "", answer.verdict, confidence, reason=answer.reason, run_id=answer.run_id)
    value = _value(column, answer, document, store)
    return Cell(
        told=_told(answer),
        answer=answer.text,
        verdict=answer.verdict,
        confidence=answer.confidence,
        citations=answer.citations,
        short_answer=answer.short_answer,
        value=value.value if value is not None else None,
        unit=value.unit if value is not None else "",
        reason=answer.reason,
        run_id=answer.run_id,
    )


def _told(answer: Answer) -> str:
    table = answer.table
    if answer.short_answer is not None:
        return answer.short_answer.text
    if table is not None and table.lit:
        return ", ".join(dict.fromkeys(table.rows[i][j] for i, j in table.lit if table.rows[i][j].strip()))
    if _written(answer) or any(sentence.own_words for sentence in answer.sentences):
        return answer.text
    return " … ".join(" ".join(citation.quote.split()) for citation in answer.citations)


def _value(column: AskedColumn, answer: Answer, document: DocumentInfo, store: Store) -> TypedValue | None:
    if column.type is ColumnType.TEXT or not (pieces := pieces_of(answer)):
        return None
    match column.type:
        case ColumnType.NUMBER:
            text = store.text(document.document_id)
            return number_value(column.question, pieces, text, document.language)
        case ColumnType.DATE:
            return date_value(pieces, store.text(document.document_id))
        case ColumnType.YES_NO:
            return yes_no_value(column.question, pieces, _written(answer), document.language)
        case ColumnType.ONE_OF:
            return one_of_value(column.choices, pieces, document.language)


def _written(answer: Answer) -> str:
    """The first sentence where a model wrote it; "" of a quote, which may begin with a no of its own."""
    first = answer.sentences[0]
    line = " ".join(first.text.split())
    is_quote = any(" ".join(citation.quote.split()) in line for citation in answer.citations)
    return "" if is_quote or first.own_words else line
