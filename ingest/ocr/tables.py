"""Headers for the rows of a table in a picture, where its columns are clear."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ingest.ocr.order import Row
from rag.schema import RowHeader
from rag.text.tables import Placed, headers_of_grid, is_form

if TYPE_CHECKING:
    from ingest.loaders.pdf.table_columns import RowCell

__all__ = ["row_headers"]

_LEAST_ROWS: Final = 3
_LINE_HEIGHT: Final = 10.0
"""Lines are measured as if they were so many points high, as columns of PDF pages are."""
_INDENT_STEP: Final = 8.0
"""An engine's left edges shake; steps of an indent are about a line's height."""


def row_headers(rows: Sequence[Row], line_height: float) -> list[RowHeader] | None:
    """A header for each of some rows that follow each other; None where their columns are not clear.

    Clear are two or more columns in which no row has two cells, and over which only names reach.

    Args:
        rows: the rows of a table from top to bottom.
        line_height: the usual height of the picture's lines, in pixels.
    """
    from ingest.loaders.pdf.table_columns import RowCell, columns_of, covered
    from ingest.loaders.pdf.table_names import gathered_names

    if len(rows) < _LEAST_ROWS:
        return None
    points = _LINE_HEIGHT / max(line_height, 1.0)
    cells = [[RowCell(c.text, c.box.left * points, c.box.right * points) for c in row.cells] for row in rows]
    columns = columns_of(cells)
    grid = []
    for row in cells:
        places = [covered(cell, columns) for cell in row]
        taken = [column for place in places for column in place]
        if len(columns) < 2 or len(set(taken)) < len(taken):
            return None
        grid.append([_placed(cell, place) for cell, place in zip(row, places, strict=True)])
    boxes = [[cell.box for cell in row.cells] for row in rows]
    gaps = [
        (min(box.top for box in lower) - max(box.bottom for box in upper)) * points
        for upper, lower in pairwise(boxes)
    ]
    headers = headers_of_grid(grid if is_form(grid) else gathered_names(grid, cells, columns, gaps))
    body = [row for row, header in zip(grid, headers, strict=True) if not header.is_header]
    if any(cell.columns > 1 for row in body for cell in row):
        return None
    return headers if any(name for header in headers for name in header.columns) else None


def _placed(cell: RowCell, columns: range) -> Placed:
    indent = round(cell.left / _INDENT_STEP) * _INDENT_STEP
    return Placed(cell.text, columns.start, len(columns), indent=indent)
