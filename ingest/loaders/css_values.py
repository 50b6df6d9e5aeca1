"""Values of CSS as numbers: lengths in pixels, colours, variables put in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ingest.loaders.css_relative import derived
from ingest.loaders.visible import BLACK, Colour, blended, looks_alike

__all__ = [
    "ROOT_SIZE",
    "colours",
    "comma_parts",
    "in_pixels",
    "legacy_colour",
    "length",
    "numbers",
    "opacity_and_colour",
    "substituted",
]

Tokens = Sequence[Any]
_INCH: Final = 96.0
_PIXELS: Final = {
    "px": 1.0, "pt": _INCH / 72, "pc": _INCH / 6, "in": _INCH, "cm": _INCH / 2.54, "mm": _INCH / 25.4,
    "q": _INCH / 101.6,
}  # fmt: skip
ROOT_SIZE: Final = 16.0
"""Pixels of the type of a root without a style."""
_SIZES: Final = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0,
    "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip
_DEEPEST: Final = 8
_MOST_VARIABLES: Final = 500
_GREY: Final = 0.02
_OF_DEVICE: Final = ("safe-area-", "keyboard-inset-", "titlebar-area-", "viewport-segment-", "fold-")
"""What browsers know by `env`: nothing of it takes room on the screen of a computer."""


def length(value: Tokens, size: float, whole: float, screen: tuple[float, float]) -> float | None:
    """A length in pixels, None where it is none (`auto`) or not known.

    Args:
        value: The tokens, without white space.
        size: The size of the type in pixels, for `em`.
        whole: What per cents are of, in pixels.
        screen: Width and height that `vw` and `vh` are of.
    """
    return _length(value[0], size, whole, screen, _DEEPEST) if value else None


def _length(token: Any, size: float, whole: float, screen: tuple[float, float], depth: int) -> float | None:
    match token.type:
        case "number":
            return float(token.value)
        case "percentage":
            return float(token.value) * whole / 100
        case "dimension":
            return _dimension(float(token.value), token.lower_unit, size, screen)
        case "ident":
            return _SIZES.get(token.lower_value)
        case "function" | "() block" if depth:
            name = getattr(token, "lower_name", "calc")
            inner = token.arguments if token.type == "function" else token.content
            terms = [_sum(part, size, whole, screen, depth - 1) for part in comma_parts(inner)]
            known = [term for term in terms if term is not None]
            if not known or len(known) < len(terms):
                return None
            if name in ("calc", "min"):
                return min(known)
            if name == "clamp" and len(known) == 3:
                return max(known[0], min(known[1], known[2]))
            return max(known) if name == "max" else None
        case _:
            return None


def _dimension(value: float, unit: str, size: float, screen: tuple[float, float]) -> float | None:
    if unit in _PIXELS:
        return value * _PIXELS[unit]
    if unit in ("em", "lh", "ic", "cap"):
        return value * size
    if unit in ("ex", "ch"):
        return value * size / 2
    if unit in ("rem", "rlh"):
        return value * ROOT_SIZE
    side = {
        "w": screen[0],
        "i": screen[0],
        "h": screen[1],
        "b": screen[1],
        "vmin": min(screen),
        "vmax": max(screen),
    }
    of = side.get(unit if unit in side else unit[-1:])
    return value * of / 100 if of is not None and unit[:1] in ("v", "s", "l", "d") else None


def _sum(tokens: Tokens, size: float, whole: float, screen: tuple[float, float], depth: int) -> float | None:
    """The value of a sum of products, as `calc` writes them."""
    total, product, sign, operator = 0.0, None, 1.0, "*"
    for token in (token for token in tokens if token.type not in ("whitespace", "comment")):
        if token.type == "literal" and token.value in ("+", "-"):
            total += sign * (product or 0.0)
            product, sign, operator = None, 1.0 if token.value == "+" else -1.0, "*"
        elif token.type == "literal":
            operator = token.value
        else:
            factor = _length(token, size, whole, screen, depth)
            if factor is None or (operator == "/" and not factor):
                return None
            before = 1.0 if product is None else product
            product = before / factor if operator == "/" else before * factor
    return total + sign * (product or 0.0)


def in_pixels(token: Any, root: float, depth: int = _DEEPEST) -> Any:
    """A token in which lengths by the size of the root's type are in pixels."""
    from tinycss2.ast import DimensionToken, FunctionBlock

    if token.type == "dimension" and token.lower_unit in ("rem", "rlh"):
        value = token.value * root
        return DimensionToken(token.source_line, token.source_column, value, None, str(value), "px")
    if token.type != "function" or not depth:
        return token
    inner = [in_pixels(one, root, depth - 1) for one in token.arguments]
    return FunctionBlock(token.source_line, token.source_column, token.name, inner)


def comma_parts(tokens: Tokens) -> Iterator[Tokens]:
    """The parts of a value that commas divide."""
    part: list[Any] = []
    for token in tokens:
        if token == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def numbers(function: Any, size: float, whole: float, screen: tuple[float, float]) -> list[float]:
    """The arguments of a function such as `rect` or `translate`, in pixels or as they are."""
    found = (_length(token, size, whole, screen, _DEEPEST) for token in function.arguments)
    return [value for value in found if value is not None]


