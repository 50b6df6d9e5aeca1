"""Which declarations of CSS a browser takes: one with a value that is none leaves an earlier one in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

__all__ = ["BLENDINGS", "is_taken"]

Tokens = Sequence[Any]
_DEEPEST: Final = 8
_EVERYWHERE: Final = frozenset(("inherit", "initial", "unset", "revert", "revert-layer"))
_PUT_IN: Final = frozenset(("var", "env", "attr"))
"""Functions whose value is known only where it is used."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLENDINGS: Final = _words(
    "normal multiply screen overlay darken lighten color-dodge color-burn hard-light soft-light difference"
    " exclusion hue saturation color luminosity plus-lighter plus-darker"
)
"""Of `mix-blend-mode`."""
_OVERFLOW: Final = _words("visible hidden clip scroll auto overlay -moz-hidden-unscrollable")
_KEYWORDS: Final = {
    "display": _words(
        "none contents block inline inline-block flow flow-root flex inline-flex grid inline-grid table"
        " inline-table table-row table-row-group table-header-group table-footer-group table-column"
        " table-column-group table-cell table-caption list-item run-in ruby ruby-base ruby-text"
        " ruby-base-container ruby-text-container math -webkit-box -webkit-inline-box -webkit-flex"
        " -webkit-inline-flex"
    ),
    "visibility": _words("visible hidden collapse"),
    "content-visibility": _words("visible hidden auto"),
    "position": _words("static relative absolute fixed sticky -webkit-sticky"),
    "overflow": _OVERFLOW,
    "overflow-x": _OVERFLOW,
    "overflow-y": _OVERFLOW,
    "contain": _words("none strict content size inline-size layout style paint"),
    "white-space": _words(
        "normal pre nowrap pre-wrap pre-line break-spaces wrap collapse preserve preserve-breaks"
        " preserve-spaces"
    ),
    "-webkit-text-security": _words("none disc circle square"),
    "backface-visibility": _words("visible hidden"),
    "mix-blend-mode": BLENDINGS,
    "isolation": _words("auto isolate"),
}
_SIZES: Final = _words(
    "auto none normal min-content max-content fit-content stretch -webkit-fill-available"
    " -moz-available intrinsic min-intrinsic -webkit-fit-content -webkit-min-content -webkit-max-content"
)
_TYPE_SIZES: Final = _words(
    "xx-small x-small small medium large x-large xx-large xxx-large smaller larger math"
)
_SHAPES: Final = _words("none inset circle ellipse polygon path rect xywh shape url")
_BOXES: Final = _words("margin-box border-box padding-box content-box fill-box stroke-box view-box")
_MATHS: Final = _words(
    "calc min max clamp round mod rem sin cos tan asin acos atan atan2 pow sqrt hypot log exp abs sign"
    " calc-size anchor anchor-size fit-content -webkit-calc"
)
_MOVES: Final = _words(
    "none matrix matrix3d translate translatex translatey translatez translate3d scale scalex scaley scalez"
    " scale3d rotate rotatex rotatey rotatez rotate3d skew skewx skewy perspective"
)
_FILTERS: Final = _words(
    "none blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia url"
)
_COLOURS: Final = _words(
    "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark contrast-color device-cmyk"
)
_OF_SYSTEM: Final = _words(
    "currentcolor transparent canvas canvastext linktext visitedtext activetext buttonface buttontext"
    " buttonborder field fieldtext highlight highlighttext selecteditem selecteditemtext mark marktext"
    " graytext accentcolor accentcolortext window windowtext background infotext infobackground menu"
    " menutext captiontext threedface -webkit-link -webkit-text -webkit-activelink text"
)
_OF_GROUNDS: Final = _words(
    "none repeat repeat-x repeat-y no-repeat round space scroll fixed local left right top bottom center"
    " cover contain auto border-box padding-box content-box border-area text"
)
_NEVER_NEGATIVE: Final = frozenset(
    ("font-size", "height", "width", "max-height", "max-width", "min-height", "line-height")
)


