"""Clips and masks: whether `clip-path`, `clip` or `mask-image` leaves nothing of an element to be seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from ingest.loaders.css_media import SCREEN
from ingest.loaders.css_values import colours, comma_parts, length, numbers

__all__ = ["is_cut_away", "is_masked"]

Style = dict[str, Sequence[Any]]
_THIN: Final = 1.0
_FAR: Final = 1_000.0
_FAR_RIGHT: Final = 2_500.0
_FAINT: Final = 0.08
_DIRECTION: Final = ("ident", "dimension", "percentage", "number", "whitespace")


def is_cut_away(style: Style, size: float, placed: bool) -> bool:
    """Whether a clip leaves nothing; `placed` says whether the element has a place of its own."""
    for token in style.get("clip", ()):
        if token.type == "function" and token.lower_name == "rect" and placed:
            edges = numbers(token, size, 0.0, SCREEN)
            if len(edges) == 4 and (edges[2] - edges[0] <= _THIN or edges[1] - edges[3] <= _THIN):
                return True
    return any(_is_empty(token, size) for token in style.get("clip-path", ()) if token.type == "function")


def _is_empty(shape: Any, size: float) -> bool:
    """Whether a basic shape of `clip-path` has no area, or lies far away; per cents are of 100."""
    values = numbers(shape, size, 100.0, SCREEN)
    match shape.lower_name:
        case "inset" if values:
            top, right = values[0], values[1 % len(values)]
            bottom = values[2] if len(values) > 2 else top
            left = values[3] if len(values) > 3 else right
            return top + bottom >= 100 or left + right >= 100
        case "circle" | "ellipse":
            return _is_no_round(shape, size)
        case "polygon" if len(values) >= 2 and len(values) % 2 == 0:
            points = list(zip(values[::2], values[1::2], strict=True))
            return _is_line(points) or any(
                max(point[way] for point in points) <= -_FAR
                or min(point[way] for point in points) >= _FAR_RIGHT
                for way in (0, 1)
            )
        case "rect" if len(values) == 4:
            return values[2] - values[0] <= _THIN or values[1] - values[3] <= _THIN
        case "xywh" if len(values) >= 4:
            return min(values[2:4]) <= _THIN
        case _:
            return False


def _is_no_round(shape: Any, size: float) -> bool:
    """Whether a circle or an ellipse has no radius, or its centre is far away."""
    words = [token for token in shape.arguments if token.type not in ("whitespace", "comment")]
    at = next(
        (n for n, token in enumerate(words) if token.type == "ident" and token.lower_value == "at"), None
    )
    radii = [length([token], size, 100.0, SCREEN) for token in (words if at is None else words[:at])]
    known = [radius for radius in radii if radius is not None]
    if known and min(known) <= _THIN:
        return True
    centre = [length([token], size, 100.0, SCREEN) for token in (() if at is None else words[at + 1 :])]
    reach = max(known, default=math.inf)
    return any(one is not None and (one + reach <= -_FAR or one - reach >= _FAR_RIGHT) for one in centre)


def _is_line(points: Sequence[tuple[float, float]]) -> bool:
    """Whether all points of a shape lie on one line."""
    x, y = points[0]
    far = max(points, key=lambda point: math.hypot(point[0] - x, point[1] - y))
    across, down = far[0] - x, far[1] - y
    whole = math.hypot(across, down)
    return whole <= _THIN or all(abs(across * (b - y) - down * (a - x)) <= _THIN * whole for a, b in points)


def is_masked(style: Style, size: float) -> bool:
    """Whether every layer of a mask lets nothing through, as far as it is written in the style itself."""
    layers = list(comma_parts(style.get("mask-image", ())))
    images = [_image(layer) for layer in layers]
    if not any(images):
        return False
    modes = [token for name in ("mask-image", "mask-mode") for token in style.get(name, ())]
    is_by_light = any(token.type == "ident" and token.lower_value == "luminance" for token in modes)
    sizes = list(comma_parts(style.get("mask-size", ()))) or [[]]
    return all(
        image is None or _is_clear(image, is_by_light) or _is_nothing(sizes[number % len(sizes)], size)
        for number, image in enumerate(images)
    )


def _image(layer: Sequence[Any]) -> Any | None:
    found = (token for token in layer if token.type in ("function", "url"))
    return next(found, None)


def _is_clear(image: Any, is_by_light: bool) -> bool:
    """Whether a gradient has no colour that lets something through."""
    if image.type != "function" or not image.lower_name.endswith("gradient"):
        return False
    for part in comma_parts(image.arguments):
        found = list(colours(part))
        if not found and not all(token.type in _DIRECTION for token in part):
            return False
        light = (alpha * (max(colour) / 255 if is_by_light else 1.0) for alpha, colour in found)
        if any(one >= _FAINT for one in light):
            return False
    return any(True for _ in colours(image.arguments))


def _is_nothing(layer: Sequence[Any], size: float) -> bool:
    """Whether a mask's image is drawn in no size; in the shorthand it stands behind a slash."""
    tokens = list(layer)
    if any(token == "/" for token in tokens):
        tokens = tokens[next(n for n, token in enumerate(tokens) if token == "/") + 1 :][:2]
    elif _image(tokens) is not None:
        return False
    return any(length([token], size, 100.0, SCREEN) == 0 for token in tokens)
