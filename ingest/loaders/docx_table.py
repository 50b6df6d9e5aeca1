"""The cells of a Word table: a cell over several columns or rows once, where it starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingest.loaders.docx_xml import W, element_text
from rag.text.tables import TableCell

__all__ = ["table_rows"]


def table_rows(rows: Sequence[Any]) -> list[list[TableCell]]:
    """The cells of `w:tr` elements; those that only go on with a cell above make that one taller."""
    placed: list[list[TableCell]] = []
    origins: dict[int, tuple[int, int]] = {}  # column -> row and place in it of the cell that reaches down
    for number, row in enumerate(rows):
        line = [TableCell("")] * _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
        column = len(line)
        for cell in row.iter(W + "tc"):
            if next(cell.iterancestors(W + "tr")) is not row:
                continue
            width = _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1)
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is not None and merge.get(W + "val") != "restart" and column in origins:
                above, place = origins[column]
                origin = placed[above][place]
                placed[above][place] = origin._replace(rows=number - above + 1)
            else:
                origins[column] = (number, len(line))
                line.append(TableCell(_cell_text(cell), width))
            column += width
        placed.append(line)
    return placed


def _number(element: Any, default: int) -> int:
    value = "" if element is None else str(element.get(W + "val") or "")
    return int(value) if value.isdecimal() else default


def _cell_text(cell: Any) -> str:
    texts = (element_text(paragraph).strip() for paragraph in cell.iter(W + "p"))
    return " ".join(text for text in texts if text)
