"""Which of a table's first rows hold names: captions, units, and the names of columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.text.tables.cells import CellKind, cell_kind, states_unit, unit_of
from rag.text.tables.grid import Placed

__all__ = ["TableHead", "is_naming", "read_head", "shape"]

_MOST_ROWS: Final = 8
_LONGEST_NAME: Final = 80
_FEWEST_COLUMNS: Final = 3
_DIGITS: Final = re.compile(r"\d+")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_SENTENCE_END: Final = (".", "。", ";", "；")


@dataclass(frozen=True, slots=True)
class TableHead:
    """The first rows of a table: how many there are in all, and which of them are captions."""

    rows: int
    captions: tuple[int, ...] = ()


def read_head(rows: Sequence[Sequence[Placed]], marked: int | None = None) -> TableHead:
    """Find the rows that stand above the values.

    They are the first rows without a number (a year may be a name), up to the first that labels
    itself; a title that stands alone over them is a caption. `marked` tells how many there are where
    the format knows it.
    """
    if marked is None:
        marked = _marked(rows)
    count = marked if marked is not None else _inferred(rows)
    captions = [i for i in range(count) if len(_filled(rows[i])) == 1 and i + 1 < count]
    named = next((i for i in range(count) if i not in captions), count)
    return TableHead(count, tuple(i for i in captions if i < named and not _spans_values(rows, i, count)))


def is_naming(row: Sequence[Placed]) -> bool:
    """Whether a row holds names of columns only: no label of its own, no number."""
    filled = _filled(row)
    return (
        bool(filled)
        and filled[0].column > 0
        and all(_may_name(cell.text) for cell in filled)
        and not any(cell_kind(cell.text) in (CellKind.PLACEHOLDER, CellKind.MARK) for cell in filled)
    )


def _marked(rows: Sequence[Sequence[Placed]]) -> int | None:
    """How many first rows are marked cell by cell; None where none is."""
    count = 0
    for row in rows:
        filled = _filled(row)
        if filled and not all(cell.is_header for cell in filled):
            break
        if not filled and not count:
            break
        count += 1
    return count if 0 < count < len(rows) else None


def _inferred(rows: Sequence[Sequence[Placed]]) -> int:
    count = 0
    labelled = False
    for i, row in enumerate(rows[:_MOST_ROWS]):
        filled = _filled(row)
        is_title = not labelled and len(filled) == 1 and cell_kind(filled[0].text) is CellKind.TEXT
        if not is_title and not all(_may_name(cell.text) for cell in filled):
            break
        names = [cell for cell in filled if cell.column > 0]
        has_label = bool(filled) and filled[0].column == 0 and not states_unit(filled[0].text)
        if labelled and (has_label or not names):
            break
        labelled = labelled or (has_label and bool(names))
        count += 1
        if _leaves_the_corner(row, rows[i + 1 :]):
            break
    # a label alone at the end is the title of the first group of rows
    while count and not any(cell.column > 0 or unit_of(cell.text) for cell in _filled(rows[count - 1])):
        count -= 1
    while count > 1 and _is_group_title(rows[count - 1], rows[count - 2], rows[count:]):
        count -= 1
    if count >= len(rows) or _is_of_a_series(rows, count):
        return 0
    return count if _names_columns(rows, count) else 0


def _leaves_the_corner(row: Sequence[Placed], below: Sequence[Sequence[Placed]]) -> bool:
    """Whether a row names all columns but the first, and each row below it has a label and its own values."""
    width = 1 + max((cell.column for other in below for cell in _filled(other)), default=0)
    names = [cell for cell in _filled(row) if cell.columns == 1]
    if width < _FEWEST_COLUMNS or [cell.column for cell in names] != list(range(1, width)):
        return False
    values = [cell.text for cell in _filled(below[0]) if cell.column > 0]
    differ = len(set(values)) == len(values) > 1 or any(_DIGITS.search(text) for text in values)
    return differ and all(other and other[0].column == 0 for other in map(_filled, below))


def _is_group_title(
    row: Sequence[Placed], above: Sequence[Placed], below: Sequence[Sequence[Placed]]
) -> bool:
    """Whether a cell that stands alone over several columns, below their names, titles the rows under it."""
    filled = _filled(row)
    wide = len(filled) == 1 and filled[0].columns > 1
    return wide and len(_filled(above)) > 1 and bool(below) and not is_naming(below[0])


def _is_of_a_series(rows: Sequence[Sequence[Placed]], count: int) -> bool:
    """Whether the first row's label is one of a series that goes on below it: K1, K2, K3."""
    labels = [row[0].text if row and row[0].column == 0 else "" for row in (rows[0], *rows[count:])]
    first, *below = map(shape, labels)
    below = [label for label in below if label]
    return "0" in first and below.count(first) * 2 > len(below)


def shape(text: str) -> str:
    """A text with `0` for each run of digits and `a` for each run of letters."""
    return _LETTERS.sub("a", _DIGITS.sub("0", text.strip()))


def _names_columns(rows: Sequence[Sequence[Placed]], count: int) -> bool:
    """Whether what stands below differs from the names: numbers, or cells that are longer."""
    if not count or not any(cell.column > 0 for row in rows[:count] for cell in _filled(row)):
        return False
    below = [cell.text for row in rows[count:] for cell in _filled(row) if cell.column > 0]
    if any(cell_kind(text) not in (CellKind.TEXT, CellKind.EMPTY) for text in below):
        return True
    first = [cell.text for cell in _filled(rows[0])]
    return len(first) > 1 and len(set(first)) == len(first) and len(rows) > 2 and bool(below)


def _may_name(text: str) -> bool:
    kind = cell_kind(text)
    if kind in (CellKind.NUMBER, CellKind.PLACEHOLDER, CellKind.MARK):
        return False
    return len(text) <= _LONGEST_NAME and not (text.endswith(_SENTENCE_END) and text.count(" ") > 6)


def _spans_values(rows: Sequence[Sequence[Placed]], i: int, count: int) -> bool:
    """Whether a cell that stands alone in its row names columns: others stand to its left below it."""
    cell = _filled(rows[i])[0]
    lefts = [other.column for row in rows[i + 1 : count] for other in _filled(row)]
    return cell.column > 0 or (bool(lefts) and min(lefts) > 0 and not unit_of(cell.text) and cell.columns > 1)


def _filled(row: Sequence[Placed]) -> list[Placed]:
    return [cell for cell in row if cell.text.strip()]
