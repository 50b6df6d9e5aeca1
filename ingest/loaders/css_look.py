"""How the text of an element looks by its style: its size, colours and place, and whether one sees it.

Not displayed, transparent, clipped away, off the screen, of no size: such text cannot be seen, nor can
text of the colour of its ground. A picture or a gradient makes a ground unknown, and text on an unknown
ground can be seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ingest.loaders.css import SCREEN, Style
from ingest.loaders.css_blending import blended_by, isolates
from ingest.loaders.css_shapes import is_cut_away, is_masked
from ingest.loaders.css_transform import Drawn, drawn
from ingest.loaders.css_values import (
    colours,
    comma_parts,
    length,
    numbers,
    opacity_and_colour,
    substituted,
)
from ingest.loaders.visible import BLACK, LEAST_POINTS, WHITE, Colour, blended, looks_alike

__all__ = ["Look", "looking"]

_LEAST_PIXELS: Final = LEAST_POINTS * 4 / 3
_FAR: Final = 1_000.0
"""Pixels to the left of or above its place that no text reaches over."""
_FAR_INDENT: Final = 500.0
_FAR_RIGHT: Final = 2_500.0
_THIN: Final = 1.0
_FAINT: Final = 0.08
_STEPS: Final = {"smaller": 1 / 1.2, "larger": 1.2}
_PLACED: Final = ("absolute", "fixed", "relative", "sticky")
_MOST_LINES: Final = 6.0
"""Boxes that show more lines may hold what scrolls."""
_NARROW: Final = 0.35
"""The width of letters in the mean, as a share of their size, where they are narrow."""
_SIDES: Final = ("height", "width")
_NO_CUT: Final = frozenset(("", "visible", "inherit", "initial", "unset", "revert", "revert-layer"))
_PAINTED_INSIDE: Final = ("paint", "strict", "content")
_UNREADABLE_BLUR: Final = 2.0
"""The share of a letter's size by which its own blur leaves nothing to be read."""
_MOST_BLENDINGS: Final = 8
_BLURRED: Final = 2.0
"""The share of a letter's size by which a shadow may be apart or blurred and still show its form."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the text of an element looks; what is inherited, and what its ancestors do to it."""

    size: float = 16.0
    zoom: float = 1.0
    colour: tuple[float, Colour] | None = (1.0, BLACK)
    fill: tuple[float, Colour] | None = None
    ground: Colour | None = WHITE
    opacity: float = 1.0
    is_visible: bool = True
    indent: float = 0.0
    spacing: float = 0.0
    is_outlined: bool = False
    is_gone: bool = False
    cut: tuple[float, float] | None = None
    """How many lines fit into the element where it cuts off the rest, and how many letters into a line."""
    blendings: tuple[tuple[str, Colour | None], ...] = ()
    """How the element and those about it are blended, the outermost first, and what stands behind each."""
    is_isolated: bool = False
    """Whether what is blended here is blended with nothing."""
    depth: float = 0.0
    """Pixels from which the elements in it are looked at (`perspective`); 0 for a flat view."""
    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def hides(self) -> bool:
        """Whether the text of such an element cannot be seen, whatever its ground."""
        return (
            not self.is_visible
            or self.size * self.zoom < _LEAST_PIXELS
            or self.spacing <= -0.9 * self.size / 2
            or self.indent <= -_FAR_INDENT
            or self.indent >= _FAR_RIGHT
            or self.opacity < _FAINT
        )

    @property
    def vanishes(self) -> bool:
        """Whether text looks like its ground."""
        paint = self.fill or self.colour
        if paint is None or self.is_outlined:
            return False
        alpha, colour = paint
        if self.ground is None:
            return alpha * self.opacity < _FAINT
        ground, share = self.ground, alpha * self.opacity
        for mode, behind in reversed(self.blendings):
            if behind is None:
                return False
            colour = blended_by(mode, behind, colour)
            # what has no ground of its own stands on the one behind, which is blended with nothing
            ground = ground if ground is behind else blended_by(mode, behind, ground)
        return looks_alike(blended(colour, share, ground), ground)


