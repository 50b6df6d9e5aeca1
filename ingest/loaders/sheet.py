"""Sheets of a workbook as text: tables parted by empty rows, lone texts beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from ingest.loaders.document_builder import DocumentBuilder
from rag.schema import BlockKind
from rag.text.tables import CellKind, TableCell, cell_kind

__all__ = ["MergedCells", "Origin", "SheetRow", "place_told", "write_sheet", "write_tables"]

Origin = tuple[Sequence[int], Sequence[int]]
"""Where rows and columns stood before hidden ones were taken out, by their numbers now; all from 0."""
MergedCells = dict[tuple[int, int], tuple[int, int]]
"""Width and height in cells of each merged cell, by its row and column from 0."""
SheetRow = tuple[int, list[tuple[int, str]]]
"""A row's number and its filled cells with their columns, all from 0."""

_WIDEST: Final = 1_000
_EMPTY_ROWS: Final = 2
"""So many rows from one to the next mean that an empty one lies between."""
_EMPTY_COLUMNS: Final = 2
_MOST_NAMING_ROWS: Final = 4


def write_sheet(
    name: str,
    rows: Sequence[SheetRow],
    merged: Mapping[tuple[int, int], tuple[int, int]],
    builder: DocumentBuilder,
    origin: Origin = ((), ()),
) -> None:
    """Write a sheet as the page that is being written: its name as a heading, then its tables.

    Args:
        name: The sheet's name, also the page's label.
        rows: Rows that hold something, in order.
        merged: The merged cells.
        builder: Takes the blocks.
        origin: Where rows and columns stood, if some were taken out.
    """
    builder.page_details(name)
    if not rows:
        return
    builder.block(name, BlockKind.HEADING, 2)
    write_tables(rows, merged, builder, origin)


def write_tables(
    rows: Sequence[SheetRow],
    merged: Mapping[tuple[int, int], tuple[int, int]],
    builder: DocumentBuilder,
    origin: Origin = ((), ()),
) -> None:
    """Write rows as tables parted by empty rows; lone texts above a table are paragraphs and its caption."""
    for table in (t for band in _bands(rows) for t in _with_their_names(list(_tables(band)))):
        caption = ""
        while table and len(table[0][1]) == 1 and len(table) > 1 and not _is_group(table):
            caption = table[0][1][0][1]
            builder.block(caption)
            table = table[1:]
        if len(table) == 1 and len(table[0][1]) == 1:
            builder.block(table[0][1][0][1])
        elif table:
            grid = list(_grid(table, merged))
            places = [
                (_origin(number, origin[0]) + 1, [_letters(_origin(column, origin[1])) for column, _ in row])
                for (number, _), row in zip(table, grid, strict=True)
            ]
            builder.table([[cell for _, cell in row] for row in grid], caption, places=places)


def _origin(number: int, origin: Sequence[int]) -> int:
    return origin[number] if number < len(origin) else number


def _letters(column: int) -> str:
    """The name of a column by its number from 0: A to Z, AA, AB and so on."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def _is_group(table: Sequence[SheetRow]) -> bool:
    """Whether a lone first text stands over later columns only, as a name that spans columns does."""
    column = table[0][1][0][0]
    return column > 0 and column > min(cells[0][0] for _, cells in table[1:])


def place_told(place: tuple[int, int], rows: Sequence[SheetRow]) -> str:
    """Where a cell's note belongs, with the first text of its row and its own: `B2 (Bolt, 40)`."""
    number, column = place
    cells = dict(rows).get(number, [])
    texts = [text for place_in_row, text in cells[:1] if place_in_row != column]
    texts += [text for place_in_row, text in cells if place_in_row == column]
    beside = f" ({', '.join(texts)})" if texts else ""
    return f"{_letters(column)}{number + 1}{beside}"


def _bands(rows: Sequence[SheetRow]) -> Iterator[list[SheetRow]]:
    """Tables that stand side by side: between them at least two columns are empty on the whole sheet."""
    used = sorted({column for _, cells in rows for column, _ in cells})
    starts = [used[0], *(b for a, b in pairwise(used) if b - a > _EMPTY_COLUMNS)]
    for start, end in pairwise([*starts, used[-1] + 1]):
        cut = ((number, [c for c in cells if start <= c[0] < end]) for number, cells in rows)
        yield [(number, cells) for number, cells in cut if cells]


def _tables(rows: Sequence[SheetRow]) -> Iterator[list[SheetRow]]:
    """Runs of rows without an empty row between them."""
    table = [rows[0]]
    for above, below in pairwise(rows):
        if below[0] - above[0] >= _EMPTY_ROWS:
            yield table
            table = []
        table.append(below)
    yield table


def _with_their_names(tables: Sequence[list[SheetRow]]) -> Iterator[list[SheetRow]]:
    """Tables with the rows of names that an empty row parts from them."""
    names: list[SheetRow] = []
    for table in tables:
        if names and names[-1][0] + _EMPTY_ROWS == table[0][0] and _has_value(table[0]):
            table = [*names, *table]
        elif names:
            yield names
        names = []
        if len(table) <= _MOST_NAMING_ROWS and len(table[-1][1]) > 1 and not any(map(_has_value, table)):
            names = table
        else:
            yield table
    if names:
        yield names


def _has_value(row: SheetRow) -> bool:
    """Whether a row holds a number or a mark; a year may be a name."""
    kinds = {cell_kind(text) for column, text in row[1]}
    return not kinds <= {CellKind.TEXT, CellKind.YEAR, CellKind.EMPTY}


def _grid(
    table: Sequence[SheetRow], merged: Mapping[tuple[int, int], tuple[int, int]]
) -> Iterator[list[tuple[int, TableCell]]]:
    """The cells of a table with their columns, from the first on; what a merged cell covers is left out."""
    first = min(cells[0][0] for _, cells in table)
    covered: set[tuple[int, int]] = set()
    last_row = table[-1][0]
    for number, cells in table:
        filled = dict(cells)
        row = []
        for column in range(first, min(max(filled) + 1, first + _WIDEST)):
            if (number, column) in covered:
                continue
            width, height = merged.get((number, column), (1, 1))
            width, height = min(width, _WIDEST), min(height, last_row - number + 1)
            covered.update((number + y, column + x) for y in range(height) for x in range(width) if x or y)
            row.append((column, TableCell(filled.get(column, ""), width, height)))
        yield row
