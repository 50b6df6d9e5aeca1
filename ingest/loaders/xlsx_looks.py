"""What cells of a workbook show to a person: by number format, size, and the colour of their fill.

The look of a cell is its style, changed by the conditional formats that hold for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ingest.loaders.cell_values import shown
from ingest.loaders.number_formats import section_of
from ingest.loaders.office_colours import OfficeColours, tinted
from ingest.loaders.visible import BLACK, LEAST_POINTS, WHITE, Colour, from_hex, is_faint
from ingest.loaders.xlsx_conditions import Condition, holding
from ingest.loaders.xlsx_parts import scripted

__all__ = ["CellLooks"]

_THEME: Final = (
    "lt1",
    "dk1",
    "lt2",
    "dk2",
    *(f"accent{number}" for number in range(1, 7)),
    "hlink",
    "folHlink",
)
"""The colours of a theme in the order of their numbers."""
_SYSTEM: Final = {64: BLACK, 65: WHITE}
_NAMED: Final = {
    "black": "000000", "white": "FFFFFF", "red": "FF0000", "green": "00FF00", "blue": "0000FF",
    "yellow": "FFFF00", "magenta": "FF00FF", "cyan": "00FFFF",
}  # fmt: skip
_BEFORE: Final = 7
"""The first colour that number formats know by its number is the eighth of the palette."""
_DIGITS: Final = 6
_NO_COLOUR: Final = "00000000"


class CellLooks:
    """Judges cells of openpyxl's read-only mode; cells of one look are judged once."""

    def __init__(self, workbook: Any) -> None:
        self._colours = OfficeColours(workbook.loaded_theme)
        self._palette = workbook._colors
        self._unseen: dict[Any, bool] = {}
        self.hidden = 0
        """Characters, without white space, of what cells were said to hide."""

    def text(
        self, cell: Any, value: Any, place: tuple[int, int] = (0, 0), conditions: Sequence[Condition] = ()
    ) -> str:
        """What a cell, by its row and column from 0, shows of a value; empty where nobody can see it."""
        runs = value if isinstance(value, list) else [value]
        value = scripted(value) if isinstance(value, list) else value
        looks = list(holding(conditions, place[0] + 1, place[1] + 1, value)) if conditions else []
        formats = (look.numFmt.formatCode for look in looks if look.numFmt is not None)
        number_format = next(formats, None) or cell.number_format or "General"
        text = shown(value, number_format).strip()
        if not text:
            return ""
        section = section_of(value, number_format)
        seen = [
            run for run in runs if not self._hides(cell, looks, section.colour, getattr(run, "font", None))
        ]
        if not seen:
            self._count(text)
            return ""
        if len(seen) < len(runs):
            self._count(text, scripted(seen))
            value = text = scripted(seen).strip()
        words = section.in_stead(value)
        if words is None:
            return text
        if text not in words and (isinstance(value, str) or not words.strip()):
            self._count(text)
        return words.strip()

    def _count(self, text: str, seen: str = "") -> None:
        self.hidden += len("".join(text.split())) - len("".join(seen.split()))

    def _hides(self, cell: Any, looks: list[Any], colour: str, run: Any = None) -> bool:
        """Whether a cell's style hides its text, or a run's font, with a colour that its format names."""
        style = getattr(cell, "_style_id", None)
        if style is None:
            return False
        if run is not None:
            return self._is_unseen(cell, looks, colour, run)
        key = style, colour, tuple(map(id, looks))
        if key not in self._unseen:
            self._unseen[key] = self._is_unseen(cell, looks, colour)
        return self._unseen[key]

    def _is_unseen(self, cell: Any, looks: list[Any], named: str, run: Any = None) -> bool:
        size = getattr(run, "sz", None) or getattr(cell.font, "sz", None)
        if size is not None and float(size) < LEAST_POINTS:
            return True
        fonts = [look.font for look in looks if look.font is not None and look.font.color is not None]
        colours = (self._colour(one.color) for one in (run, *fonts, cell.font) if one is not None)
        named = named if getattr(run, "color", None) is None else ""  # a run's own colour stands
        colour = self._of_format(named) or next((one for one in colours if one is not None), None)
        if colour is None:
            return False
        fill = next((look.fill for look in looks if look.fill is not None), None)
        grounds = self._grounds(cell.fill) if fill is None else self._grounds(fill, is_added=True)
        return is_faint([(colour, 1.0)], grounds)

    def _of_format(self, name: str) -> Colour | None:
        number = name.removeprefix("color")
        if number.isdecimal():
            return self._indexed(int(number) + _BEFORE)
        return from_hex(_NAMED.get(name))

    def _grounds(self, fill: Any, is_added: bool = False) -> list[Colour]:
        """The colours of a fill; none where they are not known. A rule's plain fill has its ground's."""
        stops = getattr(fill, "stop", None)
        if stops is not None:
            found = [self._colour(stop.color) for stop in stops]
        else:
            pattern = getattr(fill, "patternType", None)
            if is_added and pattern in (None, "solid"):
                found = [None if fill.bgColor.rgb == _NO_COLOUR else self._colour(fill.bgColor)]
            elif pattern in (None, "none"):
                found = [WHITE]
            elif pattern == "solid":
                found = [self._colour(fill.fgColor)]
            else:
                ground = fill.bgColor
                found = [
                    self._colour(fill.fgColor),
                    WHITE if ground.rgb == _NO_COLOUR else self._colour(ground),
                ]
        known = [colour for colour in found if colour is not None]
        return known if len(known) == len(found) else []

    def _colour(self, color: Any) -> Colour | None:
        """A colour of a font or a fill as openpyxl has it; None where it is left to the program."""
        match getattr(color, "type", None):
            case "rgb":
                found = from_hex(str(color.rgb)[-_DIGITS:])
            case "indexed":
                found = self._indexed(color.indexed)
            case "theme":
                known = 0 <= color.theme < len(_THEME)
                found = self._colours.named(_THEME[color.theme]) if known else None
            case _:
                return None
        return None if found is None else tinted(found, float(getattr(color, "tint", 0.0) or 0.0))

    def _indexed(self, index: int) -> Colour | None:
        if 0 <= index < len(self._palette):
            return from_hex(str(self._palette[index])[-_DIGITS:])
        return _SYSTEM.get(index)