def looking(style: Style, outer: Look) -> tuple[Look, bool]:
    """How an element with a style looks inside of another, and whether it is put at a place of its own."""
    if style.keys() == {"color"}:
        colour = _paint(substituted(style["color"], outer.variables), outer.colour)
        return replace(outer, colour=colour, cut=None, depth=0.0), False
    variables = outer.variables
    own = {name: value for name, value in style.items() if name.startswith("--")}
    if own:
        variables = {**variables, **own}
    style = {name: substituted(value, variables) for name, value in style.items()}
    if (
        _word(style, "display") in ("none", "table-column", "table-column-group")
        or _word(style, "content-visibility") == "hidden"
        or _word(style, "-webkit-text-security") not in ("", "none")
    ):
        return replace(outer, is_gone=True), False
    size = outer.size
    if "font-size" in style:
        given = length(style["font-size"], outer.size, outer.size, SCREEN)
        factor = _STEPS.get(_word(style, "font-size"), 1.0)
        size = outer.size * factor if given is None else given
    placed = _word(style, "position") in _PLACED
    moved = drawn(style, size, outer.depth)
    factor = moved.factor * _zoom(style)
    visibility = _word(style, "visibility")
    indent = _number(style, "text-indent", size, outer.indent)
    opacity = _opacity(style)
    look = replace(
        outer,
        size=size,
        zoom=outer.zoom * factor,
        is_visible=outer.is_visible if visibility in ("", "inherit") else visibility == "visible",
        indent=indent,
        spacing=_number(style, "letter-spacing", size, outer.spacing),
        opacity=outer.opacity * opacity,
        blendings=_blendings(style, outer),
        is_isolated=outer.is_isolated or isolates(style, opacity),
        depth=max(_number(style, "perspective", size, 0.0), 0.0),
        variables=variables,
        is_gone=(
            factor == 0
            or (moved.turned and _word(style, "backface-visibility") == "hidden")
            or _is_blurred(style, size)
            or _is_moved_away(style, size, placed, moved)
            or _is_clipped(style, size, placed)
            or _is_indented_away(style, size, indent)
        ),
        cut=_lines_that_fit(style, size),
    )
    return (look if look.is_gone else _painted(style, look)), placed


def _blendings(style: Style, outer: Look) -> tuple[tuple[str, Colour | None], ...]:
    mode = _word(style, "mix-blend-mode")
    if mode in ("", "normal", *_NO_CUT) or outer.is_isolated:
        return outer.blendings
    return (*outer.blendings, (mode, outer.ground))[-_MOST_BLENDINGS:]


def _painted(style: Style, look: Look) -> Look:
    """The look with the colours of a style."""
    colour, fill, ground = look.colour, look.fill, look.ground
    if "color" in style:
        colour = _paint(style["color"], look.colour)
    if "-webkit-text-fill-color" in style:
        fill = _paint(style["-webkit-text-fill-color"], colour)
    if "background-color" in style or "background-image" in style:
        ground = _ground(style, ground)
        if ground is not look.ground:  # what is blended inside is blended with it
            look = replace(look, is_isolated=False)
    is_outlined = look.is_outlined or _is_edged(style, look.size, ground)
    if "text" in (_word(style, "background-clip"), _word(style, "-webkit-background-clip")):
        drawn = fill or colour
        if ground is None or drawn is None:
            return replace(look, colour=colour, fill=None, ground=None, is_outlined=True)
        # what letters are filled with is their ground, as far as their own colour lets it through
        colour = 1.0, blended(drawn[1], drawn[0], ground)
        return replace(look, colour=colour, fill=None, is_outlined=is_outlined)
    return replace(look, colour=colour, fill=fill, ground=ground, is_outlined=is_outlined)


def _is_edged(style: Style, size: float, ground: Colour | None) -> bool:
    """Whether a stroke about letters, or a shadow near them, shows their form."""

    def shows(tokens: Any) -> bool:
        return any(
            alpha > _FAINT and (ground is None or not looks_alike(blended(edge, alpha, ground), ground))
            for alpha, edge in colours(tokens)
        )

    strokes = [*style.get("-webkit-text-stroke", ()), *style.get("-webkit-text-stroke-color", ())]
    widths = [*style.get("-webkit-text-stroke-width", ()), *strokes]
    measured = (length([token], size, size, SCREEN) for token in widths if token.type != "function")
    if any(width is not None and width > 0 for width in measured) and shows(strokes):
        return True
    return any(
        shows(shadow)
        and all(
            abs(length([token], size, size, SCREEN) or 0.0) <= _BLURRED * size
            for token in shadow
            if token.type in ("dimension", "number")
        )
        for shadow in comma_parts(style.get("text-shadow", ()))
    )


def _paint(value: Any, current: tuple[float, Colour] | None) -> tuple[float, Colour] | None:
    """A colour; that of the text around for a word that means it, None for what is not known."""
    word = value[0].lower_value if value and value[0].type == "ident" else ""
    if word in ("currentcolor", "inherit", "unset"):
        return current
    if word in ("initial", "revert", "canvastext", "windowtext"):
        return 1.0, BLACK
    if word in ("canvas", "field", "window"):
        return 1.0, WHITE
    return opacity_and_colour(value[0]) if value else current


