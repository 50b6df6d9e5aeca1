"""What openpyxl's read-only mode does not tell of a sheet: merged and hidden cells, notes, raised text."""

from __future__ import annotations

import posixpath
import zipfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from ingest.loaders.page_report import page_ranges
from ingest.loaders.script import lowered, raised
from ingest.loaders.sheet import MergedCells, Origin, SheetRow
from ingest.loaders.visible import LEAST_POINTS
from ingest.loaders.xlsx_conditions import Condition, read_conditions

__all__ = [
    "SheetControl",
    "SheetLayout",
    "SheetParts",
    "has_runs",
    "read_layout",
    "scripted",
    "sheet_notes",
]

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MERGE: Final = _MAIN + "mergeCell"
_ROW: Final = _MAIN + "row"
_COLUMN: Final = _MAIN + "col"
_FORMAT: Final = _MAIN + "sheetFormatPr"
_CONTROL: Final = _MAIN + "control"
_PART: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA: Final = _MAIN + "f"
_VALUE: Final = _MAIN + "v"
_INLINE: Final = _MAIN + "is"
_RUN_LOOK: Final = _MAIN + "rPr"
_CONDITIONS: Final = (
    _MAIN + "conditionalFormatting",
    "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}conditionalFormatting",
)
_RELATIONSHIP: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRINGS: Final = "xl/sharedStrings.xml"
_MOST_MERGED: Final = 50_000
_MOST_CONDITIONS: Final = 1_000
_WIDEST: Final = 16_384
_THINNEST: Final = 0.3
_OFF: Final = (None, "0", "false")


class SheetControl(NamedTuple):
    """A control of a form: the number of its shape, its part's name, its first and last row and column."""

    shape: str
    part: str
    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class SheetLayout:
    """Merged cells, hidden rows and columns (from 0), and how many formulas have no stored value."""

    merged: MergedCells = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    uncomputed: int = 0
    controls: list[SheetControl] = field(default_factory=list)
    rich: dict[tuple[int, int], list[Any]] = field(default_factory=dict)
    """Texts of cells with runs of a look of their own that stand in the sheet itself, for openpyxl's way."""
    conditions: list[Condition] = field(default_factory=list)
    """Conditional formats, the strongest first."""

    def visible(self, rows: Sequence[SheetRow]) -> list[SheetRow]:
        """The rows without what is hidden, by their numbers in the sheet."""
        if not self.hidden_rows and not self.hidden_columns:
            return list(rows)
        kept = (
            (number, [cell for cell in cells if cell[0] not in self.hidden_columns])
            for number, cells in rows
            if number not in self.hidden_rows
        )
        return [(number, cells) for number, cells in kept if cells]

    def closed(self, rows: Sequence[SheetRow]) -> tuple[list[SheetRow], MergedCells, Origin]:
        """Visible rows and merged cells as they look: what is hidden leaves no gap; and where they stood."""
        if not self.hidden_rows and not self.hidden_columns:
            return list(rows), self.merged, ((), ())
        down, across = _Shift(self.hidden_rows), _Shift(self.hidden_columns)
        shown = [(down(number), [(across(place), text) for place, text in cells]) for number, cells in rows]
        merged = {
            (down(row), across(column)): (
                across(column + width) - across(column),
                down(row + height) - down(row),
            )
            for (row, column), (width, height) in self.merged.items()
        }
        last_row = rows[-1][0] if rows else -1
        last_column = max((place for _, cells in rows for place, _ in cells), default=-1)
        origin = (
            [number for number in range(last_row + 1) if number not in self.hidden_rows],
            [place for place in range(last_column + 1) if place not in self.hidden_columns],
        )
        return shown, {place: size for place, size in merged.items() if min(size) > 0}, origin

    def warnings(self, rows: Sequence[SheetRow]) -> Iterator[str]:
        """What is hidden of what these rows hold, in words."""
        from openpyxl.utils import get_column_letter

        numbers = sorted(number + 1 for number, _ in rows if number in self.hidden_rows)
        if numbers:
            yield f"{'row' if len(numbers) == 1 else 'rows'} {page_ranges(numbers)}: hidden, left out"
        used = {column for _, cells in rows for column, _ in cells} & self.hidden_columns
        if used:
            letters = ", ".join(get_column_letter(column + 1) for column in sorted(used))
            yield f"{'column' if len(used) == 1 else 'columns'} {letters}: hidden, left out"