def opacity_and_colour(token: Any, depth: int = _DEEPEST) -> tuple[float, Colour] | None:
    """The opacity, 0 to 1, and the colour that a token names; None where it names none."""
    from tinycss2.color5 import parse_color

    if token.type not in ("ident", "hash", "function"):
        return None
    if token.type == "function" and token.lower_name == "color-mix":
        return _mixed(token, depth - 1) if depth else None
    found = parse_color(token)
    if found is None or isinstance(found, str):
        return _of_another(token, depth)
    try:
        channels = found.to("srgb").coordinates
    except NotImplementedError:
        # of the spaces of lightness and chroma the greys are known: white text is one of them
        lightness, first, second = (value or 0.0 for value in found.coordinates)
        chroma = abs(first) if found.space.endswith("lch") else max(abs(first), abs(second))
        unit = 1.0 if found.space.startswith("ok") else 100.0
        if not found.space.endswith(("lab", "lch")) or chroma > _GREY * unit:
            return None
        channels = (lightness / unit,) * 3
    red, green, blue = (min(max(float(value), 0.0), 1.0) * 255 for value in channels)
    return float(found.alpha), (red, green, blue)


def _of_another(token: Any, depth: int) -> tuple[float, Colour] | None:
    """A colour made from another (`rgb(from red r g b / 0)`), where both are known or it is clear."""
    import tinycss2

    if token.type != "function":
        return None
    words = [one for one in token.arguments if one.type not in ("whitespace", "comment")]
    if len(words) < 2 or words[0].type != "ident" or words[0].lower_value != "from":
        return None
    if words[-2] == "/" and words[-1].type in ("number", "percentage") and words[-1].value <= 0:
        return 0.0, BLACK
    origin = opacity_and_colour(words[1], depth - 1) if depth else None
    told = None if origin is None else derived(token, origin)
    return None if told is None else opacity_and_colour(tinycss2.parse_one_component_value(told), 0)


def _mixed(function: Any, depth: int) -> tuple[float, Colour] | None:
    """What `color-mix` makes of two colours, where all spaces agree, or of red, green and blue."""
    way, *mixed = comma_parts(function.arguments)
    named = ([opacity_and_colour(one, depth) for one in part] for part in mixed)
    found = [next((one for one in part if one is not None), None) for part in named]
    if len(found) != 2 or found[0] is None or found[1] is None:
        return None
    given = [next((one.value / 100 for one in part if one.type == "percentage"), None) for part in mixed]
    first = given[0] if given[0] is not None else 0.5 if given[1] is None else 1 - given[1]
    second = given[1] if given[1] is not None else 1 - first
    total = first + second
    if total <= 0 or min(first, second) < 0:
        return None
    weights = [first / total * found[0][0], second / total * found[1][0]]
    alpha = sum(weights)
    if alpha <= 0:
        return 0.0, BLACK
    share = weights[0] / alpha
    is_plain = any(one.type == "ident" and one.lower_value == "srgb" for one in way)
    if not is_plain and 0 < share < 1 and not looks_alike(found[0][1], found[1][1]):
        return None
    return alpha * min(total, 1.0), blended(found[0][1], share, found[1][1])


def legacy_colour(text: str) -> str:
    """A colour of an old attribute as CSS writes it: browsers make one of any text, by the rules of HTML."""
    from tinycss2.color5 import parse_color

    text = text.strip()[:128]
    is_plain = re.fullmatch("#(?:[0-9a-f]{3}|[0-9a-f]{6})", text, re.I) is not None
    if not text or is_plain or (text.isalpha() and parse_color(text) is not None):
        return text
    digits = re.sub("[^0-9a-f]", "0", text.removeprefix("#").lower())
    side = max(-(-len(digits) // 3), 1)
    parts = [digits.ljust(3 * side, "0")[start : start + side][-8:] for start in (0, side, 2 * side)]
    while len(parts[0]) > 2 and all(part[0] == "0" for part in parts):
        parts = [part[1:] for part in parts]
    return "#" + "".join(part[:2].rjust(2, "0") for part in parts)


def colours(tokens: Tokens, depth: int = _DEEPEST) -> Iterator[tuple[float, Colour]]:
    """All colours that are named in a value, those in gradients and shadows too."""
    for token in tokens:
        found = opacity_and_colour(token)
        if found is not None:
            yield found
        elif token.type == "function" and depth:
            yield from colours(token.arguments, depth - 1)


def substituted(
    tokens: Tokens, variables: Mapping[str, Tokens], depth: int = _DEEPEST, left: list[int] | None = None
) -> Tokens:
    """A value with what its variables stand for, or with what it says for those that nobody set.

    `left` counts the variables that may still be put in; no value needs many.
    """
    import tinycss2
    from tinycss2.ast import FunctionBlock

    if not depth or not any(token.type == "function" for token in tokens):
        return tokens
    left = [_MOST_VARIABLES] if left is None else left
    found: list[Any] = []
    for token in tokens:
        if token.type != "function":
            found.append(token)
            continue
        if token.lower_name not in ("var", "env"):
            inner = substituted(token.arguments, variables, depth - 1, left)
            if inner is not token.arguments:
                token = FunctionBlock(token.source_line, token.source_column, token.name, inner)
            found.append(token)
            continue
        left[0] -= 1
        if left[0] < 0:
            return ()
        parts = list(comma_parts(token.arguments))
        name = next((part.value for part in parts[0] if part.type == "ident"), "")
        value = parts[1] if len(parts) > 1 else ()
        if token.lower_name == "var":
            value = variables.get(name, value)
        elif name.startswith(_OF_DEVICE):
            value = [tinycss2.parse_one_component_value("0px")]
        found.extend(
            one for one in substituted(value, variables, depth - 1, left) if one.type != "whitespace"
        )
    return found
