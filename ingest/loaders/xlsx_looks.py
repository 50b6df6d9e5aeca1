"""Which cells of a workbook show nothing to a person: by number format, size, or the colour of their fill."""

from __future__ import annotations

import colorsys
from typing import Any, Final

from ingest.loaders.cell_values import is_shown
from ingest.loaders.visible import BLACK, LEAST_POINTS, WHITE, Colour, from_hex, looks_alike

__all__ = ["CellLooks"]

_THEME: Final = (WHITE, BLACK)
"""Colours of themes by index; the others are as the theme has them, and are not known here."""
_DIGITS: Final = 6


class CellLooks:
    """Judges cells of openpyxl's read-only mode; cells of one style are judged once."""

    def __init__(self) -> None:
        self._unseen: dict[Any, bool] = {}
        self.hidden = 0
        """Characters, without white space, of the cells that were said to hide them."""

    def hides(self, cell: Any, value: Any, text: str) -> bool:
        """Whether nobody can see what a cell would show."""
        style = getattr(cell, "_style_id", None)
        unseen = self._unseen.get(style)
        if unseen is None:
            unseen = self._unseen[style] = style is not None and _is_unseen(cell)
        if unseen or not is_shown(value, cell.number_format or "General"):
            self.hidden += len("".join(text.split()))
            return True
        return False


def _is_unseen(cell: Any) -> bool:
    font, fill = cell.font, cell.fill
    if font is None:
        return False
    if font.sz is not None and float(font.sz) < LEAST_POINTS:
        return True
    colour = _colour(font.color)
    if colour is None:
        return False
    pattern = getattr(fill, "patternType", None)
    if pattern not in (None, "none", "solid"):
        return False
    ground = _colour(fill.fgColor) if pattern == "solid" else WHITE
    return ground is not None and looks_alike(colour, ground)


def _colour(color: Any) -> Colour | None:
    """A colour of a font or a fill as openpyxl has it; None where it is left to the program or the theme."""
    from openpyxl.styles.colors import COLOR_INDEX

    match getattr(color, "type", None):
        case "rgb":
            found = from_hex(str(color.rgb)[-_DIGITS:])
        case "indexed":
            known = 0 <= color.indexed < len(COLOR_INDEX)
            found = from_hex(COLOR_INDEX[color.indexed][-_DIGITS:]) if known else None
        case "theme":
            found = _THEME[color.theme] if 0 <= color.theme < len(_THEME) else None
        case _:
            return None
    return None if found is None else _tinted(found, float(getattr(color, "tint", 0.0) or 0.0))


def _tinted(colour: Colour, tint: float) -> Colour:
    """A colour made darker or lighter by a tint from -1 to 1 (ECMA-376, 18.8.19)."""
    if not tint:
        return colour
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in colour))
    lightness = lightness * (1 + tint) if tint < 0 else lightness * (1 - tint) + tint
    red, green, blue = (255 * channel for channel in colorsys.hls_to_rgb(hue, lightness, saturation))
    return red, green, blue
