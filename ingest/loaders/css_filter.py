"""What `filter` makes of a colour: invert, brightness, contrast and their like.

Formulas: Filter Effects Module Level 1, section 8. What turns colours that are no greys, is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ingest.loaders.css_media import SCREEN
from ingest.loaders.css_values import numbers
from ingest.loaders.visible import Colour

__all__ = ["Filter", "filter_of", "filtered"]

Filter = tuple[tuple[str, float], ...]
"""Functions in their order, each with its amount."""
_LUMINANCE: Final = (0.2126, 0.7152, 0.0722)
_SEPIA: Final = ((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131))
_COLOURING: Final = ("invert", "brightness", "contrast", "grayscale", "saturate", "sepia")


def filter_of(tokens: Sequence[Any]) -> Filter:
    """The functions of a value of `filter` that change colours."""
    found = []
    for token in tokens:
        if token.type == "function" and token.lower_name in _COLOURING:
            amount = next(iter(numbers(token, 0.0, 1.0, SCREEN)), 1.0)
            found.append((token.lower_name, max(amount, 0.0)))
    return tuple(found)


def filtered(functions: Filter, colour: Colour) -> Colour:
    """A colour, of parts from 0 to 255, after a filter."""
    parts = tuple(part / 255 for part in colour)
    for name, amount in functions:
        parts = tuple(min(max(part, 0.0), 1.0) for part in _changed(name, amount, parts))
    red, green, blue = (255 * part for part in parts)
    return red, green, blue


def _changed(name: str, amount: float, parts: Sequence[float]) -> list[float]:
    match name:
        case "invert":
            share = min(amount, 1.0)
            return [share + part * (1 - 2 * share) for part in parts]
        case "brightness":
            return [part * amount for part in parts]
        case "contrast":
            return [(part - 0.5) * amount + 0.5 for part in parts]
        case "grayscale" | "saturate":
            kept = 1 - min(amount, 1.0) if name == "grayscale" else amount
            grey = sum(weight * part for weight, part in zip(_LUMINANCE, parts, strict=True))
            return [grey + kept * (part - grey) for part in parts]
        case _:
            share = min(amount, 1.0)
            brown = [sum(weight * part for weight, part in zip(row, parts, strict=True)) for row in _SEPIA]
            return [part + share * (other - part) for part, other in zip(parts, brown, strict=True)]
