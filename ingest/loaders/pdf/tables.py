"""The tables of a page: runs of rows, with the lines above them that name their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, takewhile
from typing import Final

from ingest.loaders.boxes import has_box
from ingest.loaders.pdf.elements import SENTENCE_END, PageBlock
from ingest.loaders.pdf.lines import PageLines
from ingest.loaders.pdf.style import DocumentStyle
from ingest.loaders.pdf.table_columns import (
    Column,
    OpenTable,
    RowCell,
    columns_of,
    covered,
    is_continuation_note,
    row_cells,
)
from ingest.loaders.pdf.table_names import gathered_names
from rag.schema import BlockKind, RowHeader
from rag.text.tables import CellKind, Placed, cell_kind, headers_of_grid, is_form, read_head, unit_of

__all__ = ["PageTable", "name_rows", "page_tables"]

_VALUES: Final = (CellKind.NUMBER, CellKind.PLACEHOLDER, CellKind.MARK)
_MOST_ABOVE: Final = 4
_LONGEST_ABOVE: Final = 120
_ROW_GAP: Final = 3.0
"""Rows of one table stand at most so many font sizes apart."""
_TALL_ROW_GAP: Final = 8.0
"""Rows with room above and below their text stand so far apart, where at least three cells are alike."""
_FEWEST_ALIKE: Final = 3
_NAME_GAP: Final = 1.6
"""A line of a name that comes after its row in the content stands at most so far above it."""
_ABOVE_GAP: Final = 2.2
_OTHER_TABLE: Final = 1.6
"""How many times wider the gap between two tables is than that between rows."""


@dataclass(frozen=True, slots=True)
class PageTable:
    """Rows of a table with their cells, the columns, and the short lines right above that may name them.

    `above` lines come first in `cells`.
    """

    above: tuple[PageBlock, ...]
    rows: tuple[PageBlock, ...]
    cells: tuple[tuple[RowCell, ...], ...]
    columns: tuple[Column, ...]

    def grid(self) -> list[list[Placed]]:
        """The cells in their columns, row by row; the lines of a name are joined in its last."""
        blocks = (*self.above, *self.rows)
        grid = [[_placed(cell, self.columns) for cell in row] for row in self.cells]
        if is_form(grid):
            return grid
        gaps = [lower.top - upper.bottom for upper, lower in pairwise(blocks)]
        names = gathered_names(grid, self.cells, self.columns, gaps)
        return _with_marked_names(names, blocks, len(self.above))


def name_rows(
    page: PageLines, blocks: Sequence[PageBlock], style: DocumentStyle, before: OpenTable | None = None
) -> OpenTable | None:
    """Give each row of each table its header; lines above that name columns become rows.

    `before` is the table that the page before ends with: rows without names at the top of this page may
    belong to it. Returns the table that this page ends with, None if it ends with something else.
    """
    body = [block for block in blocks if block.kind not in (BlockKind.HEADER, BlockKind.FOOTER)]
    last: OpenTable | None = None
    for table in page_tables(page, blocks, style):
        last = _named(table)
        if before is not None and not last.names and _is_first(page, body, table):
            last = _continued(table, before) or last
        if table.rows[-1] is not body[-1]:
            last = None
        before = None
    for block in body:
        if block.is_row and block.header is None:
            block.header = _lone_header(page, block)
    return last


def _lone_header(page: PageLines, block: PageBlock) -> RowHeader | None:
    """The header of a row that stands alone: a label and its value, if it has two cells."""
    cells = row_cells(page, block)
    is_pair = len(cells) == 2 and cell_kind(cells[0].text) is CellKind.TEXT
    return RowHeader(columns=("", "")) if is_pair else None


def _named(table: PageTable) -> OpenTable:
    """Give the rows of a table the names that stand above them on their page."""
    grid = table.grid()
    unit = next(filter(None, (unit_of(row[0].text) for row in table.cells[: len(table.above)])), "")
    headers = headers_of_grid(grid, unit=unit)
    for block, header, row in zip((*table.above, *table.rows), headers, grid, strict=True):
        if not block.is_row and header.is_header and any(cell.column > 0 for cell in row):
            block.kind = BlockKind.TABLE_ROW
        if block.is_row:
            block.header = header
    is_named = any(name for header in headers for name in header.columns)
    names = sum(1 for _ in takewhile(lambda header: header.is_header, headers)) if is_named else 0
    return OpenTable(tuple(map(tuple, grid)), names, table.columns, unit)


def _continued(table: PageTable, before: OpenTable) -> OpenTable | None:
    """Give the rows of a table the names of the one before, if they stand in its columns."""
    if not before.names:
        return None
    placed = before.placed(table.cells[len(table.above) :], table.columns)
    if placed is None:
        return None
    headers = headers_of_grid([*before.grid, *placed], unit=before.unit)
    for block, header in zip(table.rows, headers[-len(placed) :], strict=True):
        block.header = header
    return before.extended(placed)


def _is_first(page: PageLines, body: Sequence[PageBlock], table: PageTable) -> bool:
    """Whether nothing stands above a table on its page but what says that it goes on."""
    above = takewhile(lambda block: block is not table.rows[0], body)
    return all(is_continuation_note(_text(page, block)) for block in above)


def page_tables(page: PageLines, blocks: Sequence[PageBlock], style: DocumentStyle) -> list[PageTable]:
    """The tables of a page in the order of their rows."""
    _take_names_beside(page, blocks)
    tables: list[PageTable] = []
    start = 0
    while start < len(blocks):
        end = start
        while (
            end < len(blocks)
            and blocks[end].is_row
            and not blocks[end].is_fields
            and (end == start or _goes_on(page, blocks[end - 1], blocks[end]))
        ):
            end += 1
        for first, last in pairwise([start, *_cuts(page, blocks, start, end), end]):
            if last - first > 1:
                tables.append(_table(page, _above(page, blocks, first, style), blocks[first:last]))
        start = max(end, start + 1)
    return [table for table in tables if len(table.columns) > 1]


def _cuts(page: PageLines, blocks: Sequence[PageBlock], start: int, end: int) -> list[int]:
    """Where one table ends and another begins: a wide gap, and below it more cells, all of them words."""
    gaps = {i: blocks[i].top - blocks[i - 1].bottom for i in range(start + 1, end)}
    return [
        i
        for i, gap in gaps.items()
        if gap > _OTHER_TABLE * max(gaps.get(i - 1, 0.0), gaps.get(i + 1, 0.0)) + 2.0
        and gap > blocks[i].lines[0].size
        and i + 1 < end
        and _may_begin(row_cells(page, blocks[i]), row_cells(page, blocks[i - 1]))
    ]


def _may_begin(row: Sequence[RowCell], above: Sequence[RowCell]) -> bool:
    return len(row) > len(above) and all(cell_kind(cell.text) is CellKind.TEXT for cell in row)


def _take_names_beside(page: PageLines, blocks: Sequence[PageBlock]) -> None:
    """Make rows of the lines of a name that stands beside a row but comes after it in the content."""
    for i, row in enumerate(blocks):
        if not row.is_row:
            continue
        near = blocks[i + 1 : i + 1 + _MOST_ABOVE]
        names = list(takewhile(partial(_is_name_beside, page, row), near))
        following = blocks[i + 1 + len(names)] if i + 1 + len(names) < len(blocks) else None
        if names and following is not None and following.is_row and _follows(row, following):
            for name in names:
                name.kind = BlockKind.TABLE_ROW


def _is_name_beside(page: PageLines, row: PageBlock, block: PageBlock) -> bool:
    size = row.lines[0].size
    return (
        block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
        and block.left > row.left + size
        and row.top - _ROW_GAP * size < block.top < row.bottom
        and block.bottom < row.bottom + size
        and len(_text(page, block)) <= _LONGEST_ABOVE
    )


def _follows(upper: PageBlock, lower: PageBlock) -> bool:
    size = max(upper.lines[0].size, lower.lines[0].size)
    return upper.top - _NAME_GAP * size < lower.top < upper.bottom + _ROW_GAP * size


def _goes_on(page: PageLines, upper: PageBlock, lower: PageBlock) -> bool:
    """Whether a row belongs to the table of the row before: near, or with cells below its own."""
    if _follows(upper, lower):
        return True
    cells, below = row_cells(page, upper), row_cells(page, lower)
    alike = len(cells) == len(below) >= _FEWEST_ALIKE and all(
        min(one.right, other.right) > max(one.left, other.left)
        for one, other in zip(cells, below, strict=True)
    )
    size = max(upper.lines[0].size, lower.lines[0].size)
    return alike and upper.top < lower.top < upper.bottom + _TALL_ROW_GAP * size


def _above(
    page: PageLines, blocks: Sequence[PageBlock], first: int, style: DocumentStyle
) -> tuple[PageBlock, ...]:
    """Short lines directly above a table: units, and names that span its columns."""
    found: list[PageBlock] = []
    below = blocks[first]
    for block in reversed(blocks[max(first - _MOST_ABOVE, 0) : first]):
        gap = below.top - block.bottom
        text = _text(page, block)
        if (
            block.kind is not BlockKind.PARAGRAPH
            or not -0.5 * block.lines[0].size <= gap < _ABOVE_GAP * block.lines[0].size
            or len(text) > _LONGEST_ABOVE
            or has_box(text)
            or (SENTENCE_END.search(text) and not unit_of(text))
            or block.lines[0].size >= style.heading_size
        ):
            break
        found.insert(0, block)
        below = block
    return tuple(found)


def _table(page: PageLines, above: Sequence[PageBlock], rows: Sequence[PageBlock]) -> PageTable:
    lines = [tuple(row_cells(page, block)) for block in (*above, *rows)]
    columns = columns_of(lines[len(above) :])
    return PageTable(tuple(above), tuple(rows), tuple(lines), tuple(columns))


def _placed(cell: RowCell, columns: Sequence[Column]) -> Placed:
    places = covered(cell, columns)
    return Placed(cell.text, places.start, len(places), indent=cell.left)


def _with_marked_names(
    grid: list[list[Placed]], blocks: Sequence[PageBlock], above: int
) -> list[list[Placed]]:
    """The grid with its first rows marked as names, if only bold type tells them from the others."""
    if read_head(grid).rows:
        return grid
    bold = [all(line.font.bold for line in block.lines) for block in blocks]
    count = 0
    for row, is_bold in zip(grid[above:], bold[above:], strict=True):
        filled = [cell for cell in row if cell.text]
        if not is_bold or len(filled) < 2 or any(cell_kind(cell.text) in _VALUES for cell in filled):
            break
        count += 1
    if not count or sum(bold[above:]) * 2 > len(grid) - above:
        return grid
    names = [[cell._replace(is_header=True) for cell in row] for row in grid[: above + count]]
    return [*names, *grid[above + count :]]


def _text(page: PageLines, block: PageBlock) -> str:
    return " ".join(cell.text for cell in row_cells(page, block))