class _Shift:
    """Where rows or columns stand when those that are hidden are taken out."""

    def __init__(self, hidden: set[int]) -> None:
        self._hidden = sorted(hidden)

    def __call__(self, place: int) -> int:
        return place - bisect_left(self._hidden, place)


def read_layout(workbook: Any, sheet: Any) -> SheetLayout:
    """Read the XML of a sheet of an openpyxl workbook once, in little memory."""
    from lxml import etree  # type: ignore[import-untyped]
    from openpyxl.utils import range_boundaries

    layout = SheetLayout()
    number = -1
    looks = workbook._differential_styles.styles
    default = _Default()
    tags = (_FORMAT, _COLUMN, _ROW, _MERGE, _CONTROL, *_CONDITIONS)
    with workbook._archive.open(sheet._worksheet_path) as part:
        for _, element in etree.iterparse(part, tag=tags, resolve_entities=False, no_network=True):
            if element.tag == _ROW:
                given = element.get("r") or ""
                number = int(given) - 1 if given.isdecimal() else number + 1
                height = element.get("ht") or default.height
                if element.get("hidden") not in _OFF or _is_thin(height, LEAST_POINTS):
                    layout.hidden_rows.add(number)
                layout.uncomputed += sum(map(_is_uncomputed, element.iter(_FORMULA)))
                for rich in element.iter(_INLINE):
                    _take_runs(rich, number, layout)
            elif element.tag == _FORMAT:
                default = _Default.of(element)
                layout.hidden_columns.update(range(_WIDEST) if _is_thin(default.width) else ())
            elif element.tag == _COLUMN:
                first, last = int(element.get("min") or 1), int(element.get("max") or 1)
                named = range(first - 1, min(last, _WIDEST))
                if element.get("hidden") not in _OFF or _is_thin(element.get("width") or default.width):
                    layout.hidden_columns.update(named)
                else:
                    layout.hidden_columns.difference_update(named)
            elif element.tag in _CONDITIONS:
                layout.conditions.extend(read_conditions(element, looks))
            elif element.tag == _CONTROL:
                rows, columns = (
                    [int(node.text) for node in element.iter(f"{{*}}{name}") if (node.text or "").isdecimal()]
                    for name in ("row", "col")
                )
                if len(rows) == len(columns) == 2:
                    place = rows[0], columns[0], rows[1], columns[1]
                    name = element.get("shapeId") or "", element.get(_PART) or ""
                    layout.controls.append(SheetControl(*name, *place))
            elif len(layout.merged) < _MOST_MERGED:
                left, top, right, bottom = range_boundaries(element.get("ref"))
                layout.merged[top - 1, left - 1] = right - left + 1, bottom - top + 1
            _forget(element)
    layout.conditions = sorted(layout.conditions, key=lambda one: one.priority)[:_MOST_CONDITIONS]
    return layout


class _Default(NamedTuple):
    """The width of columns and the height of rows that have none of their own, as a sheet writes them."""

    width: str | None = None
    height: str | None = None

    @classmethod
    def of(cls, element: Any) -> _Default:
        is_set = element.get("customHeight") not in _OFF
        return cls(element.get("defaultColWidth"), element.get("defaultRowHeight") if is_set else None)


def _is_thin(size: str | None, least: float = _THINNEST) -> bool:
    """Whether a row's height in points, or a column's width in characters, is next to nothing."""
    try:
        return size is not None and float(size) < least
    except ValueError:
        return False


