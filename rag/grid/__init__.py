"""Grids: many documents asked the same questions, a cell for each, kept as they are filled."""

from rag.grid.asked_columns import AskedColumn, ColumnType, columns_of, read_columns
from rag.grid.filled_cells import Cell
from rag.grid.filling import Grid, Progress, Row, row_json
from rag.grid.grid_files import (
    GRID_FILES,
    cell_text,
    cell_value,
    grid_csv,
    grid_jsonl,
    grid_xlsx,
    harmless,
    source_of,
)

__all__ = [
    "GRID_FILES",
    "AskedColumn",
    "Cell",
    "ColumnType",
    "Grid",
    "Progress",
    "Row",
    "cell_text",
    "cell_value",
    "columns_of",
    "grid_csv",
    "grid_jsonl",
    "grid_xlsx",
    "harmless",
    "read_columns",
    "row_json",
    "source_of",
]
