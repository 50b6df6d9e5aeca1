"""Where an element is drawn by its style, how much is cut off, and whether a picture is in its place."""

from __future__ import annotations

import math
from typing import Final

from ingest.loaders.css import SCREEN, Style
from ingest.loaders.css_shapes import is_cut_away, is_masked
from ingest.loaders.css_transform import Drawn
from ingest.loaders.css_values import length

__all__ = [
    "FAR",
    "FAR_RIGHT",
    "NO_CUT",
    "is_clipped",
    "is_empty_box",
    "is_indented_away",
    "is_moved_away",
    "is_replaced",
    "lines_that_fit",
    "number",
    "word",
]

FAR: Final = 1_000.0
"""Pixels to the left of or above its place that no text reaches over."""
FAR_RIGHT: Final = 2_500.0
_THIN: Final = 1.0
_MOST_LINES: Final = 6.0
"""Boxes that show more lines may hold what scrolls."""
_NARROW: Final = 0.35
"""The width of letters in the mean, as a share of their size, where they are narrow."""
_SIDES: Final = ("height", "width")
_HEIGHTS: Final = (
    "height", "min-height", "contain-intrinsic-size", "contain-intrinsic-height", "aspect-ratio", "flex",
    "flex-grow",
)  # fmt: skip
_SCREENS: Final = (SCREEN, (480.0, 800.0), (4_000.0, 3_000.0))
NO_CUT: Final = frozenset(("", "visible", "inherit", "initial", "unset", "revert", "revert-layer"))
_PAINTED_INSIDE: Final = ("paint", "strict", "content")


def is_moved_away(style: Style, size: float, placed: bool, moved: Drawn) -> bool:
    """Whether an element is shifted off the screen."""
    shifts = [number(style, f"margin-{side}", size, 0.0) for side in ("left", "top")]
    if placed:
        if _is_beside_screens(style, size):
            return True
        shifts += [number(style, side, size, 0.0) for side in ("left", "top", "right", "bottom")]
        sides = (
            ("left", "right", "top", "bottom") if word(style, "position") == "fixed" else ("left", "right")
        )
        if any(number(style, side, size, 0.0) >= FAR_RIGHT for side in sides):
            return True
    if any(shift <= -FAR for shift in shifts) or number(style, "margin-left", size, 0.0) >= FAR_RIGHT:
        return True
    return any(shift <= -FAR or shift >= FAR_RIGHT for shift in (moved.across, moved.down))


def _is_beside_screens(style: Style, size: float) -> bool:
    """Whether a placed element is off a screen of any size, as its place is told by that size."""
    sides = {"right": 0}
    if word(style, "position") == "fixed":
        sides = {"left": 0, "right": 0, "top": 1, "bottom": 1}
    elif word(style, "position") != "absolute":
        return False
    return any(
        all(
            (length(style.get(side, ()), size, screen[way] if len(sides) > 1 else 0.0, screen) or 0.0)
            >= screen[way]
            for screen in _SCREENS
        )
        for side, way in sides.items()
    )


def is_replaced(style: Style) -> bool:
    """Whether a picture stands in the place of what an element holds."""
    return any(
        token.type == "url"
        or (
            token.type == "function"
            and token.lower_name.endswith(("url", "gradient", "image-set", "element"))
        )
        for token in style.get("content", ())
    )


def is_empty_box(style: Style) -> bool:
    """Whether a box that does not grow with what it holds has no height, and cuts off the rest."""
    contained = {token.lower_value for token in style.get("contain", ()) if token.type == "ident"}
    if contained.isdisjoint(("size", "strict")) or not _cuts_off(style):
        return False
    stretched = all(word(style, side) != "auto" and side in style for side in ("top", "bottom"))
    return not (stretched or any(word(style, name) != "auto" and name in style for name in _HEIGHTS))


def is_clipped(style: Style, size: float, placed: bool) -> bool:
    """Whether nothing of an element is left by its clip, or by a box of no size that cuts off."""
    if is_cut_away(style, size, placed) or is_masked(style, size):
        return True
    names = ("line-height", *_SIDES, *(f"max-{side}" for side in _SIDES))
    sizes = (number(style, name, size, FAR) for name in names)
    return _cuts_off(style) and any(value <= _THIN for value in sizes)


def _cuts_off(style: Style) -> bool:
    names = ("overflow", "overflow-x", "overflow-y")
    contained = {token.lower_value for token in style.get("contain", ()) if token.type == "ident"}
    return (
        bool({word(style, name) for name in names} - NO_CUT)
        or not contained.isdisjoint(_PAINTED_INSIDE)
        or word(style, "content-visibility") == "auto"
    )


def is_indented_away(style: Style, size: float, indent: float) -> bool:
    """Whether the one line of an element begins behind its right edge, where it is cut off."""
    if word(style, "white-space") not in ("nowrap", "pre") or not _cuts_off(style):
        return False
    return 0 < number(style, "width", size, SCREEN[0]) <= indent


def lines_that_fit(style: Style, size: float) -> tuple[float, float] | None:
    """At most how many lines an element shows where what is below cannot be reached, and how long ones."""
    ways = {word(style, name) for name in ("overflow", "overflow-y")}
    heights = [length(style.get(name, ()), size, math.nan, SCREEN) for name in ("height", "max-height")]
    known = [height / size for height in heights if height is not None and height > 0 and size > 0]
    clamp = style.get("-webkit-line-clamp", ())
    if clamp and clamp[0].type == "number":
        known.append(float(clamp[0].value))
    if not known or min(known) > _MOST_LINES or ways.isdisjoint(("hidden", "clip")) or "auto" in ways:
        return None
    width = min(number(style, "width", size, SCREEN[0]), number(style, "max-width", size, SCREEN[0]))
    return min(known), max(width, size) / max(_NARROW * size, 1e-3)


def number(style: Style, name: str, size: float, default: float) -> float:
    """A length in pixels; the default where a style has none."""
    value = style.get(name)
    if not value:
        return default
    found = length(value, size, SCREEN[0], SCREEN)
    return default if found is None else found


def word(style: Style, name: str) -> str:
    """The word that a property begins with; empty where it has none."""
    value = style.get(name, ())
    return str(value[0].lower_value) if value and value[0].type == "ident" else ""
