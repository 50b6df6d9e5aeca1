"""How the text of an element looks by its style: its size, colours and place, and whether one sees it.

Not displayed, transparent, clipped away, off the screen, of no size: such text cannot be seen, nor can
text of the colour of its ground. A picture or a gradient makes a ground unknown, and text on an unknown
ground can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from ingest.loaders.css import SCREEN, Style
from ingest.loaders.css_blending import blended_by, isolates
from ingest.loaders.css_filter import Filter, filter_of, filtered
from ingest.loaders.css_place import (
    FAR,
    FAR_RIGHT,
    NO_CUT,
    is_clipped,
    is_empty_box,
    is_indented_away,
    is_moved_away,
    is_replaced,
    lines_that_fit,
    number,
    word,
)
from ingest.loaders.css_relative import with_current
from ingest.loaders.css_transform import drawn
from ingest.loaders.css_values import (
    ROOT_SIZE,
    colours,
    comma_parts,
    in_pixels,
    length,
    numbers,
    opacity_and_colour,
    substituted,
)
from ingest.loaders.visible import BLACK, LEAST_POINTS, WHITE, Colour, blended, looks_alike

__all__ = ["Look", "looking"]

_LEAST_PIXELS: Final = LEAST_POINTS * 4 / 3
_FAR_INDENT: Final = 500.0
_FAINT: Final = 0.08
_STEPS: Final = {"smaller": 1 / 1.2, "larger": 1.2}
_PLACED: Final = ("absolute", "fixed", "relative", "sticky")
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
    blendings: tuple[tuple[str | Filter, Colour | None], ...] = ()
    """How the element and those about it are blended or filtered, the outermost first, and what stands
    behind each."""
    is_isolated: bool = False
    """Whether what is blended here is blended with nothing."""
    depth: float = 0.0
    """Pixels from which the elements in it are looked at (`perspective`); 0 for a flat view."""
    variables: dict[str, Any] = field(default_factory=dict)
    fresh: dict[str, Any] = field(default_factory=dict)
    """Variables that are not inherited, and their values where an element sets none."""
    root: float | None = None
    """The size of the type of the root, for `rem`; None at the root."""
    lays_out: bool = False
    """Whether the element gives those in it their sizes (`flex`, `grid`)."""

    @property
    def hides(self) -> bool:
        """Whether the text of such an element cannot be seen, whatever its ground."""
        return (
            not self.is_visible
            or self.size * self.zoom < _LEAST_PIXELS
            or self.spacing <= -0.9 * self.size / 2
            or self.spacing >= FAR
            or self.indent <= -_FAR_INDENT
            or self.indent >= FAR_RIGHT
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
            # what has no ground of its own stands on the one behind, which is blended with nothing
            if isinstance(mode, str):
                colour = blended_by(mode, behind, colour)
                ground = ground if ground is behind else blended_by(mode, behind, ground)
            else:
                colour = filtered(mode, colour)
                ground = ground if ground is behind else filtered(mode, ground)
        return looks_alike(blended(colour, share, ground), ground)


def looking(style: Style, outer: Look) -> tuple[Look, bool]:
    """How an element with a style looks inside of another, and whether it is put at a place of its own."""
    if style.keys() == {"color"} and not outer.fresh:
        colour = _paint(substituted(style["color"], outer.variables), outer.colour)
        return replace(outer, colour=colour, cut=None, depth=0.0, lays_out=False), False
    variables = {**outer.variables, **outer.fresh} if outer.fresh else outer.variables
    own = {name: value for name, value in style.items() if name.startswith("--")}
    if own:
        variables = {**variables, **own}
    style = {name: substituted(value, variables) for name, value in style.items()}
    if outer.root not in (None, ROOT_SIZE):
        style = {name: [in_pixels(token, outer.root) for token in value] for name, value in style.items()}
    if (
        word(style, "display") in ("none", "table-column", "table-column-group")
        or word(style, "content-visibility") == "hidden"
        or word(style, "-webkit-text-security") not in ("", "none")
        or is_replaced(style)
    ):
        return replace(outer, is_gone=True), False
    size = outer.size
    if "font-size" in style:
        given = length(style["font-size"], outer.size, outer.size, SCREEN)
        factor = _STEPS.get(word(style, "font-size"), 1.0)
        size = outer.size * factor if given is None else given
    placed = word(style, "position") in _PLACED
    moved = drawn(style, size, outer.depth)
    factor = moved.factor * _zoom(style)
    visibility = word(style, "visibility")
    indent = number(style, "text-indent", size, outer.indent)
    opacity = _opacity(style)
    look = replace(
        outer,
        size=size,
        zoom=outer.zoom * factor,
        is_visible=outer.is_visible if visibility in ("", "inherit") else visibility == "visible",
        indent=indent,
        spacing=number(style, "letter-spacing", size, outer.spacing),
        opacity=outer.opacity * opacity,
        blendings=_blendings(style, outer),
        is_isolated=outer.is_isolated or isolates(style, opacity),
        depth=max(number(style, "perspective", size, 0.0), 0.0),
        variables=variables,
        lays_out=word(style, "display").endswith(("flex", "grid")),
        is_gone=(
            factor == 0
            or (moved.turned and word(style, "backface-visibility") == "hidden")
            or _is_blurred(style, size)
            or is_moved_away(style, size, placed, moved)
            or is_clipped(style, size, placed)
            or (not outer.lays_out and is_empty_box(style))
            or is_indented_away(style, size, indent)
        ),
        cut=lines_that_fit(style, size),
    )
    return (look if look.is_gone else _painted(style, look)), placed


def _blendings(style: Style, outer: Look) -> tuple[tuple[str | Filter, Colour | None], ...]:
    mode = word(style, "mix-blend-mode")
    found = outer.blendings
    if mode not in ("", "normal", *NO_CUT) and not outer.is_isolated:
        found = (*found, (mode, outer.ground))
    # a filter of the root is one of the whole page
    if outer.root is not None and (colouring := filter_of(style.get("filter", ()))):
        found = (*found, (colouring, outer.ground))
    return found[-_MOST_BLENDINGS:]


def _painted(style: Style, look: Look) -> Look:
    """The look with the colours of a style."""
    colour, fill, ground = look.colour, look.fill, look.ground
    if "color" in style:
        colour = _paint(style["color"], look.colour)
    if "-webkit-text-fill-color" in style:
        fill = _paint(style["-webkit-text-fill-color"], colour)
    if ground is not None and (behind := filter_of(style.get("backdrop-filter", ()))):
        ground = filtered(behind, ground)
    if "background-color" in style or "background-image" in style:
        ground = _ground(style, ground, colour)
        if ground is not look.ground:  # what is blended inside is blended with it
            look = replace(look, is_isolated=False)
    is_outlined = look.is_outlined or _is_edged(style, look.size, ground)
    if "text" in (word(style, "background-clip"), word(style, "-webkit-background-clip")):
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
    return opacity_and_colour(with_current(value[0], current)) if value else current


def _ground(style: Style, outer: Colour | None, current: tuple[float, Colour] | None) -> Colour | None:
    """The colour that text of a colour stands on; None under a picture or several colours."""
    ground = outer
    for given in style.get("background-color", ()):
        token = with_current(given, current)
        found = _paint([token], None) if token.type in ("ident", "hash", "function") else None
        if found is not None:
            alpha, colour = found
            ground = colour if alpha == 1 else None if ground is None else blended(colour, alpha, ground)
    for given in style.get("background-image", ()):
        token = with_current(given, current)
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
