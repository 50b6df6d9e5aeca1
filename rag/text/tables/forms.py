"""Forms: tables whose cells are labels and values in turn, `Insured | Dora Nilsen | Year | 2019`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rag.schema import RowHeader
from rag.text.tables.cells import CellKind, cell_kind
from rag.text.tables.grid import Placed

__all__ = ["form_headers", "is_form"]

_LONGEST_LABEL: Final = 60
_WIDEST: Final = 6
_MOST_ROWS: Final = 60
_MOSTLY: Final = 0.8
_SOME: Final = 0.15
_FEW: Final = 0.2
_COLONS: Final = (":", "：")


def is_form(rows: Sequence[Sequence[Placed]]) -> bool:
    """Whether a table holds pairs of labels and values, and no names of columns.

    Labels are short, distinct words, or end with a colon, or are marked as names where their values are
    not. In a table with names of columns, the first row has none of the digits that a column's values have.
    """
    filled = [[cell for cell in row if cell.text.strip()] for row in rows]
    pairs = [row for row in filled if len(row) > 1]
    if any(row and row[0].column > 0 for row in filled):
        return False  # names stand over later columns only
    if not pairs or len(pairs) * 2 <= len([row for row in filled if row]) or len(pairs) > _MOST_ROWS:
        return False
    if any(cell.is_header for row in pairs for cell in row):
        return _is_marked(pairs)
    if any(len(row) % 2 or len(row) > _WIDEST for row in pairs):
        return False
    labels = [cell.text.strip() for row in pairs for cell in row[::2]]
    colons = sum(label.endswith(_COLONS) for label in labels)
    if colons * 2 > len(labels):
        return True
    return len(pairs) > 1 and _are_labels(labels) and _are_values(pairs)


def form_headers(rows: Sequence[Sequence[Placed]], base: RowHeader) -> list[RowHeader]:
    """A header for each row of a form: in a row of several pairs each value's column is its label.

    A row of one cell is the title of the rows below it.
    """
    headers: list[RowHeader] = []
    sections: tuple[str, ...] = ()
    for row in rows:
        filled = [i for i, cell in enumerate(row) if cell.text.strip()]
        if len(filled) == 1 and len(row[filled[0]].text) <= _LONGEST_LABEL and row is not rows[-1]:
            sections = (row[filled[0]].text.strip().rstrip("：:"),)
            headers.append(replace(base, columns=("",) * len(row)))
            continue
        columns = [""] * len(row)
        if len(filled) > 2:
            for label, value in zip(filled[::2], filled[1::2], strict=False):
                columns[value] = row[label].text.strip().rstrip(":： ")
        headers.append(replace(base, columns=tuple(columns), sections=sections, labels=int(len(filled) == 2)))
    return headers


def _is_marked(pairs: Sequence[Sequence[Placed]]) -> bool:
    """Whether names are marked in each row before a value, and no row holds names only."""
    return all(
        row[0].is_header
        and not row[1].is_header
        and len(row) % 2 == 0
        and all(cell.is_header is not row[i + 1].is_header for i, cell in enumerate(row[:-1]) if not i % 2)
        for row in pairs
    )


def _are_labels(labels: Sequence[str]) -> bool:
    digits = sum(_has_digit(label) for label in labels)
    return (
        all(cell_kind(label) is CellKind.TEXT and len(label) <= _LONGEST_LABEL for label in labels)
        and digits <= _FEW * len(labels)
        and len(set(labels)) == len(labels)
    )


def _are_values(pairs: Sequence[Sequence[Placed]]) -> bool:
    """Whether what stands beside labels is of several kinds, as the values of one column are not."""
    width = max(map(len, pairs))
    columns = [[row[i].text.strip() for row in pairs if i < len(row)] for i in range(1, width, 2)]
    values = {text for column in columns for text in column}
    if any(cell_kind(text) is CellKind.MARK for text in values):
        return False
    if any(cell.text.strip() in values for row in pairs for cell in row[::2]):
        return False
    has_names = not any(_has_digit(column[0]) for column in columns)
    shares = [sum(map(_has_digit, column[1:])) / max(len(column) - 1, 1) for column in columns]
    if has_names and any(share >= _MOSTLY for share in shares):
        return False
    if width == 2:
        return len(set(columns[0])) >= _MOSTLY * len(columns[0])
    if has_names and any(_repeats(column) for column in columns):
        return False
    return any(share >= _SOME for share in shares)


def _repeats(values: Sequence[str]) -> bool:
    """Whether a value in words comes again, as in a column of few kinds: medium, low, medium."""
    told = [value for value in values if any(map(str.isalpha, value))]
    return len(set(told)) < len(told)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
