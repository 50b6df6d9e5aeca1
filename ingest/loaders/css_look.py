"""How the text of an element looks by its style: its size, colours and place, and whether one sees it.

Not displayed, transparent, clipped away, off the screen, of no size: such text cannot be seen, nor can
text of the colour of its ground. A picture or a gradient makes a ground unknown, and text on an unknown
ground can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from ingest.loaders.css import SCREEN, Style
from ingest.loaders.css_values import colours, length, numbers, opacity_and_colour, substituted
from ingest.loaders.visible import BLACK, LEAST_POINTS, WHITE, Colour, blended, looks_alike

__all__ = ["Look", "looking"]

_LEAST_PIXELS: Final = LEAST_POINTS * 4 / 3
_FAR: Final = 1_000.0
"""Pixels to the left of or above its place that no text reaches over."""
_FAR_INDENT: Final = 500.0
_FAR_RIGHT: Final = 2_500.0
_THIN: Final = 1.0
_FAINT: Final = 0.08
_PLACED: Final = ("absolute", "fixed", "relative", "sticky")
_SIDES: Final = ("height", "width", "block-size", "inline-size")


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
    is_squeezed: bool = False
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
        return looks_alike(blended(colour, alpha * self.opacity, self.ground), self.ground)


def looking(style: Style, outer: Look) -> tuple[Look, bool]:
    """How an element with a style looks inside of another, and whether it is put at a place of its own."""
    if style.keys() == {"color"}:
        return replace(
            outer, colour=_paint(substituted(style["color"], outer.variables), outer.colour)
        ), False
    variables = outer.variables
    own = {name: value for name, value in style.items() if name.startswith("--")}
    if own:
        variables = {**variables, **own}
    if variables:
        style = {name: substituted(value, variables) for name, value in style.items()}
    if _word(style, "display") == "none" or _word(style, "content-visibility") == "hidden":
        return replace(outer, is_gone=True), False
    size = outer.size
    if "font-size" in style:
        given = length(style["font-size"], outer.size, outer.size, SCREEN)
        size = outer.size if given is None else given
    placed = _word(style, "position") in _PLACED
    factor = _scale(style)
    visibility = _word(style, "visibility")
    look = replace(
        outer,
        size=size,
        zoom=outer.zoom * factor,
        is_visible=outer.is_visible if visibility in ("", "inherit") else visibility == "visible",
        indent=_number(style, "text-indent", size, outer.indent),
        spacing=_number(style, "letter-spacing", size, outer.spacing),
        opacity=outer.opacity * _opacity(style),
        variables=variables,
        is_gone=factor == 0 or _is_moved_away(style, size, placed) or _is_clipped(style, size, placed),
    )
    return (look if look.is_gone else _painted(style, look)), placed


def _painted(style: Style, look: Look) -> Look:
    """The look with the colours of a style."""
    colour, fill, ground = look.colour, look.fill, look.ground
    if "color" in style:
        colour = _paint(style["color"], look.colour)
    if "-webkit-text-fill-color" in style:
        fill = _paint(style["-webkit-text-fill-color"], colour)
    if "background-color" in style or "background-image" in style:
        ground = _ground(style, ground)
    if "text" in (_word(style, "background-clip"), _word(style, "-webkit-background-clip")):
        return replace(look, colour=colour, fill=None, ground=None, is_outlined=True)
    drawn = ("text-shadow", "-webkit-text-stroke", "-webkit-text-stroke-color")
    edges = [token for name in drawn for token in style.get(name, ())]
    is_outlined = look.is_outlined or any(
        alpha > _FAINT and (ground is None or not looks_alike(blended(edge, alpha, ground), ground))
        for alpha, edge in colours(edges)
    )
    return replace(look, colour=colour, fill=fill, ground=ground, is_outlined=is_outlined)


def _paint(value: Any, current: tuple[float, Colour] | None) -> tuple[float, Colour] | None:
    """A colour; that of the text around for a word that means it, None for what is not known."""
    word = value[0].lower_value if value and value[0].type == "ident" else ""
    if word in ("currentcolor", "inherit", "unset"):
        return current
    if word in ("initial", "revert", "canvastext", "windowtext"):
        return 1.0, BLACK
    if word in ("canvas", "window"):
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
            shades = [colour for alpha, colour in colours([token]) if alpha == 1]
            is_plain = bool(shades) and all(looks_alike(shade, shades[0]) for shade in shades)
            ground = shades[0] if is_plain else None
    return ground


def _opacity(style: Style) -> float:
    found = 1.0
    for token in style.get("opacity", ()):
        if token.type in ("number", "percentage"):
            found = token.value if token.type == "number" else token.value / 100
    for token in style.get("filter", ()):
        if token.type == "function" and token.lower_name == "opacity":
            for argument in token.arguments:
                if argument.type in ("number", "percentage"):
                    found *= argument.value if argument.type == "number" else argument.value / 100
    return min(max(float(found), 0.0), 1.0)


def _scale(style: Style) -> float:
    """How much smaller or larger an element is drawn, by its narrower side; 0 where it is seen edge-on."""
    factor = 1.0
    zoom = style.get("zoom", ())
    if zoom and zoom[0].type in ("number", "percentage"):
        factor *= zoom[0].value if zoom[0].type == "number" else zoom[0].value / 100
    scales = [token.value for token in style.get("scale", ()) if token.type == "number"]
    factor *= min(map(abs, scales), default=1.0)
    for token in style.get("transform", ()):
        if token.type != "function":
            continue
        values = [one.value for one in token.arguments if one.type in ("number", "dimension", "percentage")]
        if token.lower_name.startswith("scale") and values:
            factor *= min(map(abs, values[:2]))
        elif token.lower_name == "matrix" and len(values) >= 4:
            a, b, c, d = values[:4]
            factor *= min((a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5)
        elif token.lower_name in ("rotatex", "rotatey") and values and values[0] % 180 == 90:
            return 0.0
    return float(factor)


def _is_moved_away(style: Style, size: float, placed: bool) -> bool:
    """Whether an element is shifted off the screen."""
    shifts = [_number(style, f"margin-{side}", size, 0.0) for side in ("left", "top")]
    if placed:
        shifts += [_number(style, side, size, 0.0) for side in ("left", "top", "right", "bottom")]
        if _number(style, "left", size, 0.0) >= _FAR_RIGHT:
            return True
    if any(shift <= -_FAR for shift in shifts) or _number(style, "margin-left", size, 0.0) >= _FAR_RIGHT:
        return True
    moves = [
        (function.lower_name, function)
        for function in style.get("transform", ())
        if function.type == "function" and function.lower_name.startswith("translate")
    ]
    for _, function in moves:
        # per cents are of the element itself: more than twice that is off its place altogether
        if any(value <= -_FAR or value >= _FAR_RIGHT for value in numbers(function, size, _FAR / 2, SCREEN)):
            return True
    own = (length([token], size, _FAR / 2, SCREEN) for token in style.get("translate", ()))
    return any(value is not None and (value <= -_FAR or value >= _FAR_RIGHT) for value in own)


def _is_clipped(style: Style, size: float, placed: bool) -> bool:
    """Whether nothing of an element is left by its clip, or by a box of no size that cuts off."""
    for token in style.get("clip", ()):
        if token.type == "function" and token.lower_name == "rect" and placed:
            edges = numbers(token, size, 0.0, SCREEN)
            if len(edges) == 4 and (edges[2] - edges[0] <= _THIN or edges[1] - edges[3] <= _THIN):
                return True
    if any(_is_empty(token, size) for token in style.get("clip-path", ()) if token.type == "function"):
        return True
    overflow = {_word(style, name) for name in ("overflow", "overflow-x", "overflow-y")} - {"", "visible"}
    names = ("line-height", *_SIDES, *(f"max-{side}" for side in _SIDES))
    sizes = (_number(style, name, size, _FAR) for name in names)
    return bool(overflow) and any(value <= _THIN for value in sizes)


def _is_empty(shape: Any, size: float) -> bool:
    """Whether a basic shape of `clip-path` has no area; per cents are of 100."""
    values = numbers(shape, size, 100.0, SCREEN)
    match shape.lower_name:
        case "inset" if values:
            top, right = values[0], values[1 % len(values)]
            bottom = values[2] if len(values) > 2 else top
            left = values[3] if len(values) > 3 else right
            return top + bottom >= 100 or left + right >= 100
        case "circle" | "ellipse" if values:
            return values[0] <= _THIN
        case "polygon" if len(values) >= 2:
            across, down = values[::2], values[1::2]
            return max(across) - min(across) <= _THIN or max(down) - min(down) <= _THIN
        case _:
            return False


def _number(style: Style, name: str, size: float, default: float) -> float:
    value = style.get(name)
    if not value:
        return default
    found = length(value, size, SCREEN[0], SCREEN)
    return default if found is None else found


def _word(style: Style, name: str) -> str:
    value = style.get(name, ())
    return str(value[0].lower_value) if value and value[0].type == "ident" else ""
