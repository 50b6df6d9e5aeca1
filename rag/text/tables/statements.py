"""Rows of tables in words: each value with the names that stand above and beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.schema import RowHeader
from rag.text.tables.cells import tick_of
from rag.text.tables.row_headers import PATH

__all__ = ["row_context", "row_statement"]

_LONGEST_CONTEXT: Final = 400
_NO_MARK: Final = "no (empty)"


def row_statement(row: str, header: RowHeader) -> str:
    """A row so that it makes sense alone: `2022 > Operating income: 6,098; 2021 > … (in millions)`.

    Args:
        row: The row as it stands in the document, its cells parted by tabs.
        header: The row's header; `columns` may be shorter than the row.
    """
    cells = [cell.strip() for cell in row.strip("\n").split("\t")]
    if header.is_header:
        return PATH.join([*header.sections, " ".join(filter(None, cells))])
    shared, columns = _without_shared(header)
    columns += [""] * (len(cells) - len(columns))
    cells += [""] * (len(columns) - len(cells))
    if not any(columns):
        return _unnamed(cells, header)
    label = PATH.join(filter(None, [*header.sections, *cells[: header.labels]]))
    by_mark = _is_told_by_marks(cells[header.labels :])
    values = []
    for i in range(header.labels, len(cells)):
        cell, column = cells[i], columns[i]
        is_label = not column and i + 1 < len(cells) and cell.rstrip(":： ") == columns[i + 1] != ""
        if not cell and by_mark and column:
            cell = _NO_MARK
        if cell and not is_label:
            name = PATH.join(filter(None, [column, label]))
            values.append(f"{name}: {_told(cell)}" if name else _told(cell))
    if not values:
        return label
    notes = ", ".join(filter(None, (shared, header.unit)))
    return "; ".join(values) + (f" ({notes})" if notes else "")


def _unnamed(cells: Sequence[str], header: RowHeader) -> str:
    """A row whose columns have no names: its label before its values, a box behind its label."""
    filled = [cell for cell in cells if cell]
    count = header.labels
    if len(filled) == 2 and tick_of(filled[0]) is not None and filled[0] not in "xX":
        filled.reverse()
        count = 1
    labels = " ".join(filled[: max(count, 1)]).rstrip(":： ")
    values = "; ".join(map(_told, filled[max(count, 1) :]))
    row = f"{labels}: {values}" if values and count else " ".join(filled)
    return PATH.join([*header.sections, row])


def _told(cell: str) -> str:
    """A cell that is a mark with what it says."""
    tick = tick_of(cell)
    return cell if tick is None else f"{cell} ({'yes' if tick else 'no'})"


def _is_told_by_marks(values: Sequence[str]) -> bool:
    """Whether a row's values are ticks alone, so that an empty cell says no."""
    filled = [value for value in values if value]
    return bool(filled) and all(tick_of(value) for value in filled)


def _without_shared(header: RowHeader) -> tuple[str, list[str]]:
    """The names that stand above all values that have two levels or more, and the paths without them."""
    paths = [column.split(PATH) if column else [] for column in header.columns]
    named = [path for path in paths[header.labels :] if path]
    shared: list[str] = []
    while len(named) > 1 and all(len(path) > 1 and path[0] == named[0][0] for path in named):
        shared.append(named[0][0])
        for path in named:
            del path[0]
    return PATH.join(shared).rstrip(" ,:"), [PATH.join(path) for path in paths]


def row_context(header: RowHeader, sections: bool = True) -> str:
    """What stands above a row, a line each: caption, unit, names of columns, sections where wanted."""
    shared, columns = _without_shared(header)
    names = " | ".join(name for name in dict.fromkeys(columns) if name)
    groups = PATH.join(header.sections) if sections else ""
    parts = [header.caption, header.unit, shared, names, groups]
    context = "\n".join(dict.fromkeys(filter(None, parts)))
    return context if len(context) <= _LONGEST_CONTEXT else context[: _LONGEST_CONTEXT - 1].rstrip() + "…"
