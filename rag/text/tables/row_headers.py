"""The header of each row of a table: names above its cells, groups that it stands in, caption and unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rag.schema import RowHeader
from rag.text.tables.cells import CellKind, cell_kind, states_unit, unit_of
from rag.text.tables.forms import form_headers, is_form
from rag.text.tables.grid import Placed, TableCell, placed_rows
from rag.text.tables.header_rows import TableHead, is_naming, read_head

__all__ = ["PATH", "headers_of_grid", "is_total", "row_headers"]

PATH: Final = " > "
_TOTAL: Final = re.compile(
    r"(?:sub-?\s?|grand\s)?total|summe|gesamt|insgesamt|合计|合計|总计|總計|小计|小計", re.I
)
_LONGEST_SECTION: Final = 120
_SAME_INDENT: Final = 1.0
_MOSTLY: Final = 0.5


def row_headers(
    rows: Sequence[Sequence[TableCell | str]], caption: str = "", header_rows: int | None = None
) -> list[RowHeader]:
    """A header for each row; `columns` has an entry for each cell as given.

    Args:
        rows: Cells row by row, those that reach over several places once, where they start.
        caption: The table's title, where the format has one.
        header_rows: How many first rows hold names, where the format knows; else found by their look.
            0 says that there are none.
    """
    return headers_of_grid(placed_rows(rows), caption, header_rows)


def headers_of_grid(
    rows: Sequence[Sequence[Placed]], caption: str = "", header_rows: int | None = None, unit: str = ""
) -> list[RowHeader]:
    """As `row_headers`, for cells that are in their places."""
    if not header_rows and is_form(rows):
        return form_headers(rows, RowHeader(caption=caption, unit=unit))
    head = TableHead(0) if header_rows == 0 else read_head(rows, header_rows)
    titles = [cell.text.strip() for i in head.captions for cell in rows[i] if cell.text.strip()]
    naming = [row for i, row in enumerate(rows[: head.rows]) if i not in head.captions]
    stated = [unit, caption, *titles, *(cell.text for row in naming for cell in row)]
    unit = next(filter(None, map(unit_of, stated)), "")
    titles = [caption, *(title for title in titles if unit_of(title).strip() != title.strip("()（） ,.;:"))]
    title = _title_of_labels(naming)
    base = RowHeader(caption=PATH.join(dict.fromkeys(filter(None, titles))), unit=unit, sections=title)
    naming = [[cell for cell in row if not title or cell.column > 0] for row in naming]
    labels = _label_count(rows[head.rows :], _paths(naming))
    found = [replace(base, columns=("",) * len(row), is_header=True) for row in rows[: head.rows]]
    return [*found, *_body_headers(rows[head.rows :], naming, replace(base, labels=labels))]


def _body_headers(
    rows: Sequence[Sequence[Placed]], naming: Sequence[Sequence[Placed]], base: RowHeader
) -> Iterable[RowHeader]:
    paths = _paths(naming)
    groups = _Groups()
    reaching: list[tuple[int, str]] = []  # rows that a label above still covers, and the label
    renaming = list(naming)  # names may go on where a format marks only the first of their rows
    for i, row in enumerate(rows):
        if _is_centred_title(row, rows[i + 1 : i + 2], paths, bool(renaming)):
            row = [cell._replace(column=0, indent=rows[i + 1][0].indent) for cell in row if cell.text.strip()]
        if naming and is_naming(row) and i + 1 < len(rows) and not reaching:
            renaming.append(row)
            paths = _paths(renaming)
            yield replace(base, columns=("",) * len(row), is_header=True)
            continue
        renaming = []
        above = tuple(text for _, text in reaching)
        reaching = [(left - 1, text) for left, text in reaching if left > 1]
        reaching += [
            (c.rows - 1, c.text.strip())
            for c in row
            if c.rows > 1 and c.column < base.labels and c.text.strip()
        ]
        sections = groups.sections_of(row, more=i + 1 < len(rows))
        columns = tuple(_path(paths, cell) for cell in row)
        labels = max(base.labels - len(above), 0) if base.labels else 0
        yield replace(base, columns=columns, sections=(*base.sections, *sections, *above), labels=labels)


def _is_centred_title(
    row: Sequence[Placed], following: Sequence[Sequence[Placed]], paths: dict[int, str], after_names: bool
) -> bool:
    """Whether a row titles those below it though it does not stand over their labels, but in the middle.

    A word alone below the names of several columns names none of them again; right after them it may be
    the second line of a name, unless it stands over several columns.
    """
    filled = [cell for cell in row if cell.text.strip()]
    alone = len(filled) == 1 and filled[0].column > 0 and cell_kind(filled[0].text) is CellKind.TEXT
    if not alone or (after_names and filled[0].columns == 1):
        return False
    return len(paths) > 2 and bool(following) and bool(following[0]) and following[0][0].column == 0


def _title_of_labels(naming: Sequence[Sequence[Placed]]) -> tuple[str, ...]:
    """What stands over the labels where a row of names below it tells a unit: `Q4`, `($ in Millions)`.

    It says what the whole table is of, not what its labels are.
    """
    over = [cell.text.strip() for row in naming for cell in row if cell.column == 0 and cell.text.strip()]
    if len(over) == 2 and states_unit(over[1]) and not unit_of(over[0]):
        return (over[0],)
    return ()


def _label_count(rows: Sequence[Sequence[Placed]], paths: dict[int, str]) -> int:
    """How many first columns label the rows: one where the others hold numbers, or it has no name."""
    first = [cell for row in rows for cell in row if cell.column == 0 and cell.text.strip()]
    others = [cell for row in rows for cell in row if cell.column > 0 and cell.text.strip()]
    if not first or not others:
        return 1
    if paths and not paths.get(0):
        return 1
    in_first, in_others = (_numbers(cells) / len(cells) for cells in (first, others))
    return int(in_first < _MOSTLY and (in_others >= _MOSTLY or not paths.get(0)))


def _numbers(cells: Iterable[Placed]) -> int:
    kinds = (cell_kind(cell.text) for cell in cells)
    return sum(kind not in (CellKind.TEXT, CellKind.EMPTY) for kind in kinds)


def _paths(naming: Sequence[Sequence[Placed]]) -> dict[int, str]:
    """For each column the names above it, outermost first."""
    names: dict[int, list[str]] = {}
    for i, row in enumerate(naming):
        filled = [cell for cell in row if cell.text.strip()]
        if i + 1 < len(naming):
            filled = _stretched(filled, naming[i + 1 :])
        for cell in filled:
            text = " ".join(cell.text.split())
            for column in range(cell.column, cell.end):
                path = names.setdefault(column, [])
                if text not in path and not (column == 0 and unit_of(text)):
                    path.append(text)
    return {column: PATH.join(path) for column, path in names.items()}


def _stretched(cells: list[Placed], below: Sequence[Sequence[Placed]]) -> list[Placed]:
    """Names over several columns that are not marked to be: each goes on to the next one.

    One that stands alone goes over all columns that have names below it.
    """
    values = [cell for cell in cells if cell.column > 0]
    columns = {c for row in below for cell in row if cell.text.strip() for c in range(cell.column, cell.end)}
    columns.discard(0)
    if not values or any(cell.columns > 1 for cell in values) or not columns:
        return cells
    if {cell.column for cell in values} >= columns:
        return cells
    starts = [min(columns), *(cell.column for cell in values[1:])]
    ends = [*(cell.column for cell in values[1:]), max(columns) + 1]
    wide = [
        cell._replace(column=start, columns=max(end - start, 1))
        for cell, start, end in zip(values, starts, ends, strict=True)
    ]
    return [*(cell for cell in cells if cell.column == 0), *wide]


def _path(paths: dict[int, str], cell: Placed) -> str:
    return next((paths[c] for c in range(cell.column, cell.end) if c in paths), "")


@dataclass(slots=True)
class _Group:
    """A titled group of rows; `is_deeper` says whether its rows stand further right than its title."""

    indent: float
    title: str
    is_deeper: bool | None = None


class _Groups:
    """The groups that are open while the rows of a table are read one after the other.

    A row whose label has no value opens a group. It ends at a row that stands no further right than
    its title where its own rows do, after a total, or at the next title of its rank.
    """

    def __init__(self) -> None:
        self._open: list[_Group] = []
        self._after_title = False
        self._after_total = False

    def sections_of(self, row: Sequence[Placed], more: bool) -> tuple[str, ...]:
        """The titles of the groups that a row stands in; `more` says that others follow."""
        filled = [cell for cell in row if cell.text.strip()]
        if not filled:
            return self._titles()
        label = filled[0]
        if self._after_total:
            self._open = self._open[:-1]
            self._after_total = False
        is_title = len(filled) == 1 and label.column == 0 and more and _may_title(label.text)
        self._leave(label.indent, is_title)
        titles = self._titles()
        if is_title:
            self._open.append(_Group(label.indent, label.text.strip().rstrip(":：").strip()))
        elif label.column == 0 and _TOTAL.match(label.text.strip()):
            self._after_total = True
        self._after_title = is_title
        return titles

    def _leave(self, indent: float, is_title: bool) -> None:
        if self._open and self._open[-1].is_deeper is None and self._after_title:
            self._open[-1].is_deeper = indent > self._open[-1].indent + _SAME_INDENT
            if is_title and not self._open[-1].is_deeper:
                # titles of one rank in a row: "Assets", then "Current assets" set alike
                self._open[-1].is_deeper = None
                if indent < self._open[-1].indent - _SAME_INDENT:
                    self._open.pop()
                return
        while self._open and self._ends(self._open[-1], indent, is_title):
            self._open.pop()

    def _ends(self, group: _Group, indent: float, is_title: bool) -> bool:
        if indent < group.indent - _SAME_INDENT:
            return True
        at_title = abs(indent - group.indent) <= _SAME_INDENT
        return at_title and (is_title or bool(group.is_deeper))

    def _titles(self) -> tuple[str, ...]:
        return tuple(group.title for group in self._open)


def is_total(label: str) -> bool:
    """Whether a row's label says that the row sums up others: `Total`, `Summe netto`, `合计`."""
    label = label.strip()
    return _TOTAL.match(label) is not None and not any(map(str.isdigit, label)) and label.count(" ") < 4


def _may_title(text: str) -> bool:
    return (
        cell_kind(text) is CellKind.TEXT and len(text) <= _LONGEST_SECTION and not text.rstrip().endswith(".")
    )