def _ground(style: Style, outer: Colour | None) -> Colour | None:
    """The colour that text stands on; None under a picture or several colours."""
    ground = outer
    for token in style.get("background-color", ()):
        found = _paint([token], None) if token.type in ("ident", "hash", "function") else None
        if found is not None:
            alpha, colour = found
            ground = colour if alpha == 1 else None if ground is None else blended(colour, alpha, ground)
    for token in style.get("background-image", ()):
        if token.type == "url" or (token.type == "function" and not opacity_and_colour(token)):
            shades = list(colours([token]))
            if ground is not None:
                shades = [(1.0, blended(colour, alpha, ground)) for alpha, colour in shades]
            first = shades[0] if shades else (0.0, WHITE)
            is_plain = all(alpha == 1 and looks_alike(colour, first[1]) for alpha, colour in shades)
            ground = first[1] if is_plain and first[0] == 1 else None
    return ground


def _opacity(style: Style) -> float:
    given = length(style.get("opacity", ()), 0.0, 1.0, SCREEN)
    found = 1.0 if given is None else given
    for token in style.get("filter", ()):
        if token.type == "function" and token.lower_name == "opacity":
            found *= next(iter(numbers(token, 0.0, 1.0, SCREEN)), 1.0)
    return min(max(float(found), 0.0), 1.0)


def _is_blurred(style: Style, size: float) -> bool:
    blurs = (
        next(iter(numbers(token, size, 0.0, SCREEN)), 0.0)
        for token in style.get("filter", ())
        if token.type == "function" and token.lower_name == "blur"
    )
    return any(blur >= _UNREADABLE_BLUR * size > 0 for blur in blurs)


def _zoom(style: Style) -> float:
    zoom = style.get("zoom", ())
    if not zoom or zoom[0].type not in ("number", "percentage"):
        return 1.0
    return float(zoom[0].value) if zoom[0].type == "number" else float(zoom[0].value) / 100


def _is_moved_away(style: Style, size: float, placed: bool, moved: Drawn) -> bool:
    """Whether an element is shifted off the screen."""
    shifts = [_number(style, f"margin-{side}", size, 0.0) for side in ("left", "top")]
    if placed:
        shifts += [_number(style, side, size, 0.0) for side in ("left", "top", "right", "bottom")]
        sides = (
            ("left", "right", "top", "bottom") if _word(style, "position") == "fixed" else ("left", "right")
        )
        if any(_number(style, side, size, 0.0) >= _FAR_RIGHT for side in sides):
            return True
    if any(shift <= -_FAR for shift in shifts) or _number(style, "margin-left", size, 0.0) >= _FAR_RIGHT:
        return True
    return any(shift <= -_FAR or shift >= _FAR_RIGHT for shift in (moved.across, moved.down))


def _is_clipped(style: Style, size: float, placed: bool) -> bool:
    """Whether nothing of an element is left by its clip, or by a box of no size that cuts off."""
    if is_cut_away(style, size, placed) or is_masked(style, size):
        return True
    names = ("line-height", *_SIDES, *(f"max-{side}" for side in _SIDES))
    sizes = (_number(style, name, size, _FAR) for name in names)
    return _cuts_off(style) and any(value <= _THIN for value in sizes)


def _cuts_off(style: Style) -> bool:
    names = ("overflow", "overflow-x", "overflow-y")
    contained = {token.lower_value for token in style.get("contain", ()) if token.type == "ident"}
    return (
        bool({_word(style, name) for name in names} - _NO_CUT)
        or not contained.isdisjoint(_PAINTED_INSIDE)
        or _word(style, "content-visibility") == "auto"
    )


def _is_indented_away(style: Style, size: float, indent: float) -> bool:
    """Whether the one line of an element begins behind its right edge, where it is cut off."""
    if _word(style, "white-space") not in ("nowrap", "pre") or not _cuts_off(style):
        return False
    return 0 < _number(style, "width", size, SCREEN[0]) <= indent


def _lines_that_fit(style: Style, size: float) -> tuple[float, float] | None:
    """At most how many lines an element shows where what is below cannot be reached, and how long ones."""
    ways = {_word(style, name) for name in ("overflow", "overflow-y")}
    heights = [length(style.get(name, ()), size, math.nan, SCREEN) for name in ("height", "max-height")]
    known = [height / size for height in heights if height is not None and height > 0 and size > 0]
    clamp = style.get("-webkit-line-clamp", ())
    if clamp and clamp[0].type == "number":
        known.append(float(clamp[0].value))
    if not known or min(known) > _MOST_LINES or ways.isdisjoint(("hidden", "clip")) or "auto" in ways:
        return None
    width = min(_number(style, "width", size, SCREEN[0]), _number(style, "max-width", size, SCREEN[0]))
    return min(known), max(width, size) / max(_NARROW * size, 1e-3)


def _number(style: Style, name: str, size: float, default: float) -> float:
    value = style.get(name)
    if not value:
        return default
    found = length(value, size, SCREEN[0], SCREEN)
    return default if found is None else found


def _word(style: Style, name: str) -> str:
    value = style.get(name, ())
    return str(value[0].lower_value) if value and value[0].type == "ident" else ""