def _take_runs(rich: Any, number: int, layout: SheetLayout) -> None:
    from openpyxl.cell.rich_text import CellRichText
    from openpyxl.utils.cell import coordinate_to_tuple

    address = rich.getparent().get("r")
    if address and any(True for _ in rich.iter(_RUN_LOOK)):
        layout.rich[number, coordinate_to_tuple(address)[1] - 1] = list(CellRichText.from_tree(rich))


class SheetParts:
    """The parts that belong to a sheet of an openpyxl workbook, by its relationships."""

    def __init__(self, workbook: Any, sheet: Any) -> None:
        from lxml import etree

        self._archive = workbook._archive
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        self._targets: dict[str, tuple[str, str]] = {}
        folder, name = posixpath.split(sheet._worksheet_path.lstrip("/"))
        relations = f"{folder}/_rels/{name}.rels"
        names = set(self._archive.namelist())
        for relation in self._root(relations).iter(_RELATIONSHIP) if relations in names else ():
            kind = (relation.get("Type") or "").rsplit("/", 1)[-1]
            target = posixpath.normpath(posixpath.join("/" + folder, relation.get("Target") or "")).lstrip(
                "/"
            )
            if target in names:
                self._targets[relation.get("Id") or target] = kind, target

    def related(self, *kinds: str) -> Iterator[tuple[str, Any]]:
        """The parts of some kinds, each with its kind and its root element."""
        for kind, target in self._targets.values():
            if kind in kinds and (root := self._root(target)) is not None:
                yield kind, root

    def part(self, identifier: str) -> Any:
        """The root element of the part of a relationship; None where there is none."""
        target = self._targets.get(identifier)
        return None if target is None else self._root(target[1])

    def _root(self, name: str) -> Any:
        from lxml import etree

        return etree.fromstring(self._archive.read(name), self._parser)


def sheet_notes(parts: SheetParts) -> list[tuple[tuple[int, int], str]]:
    """The notes and comments at cells of a sheet, by row and column from 0, in the order of the sheet."""
    from openpyxl.utils.cell import coordinate_to_tuple

    found: dict[tuple[int, int], str] = {}
    for kind, root in parts.related("comments", "threadedComment"):
        for comment in root.iter("{*}comment", "{*}threadedComment"):
            row, column = coordinate_to_tuple(comment.get("ref") or "A1")
            text = " ".join("".join(node.text or "" for node in comment.iter("{*}t", "{*}text")).split())
            place = row - 1, column - 1
            if not text:
                continue
            if kind == "threadedComment":  # its note says only that it needs a newer program
                threaded = found.get(place, "")
                text = f"{threaded} / {text}" if threaded and not threaded.startswith("[") else text
            if kind == "threadedComment" or place not in found:
                found[place] = text
    return sorted(found.items())


def has_runs(path: Path) -> bool:
    """Whether some texts of a workbook have runs of a look of their own; openpyxl reads such more slowly."""
    with zipfile.ZipFile(path) as archive:
        return _STRINGS in archive.namelist() and b"rPr" in archive.read(_STRINGS)


def scripted(runs: Sequence[Any]) -> str:
    """The text of an openpyxl rich text, its raised and lowered runs marked for `script`."""
    parts = []
    for run in runs:
        font = getattr(run, "font", None)
        text = str(getattr(run, "text", run))
        parts.append(_marked(text, getattr(font, "vertAlign", None)))
    return "".join(parts)


def _marked(text: str, place: str | None) -> str:
    """The text of a run, marked for `script` by the name of its vertical alignment."""
    match place:
        case "superscript":
            return raised(text)
        case "subscript":
            return lowered(text)
        case _:
            return text


def _is_uncomputed(formula: Any) -> bool:
    """Whether a formula's cell holds no value; an empty text is one."""
    cell = formula.getparent()
    value = cell.find(_VALUE)
    return value is None or (not value.text and cell.get("t") != "str")


def _forget(element: Any) -> None:
    """Let go of an element that was read and of those before it: memory does not grow with the sheet."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
