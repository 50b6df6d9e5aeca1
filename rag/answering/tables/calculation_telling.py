"""Tell a calculation: its values with what they are of, the formula, the result, and the cells as a table."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from decimal import Decimal
from typing import Final

from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.tables.calculation import Calculated, Formula, Operand
from rag.answering.tables.columns import spoken
from rag.reading import CitationBook
from rag.schema import AnswerSentence, AnswerTable

__all__ = ["tell_calculation"]

_NUMBER: Final = re.compile(r"[-−–]?\d(?:[\d.,'’\u00a0\u202f ]*\d)?")
_PARTED: Final = re.compile(r"\d([ \u00a0\u202f'’])\d{3}(?!\d)")
"""Thousands that are parted by something else than a comma or a point."""
_SIGNS: Final = {Formula.DIFFERENCE: " − ", Formula.SUM: " + ", Formula.TIMES: " ÷ ", Formula.RATIO: " ÷ "}


def tell_calculation(done: Calculated, book: CitationBook) -> Generator[AnswerEvent, None, Outcome]:
    """One sentence that cites all values, and a table of them, those lit that the question names."""
    shown = (*done.operands, *done.others)
    cited = [
        book.cite(unit.document_id, unit.start, unit.end, unit.text)
        for unit in (operand.field.unit for operand in shown)
    ]
    numbers = tuple(dict.fromkeys(cited))
    sentence = AnswerSentence(_sentence(done), numbers, own_words=True)
    yield SentenceReady(sentence, tuple(book.citations[number - 1] for number in numbers))
    return Outcome((sentence,), book.citations, table=_table(done, shown, cited))


def _table(done: Calculated, shown: Sequence[Operand], cited: Sequence[int]) -> AnswerTable:
    columns = tuple(dict.fromkeys(operand.field.name for operand in shown))
    head = (done.collection.label_name, *columns)
    if len(columns) > 1:
        row = (done.operands[0].record.label, *(operand.field.value for operand in shown))
        lit = tuple((0, i) for i in range(1, len(head)))
        return AnswerTable(head, (row,), lit, ((cited[0], *cited),))
    rows = tuple((operand.name, operand.field.value) for operand in shown)
    lit = tuple((i, 1) for i in range(len(done.operands)))
    return AnswerTable(head, rows, lit, tuple((number, number) for number in cited))


def _sentence(done: Calculated) -> str:
    first, last = done.operands[0], done.operands[-1]
    name = spoken(first.field.name)
    if len({operand.field.name for operand in done.operands}) > 1:
        name = done.operands[0].record.label
    result = f"{_written(done.result, done, places=1)} %"
    match done.formula:
        case Formula.GROWTH:
            return f"{name}: ({_told(last)} − {_told(first)}) ÷ {first.field.value} = {result}."
        case Formula.EXCESS:
            high, low = sorted((first, last), key=lambda operand: -operand.number)
            return f"{name}: ({_told(high)} − {_told(low)}) ÷ {last.field.value} = {result}."
        case Formula.SHARE:
            whole = _like(first, done.whole, done)
            return f"{name}: {_told(first)} ÷ {whole} = {result}."
    told = sorted(done.operands, key=lambda operand: -operand.number)
    told = told if done.formula in (Formula.DIFFERENCE, Formula.TIMES) else list(done.operands)
    plain = done.formula in (Formula.TIMES, Formula.RATIO)
    result = _written(done.result, done, places=2) if plain else _like(first, done.result, done)
    return f"{name}: {_SIGNS[done.formula].join(map(_told, told))} = {result}."


def _told(operand: Operand) -> str:
    return f"{operand.field.value} ({operand.name})"


def _like(operand: Operand, number: Decimal, done: Calculated) -> str:
    """A number with what stands around that of a value."""
    written = _written(number, done, _places(done))
    return _NUMBER.sub(lambda _: written, operand.field.value, count=1)


def _places(done: Calculated) -> int:
    """How many decimals the values have."""
    exponents = [operand.number.normalize().as_tuple().exponent for operand in (*done.operands, *done.others)]
    return max(0, *(-exponent for exponent in exponents if isinstance(exponent, int)))


def _written(number: Decimal, done: Calculated, places: int) -> str:
    """A number as the table writes its own: by points or commas, thousands by what parts them there."""
    text = f"{number:,.{places}f}"
    if places and not text.rsplit(".", 1)[1].strip("0") and not _places(done):
        text = text.rsplit(".", 1)[0]
    values = [operand.field.value for operand in done.operands]
    parted = next((found[1] for value in values if (found := _PARTED.search(value))), "")
    if done.column.comma_parts or (parted and not any("." in value for value in values)):
        text = text.translate(str.maketrans(",.", ".,"))
        return text.replace(".", parted) if parted else text
    return text.replace(",", parted) if parted else text
