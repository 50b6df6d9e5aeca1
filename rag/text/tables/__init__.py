"""Tables as text: rows parted by newlines, cells by tabs, and for each row the names that it needs."""

from rag.text.tables.cells import CellKind, cell_kind, joined_cells, tick_of, unit_of
from rag.text.tables.forms import is_form
from rag.text.tables.grid import Placed, TableCell, placed_rows
from rag.text.tables.header_rows import read_head
from rag.text.tables.row_headers import PATH, headers_of_grid, is_total, row_headers
from rag.text.tables.statements import row_context, row_statement

__all__ = [
    "PATH",
    "CellKind",
    "Placed",
    "TableCell",
    "cell_kind",
    "headers_of_grid",
    "is_form",
    "is_total",
    "joined_cells",
    "placed_rows",
    "read_head",
    "row_context",
    "row_headers",
    "row_statement",
    "tick_of",
    "unit_of",
]
