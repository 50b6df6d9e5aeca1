"""Tell a comparison: a sentence for each side, which of the two it is, and a small table."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from rag.answering.comparing.compared_values import compared_values
from rag.answering.comparing.comparing_words import comparing_of, marks_of
from rag.answering.comparing.comparison import Comparison, Found
from rag.answering.comparing.named_sides import Side
from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.telling import lit_cells, told_unit
from rag.answering.wording import shown
from rag.reading import Cell, CitationBook, Unit, read_question
from rag.schema import AnswerSentence, AnswerTable
from rag.text import has_cjk, numbers

__all__ = ["comparison_table", "tell_comparison"]


def tell_comparison(
    question: str, comparison: Comparison, book: CitationBook, written: Outcome
) -> Generator[AnswerEvent, None, Outcome]:
    """A sentence for each side with its citation, the side that is asked for, and the table.

    What a model has `written`, checked, is told in place of the sentences unless it gives way or tells of one
    side what stands of the other.
    """
    comparing = comparing_of(question)
    table = comparison_table(question, comparison, book)
    lost = [f.side.name for f in comparison.found if f.unit is None]
    reason = "; ".join(f"{name}: {comparing.says('missing')}" for name in lost)
    if not (written.gives_way or written.abstained or mixes_sides(written, comparison)):
        return replace(written, citations=book.citations, table=table)
    sentences = []
    for found in comparison.found:
        if found.unit is None:
            missing = f"{found.side.name}: {comparing.says('missing')}."
            sentences.append(AnswerSentence(missing, own_words=True))
        else:
            sentences.append(_told(found, found.unit, comparison, _cite(found.unit, book)))
    if (named := _named(comparison)) is not None:
        cited = tuple(n for sentence in sentences for n in sentence.citations)
        sentences.append(AnswerSentence(named, cited, own_words=True))
    for sentence in sentences:
        yield SentenceReady(sentence, tuple(book.citations[number - 1] for number in sentence.citations))
    return replace(
        written,
        sentences=tuple(sentences),
        citations=book.citations,
        table=table,
        reason=reason,
        abstained=False,
        support=1.0,
        model="",
    )


def mixes_sides(written: Outcome, comparison: Comparison) -> bool:
    """Whether a written sentence may tell of one side what the documents tell of the other.

    One that names one side may not cite what was found of the other alone. In one that names both, a number
    behind a name may not be the other's.
    """
    quotes = {citation.number: citation for citation in written.citations}
    for sentence in written.sentences:
        named = [found.side.is_named_in(sentence.text) for found in comparison.found]
        for own, other, is_named, other_is_named in zip(
            comparison.found, comparison.found[::-1], named, named[::-1], strict=True
        ):
            if is_named and not other_is_named and own.unit is not None and other.unit is not None:
                cited = [quotes[number] for number in sentence.citations]
                apart = own.unit.span != other.unit.span or own.unit.document_id != other.unit.document_id
                if apart and any(
                    (c.document_id, c.start) == (other.unit.document_id, other.unit.start) for c in cited
                ):
                    return True
        if all(named) and _swaps(sentence.text, comparison):
            return True
    return False


def _swaps(text: str, comparison: Comparison) -> bool:
    """Whether a number follows a side's name that stands in the other's quote only."""
    owner: int | None = None
    held = [numbers(found.unit.reading) if found.unit else set() for found in comparison.found]
    for word in text.split():
        named = [i for i, f in enumerate(comparison.found) if not f.side.marks.isdisjoint(marks_of(word))]
        owner = named[0] if named else owner
        if not named and owner is not None and numbers(word) & (held[1 - owner] - held[owner]):
            return True
    return False


def comparison_table(question: str, comparison: Comparison, book: CitationBook) -> AnswerTable:
    """A row for each side with what was found of it, word for word, in the columns that are compared."""
    columns = _columns(comparison)
    missing = (comparing_of(question).says("missing"), *[""] * (len(columns) - 1))
    rows, cited = [], []
    for found in comparison.found:
        cells = missing if found.unit is None else _cells(found, comparison, columns)
        number = 0 if found.unit is None else _cite(found.unit, book)
        rows.append((found.side.name, *cells))
        cited.append((0, *(number if cell else 0 for cell in cells)))
    lit = tuple((i, j) for i, row in enumerate(cited) for j, number in enumerate(row) if number)
    return AnswerTable(("", *columns), tuple(rows), lit if len(columns) == 1 else (), tuple(cited))


def _cite(unit: Unit, book: CitationBook) -> int:
    return book.cite(unit.document_id, unit.start, unit.end, unit.text)


def _told(found: Found, unit: Unit, comparison: Comparison, number: int) -> AnswerSentence:
    """A unit under the name of its side, where it does not tell that itself."""
    cell = _cell(found, comparison)
    place = None if cell is None else (cell.start, cell.end)
    text = told_unit(read_question(found.question), unit, place)
    if found.side.is_named_in(text):
        return AnswerSentence(text, (number,))
    return AnswerSentence(f"{found.side.name} – {text}", (number,), own_words=True)


def _cell(found: Found, comparison: Comparison) -> Cell | None:
    """The one cell of a row that answers: in the side's own column, or in that which is asked for."""
    if found.unit is None or found.unit.row is None:
        return None
    row = found.unit.row
    own = [cell for cell in row.cells if found.side.is_named_in(cell.column)]
    asked = [row.cells[i] for i in lit_cells(read_question(found.question), row)]
    known = [cell for cell in row.cells if cell.column == comparison.field != ""]
    return next((cells[0] for cells in (own, asked, known) if len(cells) == 1), None)


def _columns(comparison: Comparison) -> tuple[str, ...]:
    """What is compared: a column of a table, all of them, or the heading that both stand under."""
    units = [found.unit for found in comparison.found if found.unit is not None]
    cells = [cell for found in comparison.found if (cell := _cell(found, comparison)) is not None]
    if len(cells) == len(units):
        names = [cell.column for cell in cells]
    elif all(unit.row is not None for unit in units):
        return tuple(
            dict.fromkeys(c.column for u in units if u.row for c in u.row.cells[max(u.row.labels, 1) :])
        )
    else:
        names = [unit.headings[-1] if unit.headings else "" for unit in units]
    return (names[0] if len(set(names)) == 1 else "",)


def _cells(found: Found, comparison: Comparison, columns: tuple[str, ...]) -> tuple[str, ...]:
    assert found.unit is not None
    cell = _cell(found, comparison)
    if cell is not None and len(columns) == 1:
        return (cell.text,)
    if found.unit.row is None or len(columns) == 1:
        return (shown(found.unit.text), *[""] * (len(columns) - 1))
    held = {cell.column: cell.text for cell in found.unit.row.cells}
    return tuple(held.get(column, "") for column in columns)


def _named(comparison: Comparison) -> str | None:
    """The side that has the larger, smaller, earlier or later value; None where that is not sure."""
    columns = _columns(comparison)
    if comparison.direction is None or not comparison.is_whole or len(columns) != 1:
        return None
    first, second = (_without_name(f.side, _cells(f, comparison, columns)[0]) for f in comparison.found)
    order = compared_values(first, second)
    if not order:
        return None
    winner = comparison.found[0 if order == comparison.direction.sign else 1].side
    word = comparison.direction.word.capitalize()
    return f"{word}：{winner.name}。" if has_cjk(word) else f"{word}: {winner.name}."


def _without_name(side: Side, text: str) -> str:
    """A text without the words that tell its side apart, which may be a number."""
    return " ".join(word for word in text.split() if side.marks.isdisjoint(marks_of(word)))
