"""Names of columns that are set over several lines or over several columns."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

from ingest.loaders.pdf.table_columns import Column, RowCell
from rag.text.tables import CellKind, Placed, cell_kind, unit_of

__all__ = ["gathered_names"]

_MOST_ROWS: Final = 8
_VALUES: Final = (CellKind.NUMBER, CellKind.PLACEHOLDER, CellKind.MARK)
_LEAST_NEARER: Final = 2.0
_CENTRED: Final = 0.05
_LEAST_OFF: Final = 6.0
"""How far a name that spans columns may stand off their middle: as a share of their width, in points."""


def gathered_names(
    grid: Sequence[Sequence[Placed]],
    extents: Sequence[Sequence[RowCell]],
    columns: Sequence[Column],
    gaps: Sequence[float],
) -> list[list[Placed]]:
    """The grid with the lines of each name joined in its last, and spanning names over all they span.

    `gaps` are the distances from each row to the next, in points.
    """
    rows = [list(row) for row in grid]
    count = _naming_rows(rows, len(columns), gaps)
    for i in range(count - 1):
        rows[i] = [_spanning(cell, extents[i][j], rows, i, count, columns) for j, cell in enumerate(rows[i])]
    for i in range(count - 1):
        for j, cell in enumerate(rows[i]):
            _move_down(rows, i, j, cell)
    return rows


def _naming_rows(rows: Sequence[Sequence[Placed]], width: int, gaps: Sequence[float]) -> int:
    """How many first rows may hold names: none has a value, the last has several cells.

    A row that fills all columns, or all but the first, with one that fills all at the distance of rows below
    it, is the last.
    """
    count = 0
    for i, row in enumerate(rows[:_MOST_ROWS]):
        if any(cell_kind(cell.text) in _VALUES for cell in row):
            break
        if sum(cell.column > 0 for cell in row):
            count = i + 1
        following = rows[i + 1] if i + 1 < len(rows) else ()
        names_all = _is_full(row, width) or [cell.column for cell in row if cell.text] == list(
            range(1, width)
        )
        if names_all and _is_full(following, width) and not _is_tight(i, gaps):
            break
    return count


def _is_full(row: Sequence[Placed], width: int) -> bool:
    return width > 1 and len([cell for cell in row if cell.text]) == width


def _is_tight(i: int, gaps: Sequence[float]) -> bool:
    """Whether the row below stands nearer than rows further down do: both are lines of one row."""
    others = gaps[i + 1 :]
    return bool(others) and gaps[i] < median(others) - _LEAST_NEARER


def _spanning(
    cell: Placed,
    extent: RowCell,
    rows: Sequence[Sequence[Placed]],
    i: int,
    count: int,
    columns: Sequence[Column],
) -> Placed:
    """A name widened to the columns that it stands in the middle of."""
    if unit_of(cell.text) or (cell.column == 0 and cell.columns == 1):
        return cell
    below = sorted(
        {c for row in rows[i + 1 : count] for other in row for c in range(other.column, other.end)} - {0}
    )
    beside = [other for other in rows[i] if other is not cell and other.end > 0 and other.column > 0]
    low = max((other.end for other in beside if other.column < cell.column), default=1)
    high = min((other.column for other in beside if other.column > cell.column), default=len(columns))
    best = cell
    middle = (extent.left + extent.right) / 2
    for first in (c for c in below if low <= c <= cell.column):
        for last in (c for c in below if cell.end - 1 <= c < high):
            left, right = columns[first].left, columns[last].right
            off = abs((left + right) / 2 - middle)
            if last - first + 1 > best.columns and off < max(_CENTRED * (right - left), _LEAST_OFF):
                best = cell._replace(column=first, columns=last - first + 1)
    return best


def _move_down(rows: list[list[Placed]], i: int, j: int, cell: Placed) -> None:
    """Join a line of a name to the line below it in the same column."""
    if cell.columns > 1 or not cell.text or unit_of(cell.text):
        return
    for k, other in enumerate(rows[i + 1]):
        if other.column == cell.column and other.columns == 1 and cell.column > 0 and other.text:
            rows[i + 1][k] = other._replace(text=f"{cell.text} {other.text}")
            rows[i][j] = cell._replace(text="")
            return
