"""Tell a calculation: its values with what they are of, the formula, the result, and the cells as a table."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.reasons import reply_language
from rag.answering.tables.calculation import Calculated, Formula
from rag.answering.tables.columns import spoken
from rag.answering.tables.operands import Operand
from rag.answering.tables.table_telling import table_texts
from rag.reading import CitationBook, Question
from rag.schema import AnswerSentence, AnswerTable

__all__ = ["tell_calculation"]

_NUMBER: Final = re.compile(r"[-−–]?\d(?:[\d.,'’\u00a0\u202f ]*\d)?")
_PARTED: Final = re.compile(r"(?<!\d)\d{1,3}([ \u00a0\u202f'’.,])\d{3}(?!\d)")
"""Thousands, by what parts them."""
_DECIMALS: Final = re.compile(r"[.,](\d{1,2})(?!\d)")
_MINUS: Final = re.compile(r"[-−–]\d")
_LONG: Final = re.compile(r"\d{4}")
_SIGNS: Final = {Formula.DIFFERENCE: " − ", Formula.SUM: " + ", Formula.TIMES: " ÷ ", Formula.RATIO: " ÷ "}


def tell_calculation(
    question: Question, done: Calculated, book: CitationBook
) -> Generator[AnswerEvent, None, Outcome]:
    """One sentence that cites all values, and a table of them, those lit that the question names."""
    shown = (*done.operands, *done.others)
    cited = [
        book.cite(unit.document_id, unit.start, unit.end, unit.text)
        for unit in (operand.field.unit for operand in shown)
    ]
    numbers = tuple(dict.fromkeys(cited))
    texts = table_texts().get(reply_language(question.text), table_texts()["en"])
    sentence = AnswerSentence(_Telling(done, texts).sentence(), numbers, own_words=True)
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


class _Telling:
    """Numbers as the table writes its own: decimals, what parts thousands, and what stands beside them."""

    def __init__(self, done: Calculated, texts: Mapping[str, str]) -> None:
        values = [operand.field.value for operand in (*done.operands, *done.others)]
        decimals = [found[1] for value in values if (found := _DECIMALS.search(value))]
        parted = next((found[1] for value in values if (found := _PARTED.search(value))), None)
        self._done = done
        self._texts = texts
        self._places = max(map(len, decimals), default=0)
        points = [value for value in values if "." in value]
        if decimals:
            by_comma = done.column.comma_parts or not points
        else:
            by_comma = parted != "," and (texts["decimals"] == "," or parted == ".")
        self._point = "," if by_comma else "."
        usual = "." if by_comma else ","
        self._between = parted or ("" if any(map(_LONG.search, values)) else usual)

    def sentence(self) -> str:
        """The formula with its values, each with what it is of."""
        done = self._done
        first, last = done.operands[0], done.operands[-1]
        is_one_column = len({operand.field.name for operand in done.operands}) == 1
        name = spoken(first.field.name) if is_one_column else first.record.label
        high, low = sorted((first, last), key=lambda operand: -operand.number)
        share = f"{self._written(done.result, self._shown(1))} %"
        match done.formula:
            case Formula.GROWTH:
                return f"{name}: ({_told(last)} − {_told(first)}) ÷ {first.field.value} = {share}."
            case Formula.EXCESS:
                return f"{name}: ({_told(high)} − {_told(low)}) ÷ {last.field.value} = {share}."
            case Formula.SHARE:
                summed = self._texts["sum"].format(n=1 + len(done.others))
                return f"{name}: {_told(first)} ÷ {self._like(first, done.whole)} ({summed}) = {share}."
            case Formula.TIMES | Formula.RATIO:
                result = self._written(done.result, self._shown(2))
            case _:
                result = self._like(first, done.result)
        told = (high, low) if done.formula in (Formula.DIFFERENCE, Formula.TIMES) else done.operands
        return f"{name}: {_SIGNS[done.formula].join(map(_told, told))} = {result}."

    def _like(self, operand: Operand, number: Decimal) -> str:
        """A number with what stands around that of a value."""
        written = self._written(number, self._places, whole=not self._places)
        beside = operand.field.value
        if operand.number < 0 and not _MINUS.search(beside):  # in brackets, which are a sign of their own
            beside = re.sub("[()]", "", beside)
        return _NUMBER.sub(lambda _: written, beside, count=1)

    def _shown(self, places: int) -> int:
        """So many decimals, or all that a small result has."""
        exponent = self._done.result.as_tuple().exponent
        return max(places, -exponent if isinstance(exponent, int) else 0)

    def _written(self, number: Decimal, places: int, *, whole: bool = True) -> str:
        """A number with so many decimals; where it may be `whole`, without those that are nought."""
        text = f"{abs(number):,.{places}f}"
        before, _, after = text.partition(".")
        after = "" if whole and not after.strip("0") else after
        sign = "−" if number < 0 else ""
        return sign + before.replace(",", self._between) + (self._point + after if after else "")


def _told(operand: Operand) -> str:
    return f"{operand.field.value} ({operand.name})"
