"""Evidence told so that it can be read: sentences under their headings, rows by the cells that matter."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from rag.answering.wording import shown
from rag.reading import AnswerKind, Question, Row, Unit, text_terms
from rag.schema import AnswerTable
from rag.text.tables import PATH

__all__ = ["lit_cells", "table_of", "told_unit"]

_BULLET: Final = re.compile(r"^\s*[-*•·▪◦‣]\s+")
_MOST_ROWS: Final = 12
_FEW_WORDS: Final = 12
"""A shorter sentence is told under its headings: it seldom says what it speaks of."""


def told_unit(
    question: Question, unit: Unit, place: tuple[int, int] | None = None, *, is_headed: bool = False
) -> str:
    """A unit as one readable line.

    A row is told by its label and the cells that the question asks for; `place` is where the short answer
    stands, if there is one. A sentence gets the headings above it where they hold what is asked about and
    it does not, or where it is no whole sentence; not where the line before `is_headed` by the same.
    """
    own = _told_row(unit.row, lit_cells(question, unit.row, place)) if unit.row else _told_text(unit.text)
    if is_headed or not _needs_headings(question, unit):
        return own
    return f"{unit.heading} {own}" if unit.heading.endswith(("?", "？")) else f"{unit.heading}: {own}"


def lit_cells(question: Question, row: Row, place: tuple[int, int] | None = None) -> list[int]:
    """The indices of the cells that answer: that of the short answer, else those in the columns asked for.

    Of a field of a form it is the value. Empty where nothing tells one cell from the others.
    """
    values = range(max(row.labels, 0), len(row.cells))
    if place is not None:
        holding = [i for i, cell in enumerate(row.cells) if cell.start <= place[0] and place[1] <= cell.end]
        if holding:
            return holding
    if len(row.cells) == 2 and not any(cell.column for cell in row.cells):
        name = set(text_terms(row.cells[0].text))  # a field of a form and its value
        return [1] if name and name <= set(text_terms(question.text)) else []
    labels = set(text_terms(row.label()))
    asked = {term for term in text_terms(question.text) if term not in labels}  # "which country" too
    names = [set(text_terms(row.cells[i].column)) for i in values]
    shared = set.intersection(*names) if len(names) > 1 else set()  # what all are called tells none apart
    fits = {i: len(asked & (set(text_terms(row.cells[i].column)) - shared)) for i in values}
    best = max(fits.values(), default=0)
    lit = [i for i in values if best and fits[i] == best]
    values_lit = [i for i in lit if i] or lit
    if question.kind is AnswerKind.PERSON and not any(_may_name(row.cells[i].text) for i in values_lit):
        return []
    return lit if len(lit) < max(len(values), 2) else []


def _may_name(text: str) -> bool:
    """Whether a text has a letter that may open a name: a capital, or one of a script without capitals."""
    return any(letter.isalpha() and not letter.islower() for letter in text)


def table_of(
    question: Question,
    units: Sequence[Unit],
    numbers: Mapping[Unit, int],
    places: Mapping[Unit, tuple[int, int]],
) -> AnswerTable | None:
    """The told rows of one table as a small table with the cells that answer lit; None without rows.

    `numbers` are the citations of the units, `places` where short answers stand.
    """
    rows = [(unit, unit.row) for unit in units if unit.row is not None and not unit.row.is_header]
    if not rows:
        return None
    same = [(unit, row) for unit, row in rows if row.caption == rows[0][1].caption][:_MOST_ROWS]
    columns, places_of = _columns([row for _, row in same])
    lines: list[tuple[str, ...]] = []
    cited: list[tuple[int, ...]] = []
    lit: list[tuple[int, int]] = []
    for (unit, row), where in zip(same, places_of, strict=True):
        cells = [""] * len(columns)
        for index, cell in zip(where, row.cells, strict=True):
            cells[index] = PATH.join([*row.sections, cell.text]) if index == 0 else cell.text
        lit += [(len(lines), where[i]) for i in lit_cells(question, row, places.get(unit))]
        lines.append(tuple(cells))
        cited.append(tuple(numbers.get(unit, 0) if cell else 0 for cell in cells))
    return AnswerTable(columns, tuple(lines), tuple(lit), tuple(cited))


def _columns(rows: Sequence[Row]) -> tuple[tuple[str, ...], list[list[int]]]:
    """The names of the columns of some rows, and for each row the column of each of its cells.

    Columns go by their names where each is there once in a row, else by their order in the widest row.
    """
    if all(len({cell.column for cell in row.cells}) == len(row.cells) for row in rows):
        names = tuple(dict.fromkeys(cell.column for row in rows for cell in row.cells))
        return names, [[names.index(cell.column) for cell in row.cells] for row in rows]
    widest = max(rows, key=lambda row: len(row.cells))
    names = tuple(cell.column for cell in widest.cells)
    return names, [list(range(len(row.cells))) for row in rows]


def _told_row(row: Row, lit: Collection[int]) -> str:
    """Its label, and the cells that answer, or all where nothing tells one from the others."""
    says_what = any(map(str.isalpha, row.cells[0].text))  # a number or a date needs its name
    if row.names_nothing or not (lit or says_what):
        return row.line
    labels = range(0 if row.labels_next(0) else max(row.labels, 1))
    kept = [i for i in range(len(row.cells)) if i in lit or i in labels or not (lit or row.labels_next(i))]
    label = PATH.join([*row.sections, *(row.cells[i].text for i in kept if i in labels)])
    named = [i for i in kept if i not in labels]
    if not named:
        return row.line
    values = "; ".join(f"{row.cells[i].column}: {row.cells[i].text}".removeprefix(": ") for i in named)
    unit = f" ({row.unit})" if row.unit else ""
    return f"{label} – {values}{unit}".removeprefix(" – ")


def _told_text(text: str) -> str:
    return shown(_BULLET.sub("", text))


def _needs_headings(question: Question, unit: Unit) -> bool:
    if not unit.headings:
        return False
    if not unit.is_closed or len(unit.text.split()) < _FEW_WORDS:
        return True
    own = set(text_terms(unit.reading))
    above = set(text_terms(unit.heading))
    return any(term in above and term not in own for term in question.terms)
