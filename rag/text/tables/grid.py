"""The cells of a table in their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Placed", "TableCell", "placed_rows"]


class TableCell(NamedTuple):
    """A cell as formats write it: text, columns and rows that it covers, whether it is marked a name."""

    text: str
    columns: int = 1
    rows: int = 1
    is_header: bool = False


class Placed(NamedTuple):
    """A cell in its place; `indent` (any unit, growing to the right) ranks labels of rows."""

    text: str
    column: int
    columns: int = 1
    rows: int = 1
    is_header: bool = False
    indent: float = 0.0

    @property
    def end(self) -> int:
        """The column after its last."""
        return self.column + self.columns


def placed_rows(rows: Sequence[Sequence[TableCell | str]]) -> list[list[Placed]]:
    """Put cells into columns: each starts where the one before and those that reach down leave room."""
    reaching: dict[int, int] = {}  # column -> rows that a cell above still covers
    placed: list[list[Placed]] = []
    for row in rows:
        column = 0
        line: list[Placed] = []
        covered = reaching
        reaching = {c: left - 1 for c, left in covered.items() if left > 1}
        for given in row:
            cell = given if isinstance(given, TableCell) else TableCell(given)
            while covered.get(column, 0) > 0:
                column += 1
            columns, down = max(cell.columns, 1), max(cell.rows, 1)
            line.append(Placed(cell.text, column, columns, down, cell.is_header))
            if down > 1:
                reaching.update(dict.fromkeys(range(column, column + columns), down - 1))
            column += columns
        placed.append(line)
    return placed