def is_taken(name: str, value: Tokens) -> bool:
    """Whether a browser takes a value, without white space and comments, for a property.

    Properties that are not looked at here are taken with any.
    """
    if not value:
        return False
    if any(token.type in ("error", "literal") and token.value not in ("/", ",") for token in value):
        return False
    if any(_is_put_in(token, _DEEPEST) for token in value):
        return True
    if any(token.type == "ident" and token.lower_value in _EVERYWHERE for token in value):
        return len(value) == 1
    if name in _KEYWORDS:
        words = _KEYWORDS[name]
        return all(token.type == "ident" and token.lower_value in words for token in value)
    check = _CHECKS.get(name)
    return check is None or check(name, value)


def _is_put_in(token: Any, depth: int) -> bool:
    if token.type != "function" or not depth:
        return False
    return token.lower_name in _PUT_IN or any(_is_put_in(one, depth - 1) for one in token.arguments)


def _is_colour(token: Any) -> bool:
    from tinycss2.color5 import parse_color

    if token.type == "function":
        return token.lower_name in _COLOURS
    if token.type == "ident" and token.lower_value in _OF_SYSTEM:
        return True
    return token.type in ("ident", "hash") and parse_color(token) is not None


def _colour(name: str, value: Tokens) -> bool:
    return len(value) == 1 and _is_colour(value[0])


def _number(name: str, value: Tokens) -> bool:
    [token, *more] = value
    return not more and (
        (name == "zoom" and token.type == "ident" and token.lower_value in ("normal", "reset"))
        or token.type in ("number", "percentage")
        or (token.type == "function" and token.lower_name in _MATHS)
    )


def _length(name: str, value: Tokens) -> bool:
    words = _TYPE_SIZES if name == "font-size" else _SIZES
    most = (
        4
        if name in ("margin", "inset") or name.startswith(("margin-", "inset-"))
        else 3
        if name == "text-indent"
        else 1
    )
    if len(value) > most:
        return False
    for token in value:
        if token.type == "ident":
            if token.lower_value not in words and name != "text-indent":
                return False
        elif token.type in ("dimension", "percentage", "number"):
            if token.value < 0 and name in _NEVER_NEGATIVE:
                return False
        elif token.type != "function" or token.lower_name not in _MATHS:
            return False
    return True


def _of_functions(names: frozenset[str], words: frozenset[str]) -> Callable[[str, Tokens], bool]:
    def check(name: str, value: Tokens) -> bool:
        return all(
            (token.type == "function" and token.lower_name in names)
            or (token.type == "url" and "url" in names)
            or (token.type == "ident" and token.lower_value in words)
            for token in value
        )

    return check


def _shadow(name: str, value: Tokens) -> bool:
    return all(
        token.type in ("dimension", "number")
        or token == ","
        or (token.type == "ident" and token.lower_value == "none")
        or (token.type == "function" and token.lower_name in _MATHS)
        or _is_colour(token)
        for token in value
    )


def _ground(name: str, value: Tokens) -> bool:
    return all(
        token.type in ("dimension", "percentage", "number", "url", "function", "literal")
        or (token.type == "ident" and token.lower_value in _OF_GROUNDS)
        or _is_colour(token)
        for token in value
    )


def _names() -> Iterator[tuple[Callable[[str, Tokens], bool], str]]:
    yield _colour, "color background-color -webkit-text-fill-color -webkit-text-stroke-color"
    yield _number, "opacity zoom"
    yield (
        _length,
        "font-size letter-spacing line-height text-indent left right top bottom inset margin margin-left"
        " margin-top margin-right height width max-height max-width min-height"
        " margin-inline margin-block inset-inline inset-block",
    )
    yield _of_functions(_MOVES, frozenset(("none",))), "transform"
    yield _of_functions(_FILTERS, frozenset(("none",))), "filter backdrop-filter"
    yield _of_functions(_SHAPES, _BOXES | {"none"}), "clip-path"
    yield _of_functions(frozenset(("rect",)), frozenset(("auto",))), "clip"
    yield _shadow, "text-shadow"
    yield _ground, "background"


_CHECKS: Final = {name: check for check, names in _names() for name in names.split()}
