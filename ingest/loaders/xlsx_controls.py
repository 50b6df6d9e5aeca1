"""Controls of forms on a sheet, as texts for the cells that they lie on: boxes, options, choices.

Each is told twice in a workbook: as a drawing (VML, with its label and place) and, by newer programs, in
a part of its own (ECMA-376, 18.3.1.19), whose label is in the sheet's drawing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ingest.loaders.boxes import box
from ingest.loaders.sheet import SheetRow
from ingest.loaders.xlsx_parts import SheetControl, SheetParts

__all__ = ["with_controls"]

_SHAPE_NUMBER: Final = re.compile(r"(?<!\d)\d+\Z")
_TICKED: Final = ("1", "checked")
_GROUP: Final = "gbox"
_OPTION: Final = "radio"
_BOX: Final = "checkbox"
_CHOICES: Final = ("drop", "list")

Place = tuple[int, int]


class _Area(NamedTuple):
    """First and last row and column, from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, other: _Area) -> bool:
        return (
            self.top <= other.top
            and other.top <= self.bottom
            and self.left <= other.left
            and other.left <= self.right
        )


@dataclass(slots=True)
class _Control:
    kind: str
    area: _Area
    label: str = ""
    ticked: bool = False
    chosen: tuple[int, ...] = ()
    """The choices taken, from 1."""
    choices: str = ""
    """The cells that hold the choices, such as `Lists!$A$1:$A$4`."""


def with_controls(
    workbook: Any, sheet: Any, parts: SheetParts, stated: Sequence[SheetControl], rows: list[SheetRow]
) -> list[SheetRow]:
    """The rows of a sheet with what its controls say in the cells that these lie on.

    `stated` are the controls that the sheet itself names.
    """
    controls = _controls(parts, stated)
    if not controls:
        return rows
    cells = {(number, column): text for number, filled in rows for column, text in filled}
    for place, told in _told(controls, workbook, sheet):
        own = cells.get(place, "")
        cells[place] = f"{told} {own}".strip() if own not in ("TRUE", "FALSE") else told
    written: dict[int, list[tuple[int, str]]] = {}
    for (number, column), text in sorted(cells.items()):
        written.setdefault(number, []).append((column, text))
    return list(written.items())


def _told(controls: list[_Control], workbook: Any, sheet: Any) -> Iterator[tuple[Place, str]]:
    """The texts of controls at their places; options of one group are told together."""
    groups = [control for control in controls if control.kind == _GROUP]
    options: dict[int, list[_Control]] = {}
    for control in controls:
        place = control.area.top, control.area.left
        if control.kind == _BOX:
            yield place, f"{box(control.ticked)} {control.label}".strip()
        elif control.kind == _OPTION:
            inside = (i for i, group in enumerate(groups) if group.area.holds(control.area))
            options.setdefault(next(inside, -1), []).append(control)
        elif control.kind in _CHOICES and (text := _choice(control, workbook, sheet)):
            yield place, f"{control.label}: {text}" if control.label else text
    for number, members in options.items():
        members.sort(key=lambda option: option.area)
        lead = f"{groups[number].label.rstrip(': ')}: " if number >= 0 and groups[number].label else ""
        if all(option.label for option in members):
            told = " ".join(f"{box(option.ticked)} {option.label}" for option in members)
            yield (members[0].area.top, members[0].area.left), lead + told
        else:
            yield from (((one.area.top, one.area.left), box(one.ticked)) for one in members)


def _choice(control: _Control, workbook: Any, sheet: Any) -> str:
    """What is chosen from a list, whose items stand in cells, also of a hidden sheet."""
    from openpyxl.utils import range_boundaries

    name, _, cells = control.choices.rpartition("!")
    name = name.strip("'").replace("''", "'")
    source = workbook[name] if name in workbook.sheetnames else None if name else sheet
    try:
        left, top, right, bottom = range_boundaries(cells)
    except (ValueError, TypeError):
        return ""
    if source is None or None in (left, top, right, bottom):
        return ""
    values = [value for row in source.iter_rows(top, bottom, left, right, values_only=True) for value in row]
    return ", ".join(
        str(values[number - 1])
        for number in control.chosen
        if 0 < number <= len(values) and values[number - 1] is not None
    )


def _controls(parts: SheetParts, stated: Sequence[SheetControl]) -> list[_Control]:
    """The controls of a sheet in the order of their places."""
    found: dict[str, _Control] = {}
    for _, root in parts.related("vmlDrawing"):
        for shape in root.iter("{urn:schemas-microsoft-com:vml}shape"):
            data = next(shape.iter("{urn:schemas-microsoft-com:office:excel}ClientData"), None)
            if data is not None and (control := _drawn(shape, data)) is not None:
                found[_number(shape.get("id") or str(len(found)))] = control
    labels: dict[str, str] = {}
    for _, root in parts.related("drawing"):
        for shape in root.iter("{*}sp"):
            properties = next(shape.iter("{*}cNvPr"), None)
            if properties is not None:
                labels[properties.get("id")] = _line(shape.iter("{*}t"))
    for shape, part, *place in stated:
        properties = parts.part(part)
        if properties is None:
            continue
        if shape not in found:
            kind = (properties.get("objectType") or "").casefold()
            found[shape] = _Control(kind, _Area(*place))
        found[shape].label = found[shape].label or labels.get(shape, "")
        _take(found[shape], properties)
    return sorted(found.values(), key=lambda control: control.area)


def _drawn(shape: Any, data: Any) -> _Control | None:
    """A control as VML draws it: its anchor names the first and the last column and row."""
    values = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in data}
    anchor = [part.strip() for part in values.get("Anchor", "").split(",")]
    if len(anchor) != 8 or not all(part.lstrip("-").isdecimal() for part in anchor):
        return None
    left, _, top, _, right, _, bottom, _ = map(int, anchor)
    control = _Control(
        (data.get("ObjectType") or "").casefold(),
        _Area(top, left, bottom, right),
        _line(shape.iter("{urn:schemas-microsoft-com:vml}textbox")),
        values.get("Checked") == "1",
        choices=values.get("FmlaRange", ""),
    )
    chosen = values.get("Sel", "") if not values.get("MultiSel") else values["MultiSel"]
    control.chosen = tuple(int(part) for part in chosen.split(",") if part.strip().isdecimal())
    return control


def _take(control: _Control, properties: Any) -> None:
    """What the part of a control says, which is newer than its drawing."""
    if control.kind in (_BOX, _OPTION):
        control.ticked = (properties.get("checked") or "").casefold() in _TICKED
    chosen = properties.get("multiSel") or properties.get("sel") or ""
    control.chosen = (
        tuple(int(part) for part in chosen.split(",") if part.strip().isdecimal()) or control.chosen
    )
    control.choices = properties.get("fmlaRange") or control.choices


def _number(identifier: str) -> str:
    """The number of a shape by its name in VML: `_x0000_s1025` has 1025."""
    match = _SHAPE_NUMBER.search(identifier)
    return match.group() if match else identifier


def _line(nodes: Iterable[Any]) -> str:
    return " ".join(" ".join("".join(node.itertext()) for node in nodes).split())
