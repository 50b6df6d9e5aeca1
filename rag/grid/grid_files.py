"""A grid as a file: CSV, XLSX with the citations in the cells' notes, JSON lines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from rag.grid.asked_columns import AskedColumn, ColumnType
from rag.grid.filled_cells import Cell
from rag.grid.filling import Row, row_json
from rag.schema import Citation, Verdict, source_name

__all__ = [
    "GRID_FILES",
    "cell_text",
    "cell_value",
    "grid_csv",
    "grid_jsonl",
    "grid_xlsx",
    "harmless",
    "source_of",
]

_BEGINS_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
"""What makes a spreadsheet run a text (OWASP, "CSV injection")."""
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST: Final = 32_000
"""Characters; a cell of a spreadsheet holds 32,767."""
_WIDEST: Final = 48
_NOTE_SIZE: Final = (360, 150)
_NEAR_FILL: Final = "FFF2CC"
_DOCUMENT: Final = "document"


@dataclass(frozen=True)
class _Field:
    """A column of a file: its head, the column that it tells of, and what it tells of a cell."""

    head: str
    column: AskedColumn
    of: Callable[[Cell], Any]
    is_main: bool = False


def grid_csv(columns: Sequence[AskedColumn], rows: Sequence[Row]) -> str:
    """A table with a line a document: each column, for a typed one its text beside it, and where it stands.

    Texts that a spreadsheet would run as formulas get a ' before them.
    """
    fields = [*_fields(columns, rows), *(_Field(f"{c.name}: source", c, source_of) for c in columns)]
    order = {column.name: place for place, column in enumerate(columns)}
    fields.sort(key=lambda field: order[field.column.name])
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([_DOCUMENT, *(harmless(field.head) for field in fields)])
    for row in rows:
        writer.writerow([harmless(row.document.source), *(harmless(_value(row, field)) for field in fields)])
    return file.getvalue()


def grid_jsonl(columns: Sequence[AskedColumn], rows: Sequence[Row]) -> str:
    """A line a document, as the command line writes them."""
    return "".join(json.dumps(row_json(row), ensure_ascii=False) + "\n" for row in rows)


def grid_xlsx(columns: Sequence[AskedColumn], rows: Sequence[Row]) -> bytes:
    """A workbook: numbers and days as such, quote and place of each cell in its note, doubtful ones shaded.

    All texts are texts: nothing in them is run as a formula.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    fields = _fields(columns, rows)
    book = Workbook()
    sheet = book.active
    sheet.title = "Grid"
    for place, head in enumerate([_DOCUMENT, *(field.head for field in fields)], 1):
        _write(sheet.cell(1, place), head)
        sheet.cell(1, place).font = Font(bold=True)
    for number, row in enumerate(rows, 2):
        _write(sheet.cell(number, 1), row.document.source)
        for place, field in enumerate(fields, 2):
            _write(sheet.cell(number, place), _value(row, field))
            if field.is_main and (cell := row.cells.get(field.column.name)) is not None:
                _note(sheet.cell(number, place), cell)
    _arrange(sheet)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


GRID_FILES: Final[dict[str, Callable[[Sequence[AskedColumn], Sequence[Row]], str | bytes]]] = {
    ".csv": grid_csv,
    ".xlsx": grid_xlsx,
    ".jsonl": grid_jsonl,
}
"""What makes a file, by how its name ends."""


def source_of(cell: Cell) -> str:
    """The quotes of a cell with their places, how it stands and how sure it is; why it is empty or failed."""
    quotes = [f"“{' '.join(c.quote.split())}” ({_place(c)})" for c in cell.citations]
    stands = f"{cell.verdict.value}, {cell.confidence:.0%}" if cell.answer else cell.verdict.value
    return "\n".join(filter(None, [*quotes, cell.error or stands, cell.reason]))


def cell_text(cell: Cell) -> str:
    """What a person reads in a cell: its value with the unit where it has one, else its text."""
    value = cell_value(cell)
    if value is None:
        return cell.told
    number = f"{value:,}" if isinstance(value, int | float) else str(value)
    return f"{number} {cell.unit}".strip()


def _place(citation: Citation) -> str:
    told = citation.place.told() if citation.place is not None else ""
    return ", ".join(
        filter(None, [source_name(citation.source), told, f"characters {citation.start}–{citation.end}"])
    )


def _fields(columns: Sequence[AskedColumn], rows: Sequence[Row]) -> list[_Field]:
    return [field for column in columns for field in _of_column(column, rows)]


def _of_column(column: AskedColumn, rows: Sequence[Row]) -> Iterator[_Field]:
    if column.type is ColumnType.TEXT:
        yield _Field(column.name, column, lambda cell: cell.told, is_main=True)
        return
    yield _Field(column.name, column, cell_value, is_main=True)
    if any(row.cells[column.name].unit for row in rows if column.name in row.cells):
        yield _Field(f"{column.name}: unit", column, lambda cell: cell.unit)
    yield _Field(f"{column.name}: text", column, lambda cell: cell.told)


def cell_value(cell: Cell) -> str | float | date | None:
    """The value, whole numbers without a point, days that are told whole as days."""
    value = cell.value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if value is not None and re.fullmatch(r"(?:19|20)\d\d-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value)
        except ValueError:  # 31 June
            return value
    return value


def _value(row: Row, field: _Field) -> Any:
    cell = row.cells.get(field.column.name)
    return None if cell is None else field.of(cell)


def harmless(value: Any) -> Any:
    """A value as a table may hold it: with a ' before a text that a spreadsheet would run as a formula."""
    return f"'{value}" if isinstance(value, str) and _BEGINS_FORMULA.match(value) else value


def _write(place: Any, value: Any) -> None:
    if not isinstance(value, str):
        place.value = value
        if isinstance(value, date):
            place.number_format = "yyyy-mm-dd"
        return
    place.value = _NOT_IN_XML.sub("", value)[:_LONGEST]
    place.data_type = "s"  # openpyxl takes what begins with = for a formula
    place.quotePrefix = _BEGINS_FORMULA.match(value) is not None


def _note(place: Any, cell: Cell) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    width, height = _NOTE_SIZE
    text = _NOT_IN_XML.sub("", source_of(cell))[:_LONGEST]
    place.comment = Comment(text, "Citewell", height=height, width=width)
    if cell.verdict is Verdict.NEAR or cell.error:
        place.fill = PatternFill("solid", fgColor=_NEAR_FILL)


def _arrange(sheet: Any) -> None:
    """Head and documents stay in sight, columns are as wide as what they hold, up to a limit."""
    from openpyxl.styles import Alignment

    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    for column in sheet.columns:
        longest = max(len(str(cell.value)) for cell in column if cell.value is not None)
        sheet.column_dimensions[column[0].column_letter].width = min(max(longest + 2, 10), _WIDEST)
        for cell in column:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
