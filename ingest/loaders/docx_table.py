"""The cells of a Word table: a cell over several columns or rows once, where it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ingest.loaders.docx_xml import NoteMarks, W, element_text
from rag.text.tables import TableCell

__all__ = ["inner_tables", "is_frame", "own_rows", "table_rows"]

_LONG: int = 300


def own_rows(table: Any) -> list[Any]:
    """The rows of a table without those of tables in its cells."""
    return [row for row in table.iter(W + "tr") if next(row.iterancestors(W + "tbl")) is table]


def inner_tables(table: Any) -> list[Any]:
    """The tables that stand in the cells of a table."""
    return [inner for inner in table.iter(W + "tbl") if next(inner.iterancestors(W + "tbl"), None) is table]


def is_frame(rows: Sequence[Any]) -> bool:
    """Whether a table is there for its lines only: it has one cell a row, and long text."""
    cells = [list(_cells(row)) for row in rows]
    return all(len(row) == 1 for row in cells) and (
        len(cells) == 1 or any(len(element_text(cell)) > _LONG for row in cells for cell in row)
    )


def table_rows(rows: Sequence[Any], marks: NoteMarks | None = None) -> list[list[TableCell]]:
    """The cells of `w:tr` elements; those that only go on with a cell above make that one taller."""
    placed: list[list[TableCell]] = []
    origins: dict[int, tuple[int, int]] = {}  # column -> row and place in it of the cell that reaches down
    for number, row in enumerate(rows):
        line = [TableCell("")] * _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
        column = len(line)
        for cell in _cells(row):
            width = _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1)
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and merge.get(W + "val") != "restart" and column in origins:
                above, place = origins[column]
                origin = placed[above][place]
                placed[above][place] = origin._replace(rows=number - above + 1)
            else:
                origins[column] = (number, len(line))
                line.append(TableCell(_cell_text(cell, marks), width))
            column += width
        placed.append(line)
    return placed


def _cells(row: Any) -> Iterator[Any]:
    return (cell for cell in row.iter(W + "tc") if next(cell.iterancestors(W + "tr")) is row)


def _number(element: Any, default: int) -> int:
    value = "" if element is None else str(element.get(W + "val") or "")
    return int(value) if value.isdecimal() else default


def _cell_text(cell: Any, marks: NoteMarks | None) -> str:
    """The text of a cell; a content control may hold the whole cell. Tables in it are not its text."""
    own = (paragraph for paragraph in cell.iter(W + "p") if next(paragraph.iterancestors(W + "tc")) is cell)
    control = next(cell.iterancestors(W + "sdt"), None)
    if control is not None and next(control.iterancestors(W + "tr"), None) is next(
        cell.iterancestors(W + "tr")
    ):
        return " ".join(element_text(control, marks).split())
    texts = (_paragraph_text(paragraph, cell, marks) for paragraph in own)
    return " ".join(text for text in texts if text)


def _paragraph_text(paragraph: Any, cell: Any, marks: NoteMarks | None) -> str:
    """The text of a paragraph, or of the content control around it, which knows of boxes."""
    parent = paragraph.getparent()
    control = parent.getparent() if parent.tag == W + "sdtContent" else None
    if control is not None and cell in control.iterancestors():
        return element_text(control, marks).strip() if parent[0] is paragraph else ""
    return element_text(paragraph, marks).strip()
