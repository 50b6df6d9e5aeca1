"""Colours that are made of others: of that of the text around, and by `rgb(from …)` and its like."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ingest.loaders.visible import Colour

__all__ = ["derived", "with_current"]

Paint = tuple[float, Colour]
_DEEPEST: Final = 8
_LETTERS: Final = {
    "rgb": "rgb", "rgba": "rgb", "hsl": "hsl", "hsla": "hsl", "hwb": "hwb", "lab": "lab", "lch": "lch",
    "oklab": "lab", "oklch": "lch",
}  # fmt: skip


_PER_CENT: Final = {"rgb": 2.55, "hsl": 1.0, "hwb": 1.0}


def with_current(token: Any, current: Paint | None, depth: int = _DEEPEST) -> Any:
    """A token in which `currentcolor` is the colour of the text, where that is known."""
    import tinycss2
    from tinycss2.ast import FunctionBlock

    if current is None:
        return token
    if token.type == "ident" and token.lower_value == "currentcolor":
        alpha, (red, green, blue) = current
        return tinycss2.parse_one_component_value(f"rgb({red:.2f} {green:.2f} {blue:.2f} / {alpha:.4f})")
    if token.type != "function" or not depth:
        return token
    inner = [with_current(one, current, depth - 1) for one in token.arguments]
    if all(one is other for one, other in zip(inner, token.arguments, strict=True)):
        return token
    return FunctionBlock(token.source_line, token.source_column, token.name, inner)


def derived(function: Any, origin: Paint) -> str | None:
    """A colour of channels of another (CSS Color 5, section 4) as one without; None where it is not known.

    Args:
        function: Such as `rgb(from white r g b)`.
        origin: The colour after `from`.
    """
    letters = _LETTERS.get(function.lower_name)
    words = [one for one in function.arguments if one.type not in ("whitespace", "comment")][2:]
    cut = next((number for number, one in enumerate(words) if one == "/"), len(words))
    channels, alphas = words[:cut], words[cut + 1 :]
    if letters is None or len(channels) != 3 or len(alphas) > 1:
        return None
    alpha, colour = origin
    values = _channels(letters, colour)
    if [getattr(one, "lower_value", "") for one in channels] == list(letters):
        red, green, blue = colour
        told = f"rgb({red} {green} {blue}"
    else:
        parts = [_told(one, values, _PER_CENT.get(letters, 0.0)) for one in channels]
        if None in parts:
            return None
        told = f"{function.lower_name}({' '.join(str(part) for part in parts)}"
    share = _told(alphas[0], {"alpha": alpha}) if alphas else str(alpha)
    return None if share is None else f"{told} / {share})"


def _channels(letters: str, colour: Colour) -> Mapping[str, float]:
    """The values of the letters of a space for a colour; of the spaces of lightness none are known."""
    red, green, blue = colour
    if letters == "rgb":
        return {"r": red, "g": green, "b": blue}
    hue, light, full = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if letters == "hsl":
        return {"h": hue * 360, "s": full * 100, "l": light * 100}
    if letters == "hwb":
        return {"h": hue * 360, "w": min(colour) / 2.55, "b": 100 - max(colour) / 2.55}
    return {}


def _told(token: Any, values: Mapping[str, float], per_cent: float = 0.0) -> str | None:
    """A channel as it is written without a letter, a share as so many times a number of its per cents."""
    if token.type == "percentage" and per_cent:
        return f"{token.value * per_cent:.4f}"
    if token.type == "ident":
        value = 0.0 if token.lower_value == "none" else values.get(token.lower_value)
        return None if value is None else f"{value:.4f}"
    if token.type == "function":
        from ingest.loaders.css_media import SCREEN
        from ingest.loaders.css_values import length

        named = _put(token, values, _DEEPEST)
        found = None if named is None else length([named], 0.0, 1.0, SCREEN)
        return None if found is None else f"{found:.4f}"
    return str(token.serialize())


def _put(token: Any, values: Mapping[str, float], depth: int) -> Any | None:
    """A calculation with numbers in the place of letters."""
    import tinycss2
    from tinycss2.ast import FunctionBlock, ParenthesesBlock

    if token.type == "ident":
        value = values.get(token.lower_value)
        return None if value is None else tinycss2.parse_one_component_value(f"{value:.4f}")
    if token.type not in ("function", "() block"):
        return token
    given: Sequence[Any] = token.arguments if token.type == "function" else token.content
    inner = [_put(one, values, depth - 1) for one in given] if depth else [None]
    if any(one is None for one in inner):
        return None
    if token.type == "function":
        return FunctionBlock(token.source_line, token.source_column, token.name, inner)
    return ParenthesesBlock(token.source_line, token.source_column, inner)
