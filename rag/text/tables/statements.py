"""Rows of tables in words: each value with the names that stand above and beside it."""

from __future__ import annotations

from typing import Final

from rag.schema import RowHeader
from rag.text.tables.row_headers import PATH

__all__ = ["row_context", "row_statement"]

_LONGEST_CONTEXT: Final = 400


def row_statement(row: str, header: RowHeader) -> str:
    """A row so that it makes sense alone: `2022 > Operating income: 6,098; 2021 > … (in millions)`.

    Args:
        row: The row as it stands in the document, its cells parted by tabs.
        header: The row's header; `columns` may be shorter than the row.
    """
    cells = [cell.strip() for cell in row.strip("\n").split("\t")]
    if header.is_header or not any(header.columns):
        return PATH.join([*header.sections, " ".join(filter(None, cells))])
    shared, columns = _without_shared(header)
    columns += [""] * (len(cells) - len(columns))
    label = PATH.join(filter(None, [*header.sections, *cells[: header.labels]]))
    values = [
        f"{PATH.join(filter(None, [column, label]))}: {cell}" if column or label else cell
        for cell, column in zip(cells[header.labels :], columns[header.labels :], strict=False)
        if cell
    ]
    if not values:
        return label
    notes = ", ".join(filter(None, (shared, header.unit)))
    return "; ".join(values) + (f" ({notes})" if notes else "")


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
