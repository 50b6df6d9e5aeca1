"""The row that sums up others, told instead of one of them where a question speaks of the whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from rag.reading import AnswerKind, Question, Row, Unit, text_terms

__all__ = ["with_totals"]

_OF_A_WHOLE: Final = frozenset({AnswerKind.QUANTITY, AnswerKind.CHOICE})
_OF_PARTS: Final = re.compile(
    r"\b(?:each|every|per|by|which|most|least|(?:high|low|larg|small|great|few|bigg|long|short|fast|slow)est|best"
    r"|worst)\b|[各每最]|分别|哪[个個些]",
    re.IGNORECASE,
)
"""Asks for the parts, or for one of them."""
_NUMBER: Final = re.compile(r"\d[\d.,'’\s]*")
_FEWEST: Final = 2
_ROUNDED: Final = Decimal("0.5")


def with_totals(question: Question, told: Sequence[Unit], units: Iterable[Unit]) -> list[Unit]:
    """The told units, a row of a part replaced by that of the whole where the question names no part.

    "What were the net sales?" is answered by the row that is the sum of the regions' rows, not by one of
    them. That a row is the sum is seen from its numbers, in every column: no word for it is needed.
    `units` are all that is known of the tables.
    """
    if question.kind not in _OF_A_WHOLE or _OF_PARTS.search(question.text):
        return list(told)
    rows = sorted((unit for unit in units if unit.row is not None), key=lambda unit: unit.start)
    return list(dict.fromkeys(_total(question, unit, rows) or unit for unit in told))


def _total(question: Question, unit: Unit, rows: Sequence[Unit]) -> Unit | None:
    """The row that sums up a group to which a row belongs that the question does not name."""
    if unit.row is None or not _asks_of_the_whole(question, unit, unit.row):
        return None
    group = [other for other in rows if _together(unit, other)]
    place = group.index(unit) if unit in group else len(group)
    for i in range(place + 1, len(group)):
        for first in range(place + 1):
            if i - first >= _FEWEST and _sums_up(group[i], group[first:i]):
                return group[i]
    return None


def _asks_of_the_whole(question: Question, unit: Unit, row: Row) -> bool:
    """Whether a question holds no word of a row's own label, and none that may be another word for it.

    What it asks for then stands above the row: in its groups, its columns, its headings. A name may stand
    in the document's title only, and a question for yes or no has a word that compares.
    """
    if not set(_own_terms(row)).isdisjoint(question.terms):
        return False
    columns = " ".join(cell.column for cell in row.cells)
    above = set(text_terms(f"{unit.heading} {row.caption} {' '.join(row.sections)} {columns} {row.unit}"))
    others = [term for term in question.terms if term not in above and term not in question.names]
    return len(others) <= int(question.kind is AnswerKind.CHOICE)


def _own_terms(row: Row) -> tuple[str, ...]:
    """The words of a row's own label, without those of the groups that it stands in."""
    return text_terms(" ".join(cell.text for cell in row.cells[: max(row.labels, 1)]))


def _together(unit: Unit, other: Unit) -> bool:
    """Whether two rows stand in one group of one table."""
    if unit.row is None or other.row is None or unit.document_id != other.document_id:
        return False
    return unit.headings == other.headings and (unit.row.caption, unit.row.sections) == (
        other.row.caption,
        other.row.sections,
    )


def _sums_up(total: Unit, parts: Sequence[Unit]) -> bool:
    """Whether each number of a row is the sum of those above it, but for rounding, and one is not 0."""
    sums, summands = _values(total), [_values(part) for part in parts]
    if not sums or any(part.keys() != sums.keys() for part in summands):
        return False
    slack = _ROUNDED * len(parts)
    within = all(
        abs(sum((part[c] for part in summands), Decimal()) - value) <= slack for c, value in sums.items()
    )
    return within and all(any(abs(value) > slack for value in part.values()) for part in summands)


def _values(unit: Unit) -> dict[str, Decimal]:
    """The numbers of a row by the names of their columns; empty where a column has no name of its own."""
    if unit.row is None:
        return {}
    cells = unit.row.cells[max(unit.row.labels, 1) :]
    names = [cell.column for cell in cells]
    if len(set(names)) < len(names) or "" in names:
        return {}
    return {cell.column: _value(cell.text) for cell in cells}


def _value(text: str) -> Decimal:
    """A cell's number: `(3,062)` is negative, `—` is 0, and one with a mark per cent counts as 0."""
    match = _NUMBER.search(text)
    if match is None or "%" in text:
        return Decimal()
    whole, _, fraction = re.sub(r"[.,'’\s](?=\d{3}(?!\d))", "", match.group().strip(" .,")).partition(".")
    number = Decimal(re.sub(r"\D", "", whole) or "0") + (
        Decimal(f"0.{fraction}") if fraction.isdigit() else Decimal()
    )
    return -number if re.search(r"[(\-−–](?:\s*[$€£¥])?\s*\d", text) else number
