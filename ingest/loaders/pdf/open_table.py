"""Tables that go on over pages: rows at the top of a page stand under the names of the page before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from ingest.loaders.pdf.table_columns import Column, RowCell, covered, stands_in
from rag.text.tables import Placed, unit_of

__all__ = ["OpenTable", "is_continuation_note"]

_CONTINUED: Final = re.compile(
    r"\bcont(?:inued|inuation|['’]d|\.)|[（(][续續][)）]|(?:[续續]表|接上[页頁])", re.I
)
_SAME_MARGIN: Final = 6.0
_WIDEST_MARGIN: Final = 72.0
"""Points between the margins of two pages: below the first they are the same, above the second others."""
_MOST_ROWS: Final = 400
"""So many rows are carried from page to page at most, beside those that name columns."""


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table that the page ends with, from its first row on, though that is pages before.

    The first `names` rows of `grid` name its columns.
    """

    grid: tuple[tuple[Placed, ...], ...]
    names: int
    columns: tuple[Column, ...]
    unit: str

    def placed(
        self, rows: Sequence[Sequence[RowCell]], columns: Sequence[Column]
    ) -> list[tuple[Placed, ...]] | None:
        """Rows in the columns of this table; None where theirs are others.

        The pages of a bound document may have their margins on different sides.
        """
        for shift in (0.0, self.columns[0].left - columns[0].left):
            places = [self._place(column, shift) for column in columns]
            if places[0] != 0 or None in places or len(set(places)) < len(places):
                continue
            if not shift or (len(places) == len(self.columns) and abs(shift) <= _WIDEST_MARGIN):
                shift += self._off(columns, places, shift)
                return [tuple(self._cell(cell, shift) for cell in row) for row in rows]
        return None

    def extended(self, rows: Sequence[tuple[Placed, ...]]) -> OpenTable:
        """The table with the rows of another page."""
        body = (*self.grid[self.names :], *rows)[-_MOST_ROWS:]
        return OpenTable((*self.grid[: self.names], *body), self.names, self.columns, self.unit)

    def _place(self, column: Column, shift: float) -> int | None:
        """Which one of the columns stands where another page's does; None where not exactly one does."""
        moved = RowCell("", column.left + shift, column.right + shift)
        found = [i for i, own in enumerate(self.columns) if stands_in(moved, own)]
        return found[0] if len(found) == 1 else None

    def _off(self, columns: Sequence[Column], places: Sequence[int | None], shift: float) -> float:
        """How far the values still stand from their columns; those of one column end alike."""
        pairs = [(column, self.columns[i]) for column, i in zip(columns, places, strict=True) if i]
        off = median(own.right - column.right for column, own in pairs) - shift
        return off if abs(off) > _SAME_MARGIN else 0.0

    def _cell(self, cell: RowCell, shift: float) -> Placed:
        moved = RowCell(cell.text, cell.left + shift, cell.right + shift)
        places = covered(moved, self.columns)
        return Placed(cell.text, places.start, len(places), indent=moved.left)


def is_continuation_note(text: str) -> bool:
    """Whether a line above rows says only that a table goes on, or what its numbers are counted in."""
    return bool(_CONTINUED.search(text) or unit_of(text))
