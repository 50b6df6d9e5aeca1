"""The columns of a table, found from where its cells stand, and the cells put into them.

Rows at the top of a page may stand under the names of the page before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, NamedTuple

from ingest.loaders.pdf.elements import PageBlock, Piece
from ingest.loaders.pdf.glyphs import HYPHEN
from ingest.loaders.pdf.lines import PageLines
from rag.text.tables import CellKind, Placed, cell_kind, unit_of

__all__ = [
    "Column",
    "OpenTable",
    "RowCell",
    "columns_of",
    "covered",
    "is_continuation_note",
    "row_cells",
    "stands_in",
]

_OVERLAP: Final = 0.2
"""Share of the narrower one that a cell and a column share at least."""
_UPRIGHT: Final = 1.0
_SPACES: Final = re.compile(r"\s+")
_CONTINUED: Final = re.compile(
    r"\bcont(?:inued|inuation|['’]d|\.)|[（(][续續][)）]|(?:[续續]表|接上[页頁])", re.I
)
_SAME_MARGIN: Final = 6.0
_WIDEST_MARGIN: Final = 72.0
"""Points between the margins of two pages: below the first they are the same, above the second others."""
_MOST_ROWS: Final = 400
"""So many rows are carried from page to page at most, beside those that name columns."""


class RowCell(NamedTuple):
    """A cell of a row: its text and its sides in points, in the reading frame."""

    text: str
    left: float
    right: float


class Column(NamedTuple):
    """Where the cells of a column stand."""

    left: float
    right: float


def row_cells(page: PageLines, block: PageBlock) -> list[RowCell]:
    """The cells of a row as its pieces are parted by tabs."""
    cells: list[list[Piece]] = []
    for piece in block.pieces:
        if piece.glue == "\t" or not cells:
            cells.append([])
        cells[-1].append(piece)
    return [_cell(page, block, pieces) for pieces in cells]


def _cell(page: PageLines, block: PageBlock, pieces: Sequence[Piece]) -> RowCell:
    sides = [_sides(page, block, piece) for piece in pieces]
    glued = [piece.glue if i else "" for i, piece in enumerate(pieces)]
    text = "".join(
        glue + page.text[piece.start : piece.end] for glue, piece in zip(glued, pieces, strict=True)
    )
    text = _SPACES.sub(" ", text.replace(HYPHEN + " ", "").replace(HYPHEN, "-")).strip()
    return RowCell(text, min(left for left, _ in sides), max(right for _, right in sides))


def _sides(page: PageLines, block: PageBlock, piece: Piece) -> tuple[float, float]:
    """Left and right of a piece; on a turned page by its share of the cell's characters."""
    for line in block.lines:
        for cell in line.cells:
            if cell.start <= piece.start < cell.end:
                left, right = float(page.boxes[piece.start, 0]), float(page.boxes[piece.end - 1, 2])
                if abs(float(page.boxes[cell.start, 0]) - cell.left) < _UPRIGHT:
                    return left, right
                width = (cell.right - cell.left) / (cell.end - cell.start)
                return cell.left + (piece.start - cell.start) * width, cell.left + (
                    piece.end - cell.start
                ) * width
    return block.left, block.right


def columns_of(rows: Sequence[Sequence[RowCell]]) -> list[Column]:
    """The columns of some rows, from left to right.

    Numbers go first, then the narrower cells: a cell over several columns joins none of them. Marks for
    no value stand anywhere in their column and make none.
    """
    cells = [cell for row in rows if len(row) > 1 for cell in row]
    kinds = {cell: cell_kind(cell.text) for cell in cells}
    cells.sort(key=lambda cell: (kinds[cell] is CellKind.TEXT, cell.right - cell.left))
    columns: list[Column] = []
    for cell in cells:
        if kinds[cell] is CellKind.PLACEHOLDER:
            continue
        touched = [i for i, column in enumerate(columns) if stands_in(cell, column)]
        if not touched:
            columns.append(Column(cell.left, cell.right))
        elif len(touched) > 1 and kinds[cell] is CellKind.NUMBER:
            # one number stands in one column: what is under it was narrow cells aligned otherwise
            parts = [columns[i] for i in touched]
            columns = [column for i, column in enumerate(columns) if i not in touched]
            left = min(cell.left, *(part.left for part in parts))
            columns.append(Column(left, max(cell.right, *(part.right for part in parts))))
        elif len(touched) == 1:
            column = columns[touched[0]]
            wider = Column(min(column.left, cell.left), max(column.right, cell.right))
            others = (other for i, other in enumerate(columns) if i != touched[0])
            if not any(wider.left < other.right and other.left < wider.right for other in others):
                columns[touched[0]] = wider
    return sorted(columns)


def covered(cell: RowCell, columns: Sequence[Column]) -> range:
    """The places of the columns that a cell stands over; of the nearest one where it stands over none."""
    touched = [i for i, column in enumerate(columns) if stands_in(cell, column)]
    if not touched:
        middle = (cell.left + cell.right) / 2
        nearest = min(range(len(columns)), key=lambda i: _distance(middle, columns[i]), default=0)
        return range(nearest, nearest + 1)
    return range(touched[0], touched[-1] + 1)


def stands_in(cell: RowCell, column: Column) -> bool:
    """Whether a cell shares enough of its width with a column to belong to it."""
    if cell.right <= column.left or column.right <= cell.left:
        return False  # most do; what follows takes time
    shared = min(cell.right, column.right) - max(cell.left, column.left)
    if shared <= 0:
        return False
    narrower = min(cell.right - cell.left, column.right - column.left)
    return shared > _OVERLAP * narrower


def _distance(x: float, column: Column) -> float:
    return max(column.left - x, x - column.right, 0.0)


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
