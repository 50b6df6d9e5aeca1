"""What `mix-blend-mode` makes of the colour of text and of what stands behind it.

Formulas: Compositing and Blending Level 2, sections 9.1 and 9.2. What is not known stays as it was, so that
such text is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ingest.loaders.css_valid import BLENDINGS
from ingest.loaders.visible import Colour

__all__ = ["blended_by", "isolates"]

_ISOLATING: Final = (
    "filter", "transform", "scale", "rotate", "translate", "perspective", "clip-path", "mask", "mask-image",
)  # fmt: skip
_CONTAINED: Final = frozenset(("paint", "layout", "strict", "content"))
_GREY: Final = 8.0
"""Of 255: by how much the parts of a colour that is taken for a grey may differ."""


def isolates(style: Mapping[str, Sequence[Any]], opacity: float) -> bool:
    """Whether what an element holds is blended with nothing that stands behind the element."""
    place = _word(style, "position")
    return (
        opacity < 1
        or _word(style, "isolation") == "isolate"
        or _word(style, "mix-blend-mode") in BLENDINGS - {"normal"}
        or place in ("fixed", "sticky")
        or (place in ("absolute", "relative") and _word(style, "z-index") != "auto" and "z-index" in style)
        or any(style.get(name) and _word(style, name) != "none" for name in _ISOLATING)
        or any(
            token.type == "ident" and token.lower_value in _CONTAINED for token in style.get("contain", ())
        )
    )


def blended_by(mode: str, behind: Colour, front: Colour) -> Colour:
    """The colour in front as a mode blends it with the one behind; parts from 0 to 255."""
    formula = _BY_PARTS.get(mode)
    if formula is not None:
        red, green, blue = (
            255 * formula(below / 255, above / 255) for below, above in zip(behind, front, strict=True)
        )
        return red, green, blue
    if max(behind) - min(behind) > _GREY:
        return front
    if mode == "luminosity":
        return (_luminosity(front),) * 3
    is_extreme = max(behind) <= _GREY or min(behind) >= 255 - _GREY
    return behind if mode in ("hue", "saturation") or (mode == "color" and is_extreme) else front


def _luminosity(colour: Colour) -> float:
    red, green, blue = colour
    return 0.3 * red + 0.59 * green + 0.11 * blue


def _screen(behind: float, front: float) -> float:
    return behind + front - behind * front


def _hard_light(behind: float, front: float) -> float:
    return 2 * behind * front if front <= 0.5 else _screen(behind, 2 * front - 1)


def _soft_light(behind: float, front: float) -> float:
    if front <= 0.5:
        return behind - (1 - 2 * front) * behind * (1 - behind)
    deep = ((16 * behind - 12) * behind + 4) * behind if behind <= 0.25 else math.sqrt(behind)
    return behind + (2 * front - 1) * (deep - behind)


def _dodge(behind: float, front: float) -> float:
    return 0.0 if behind == 0 else 1.0 if front >= 1 else min(1.0, behind / (1 - front))


def _burn(behind: float, front: float) -> float:
    return 1.0 if behind >= 1 else 0.0 if front <= 0 else 1 - min(1.0, (1 - behind) / front)


_BY_PARTS: Final[Mapping[str, Callable[[float, float], float]]] = {
    "normal": lambda behind, front: front,
    "multiply": lambda behind, front: behind * front,
    "screen": _screen,
    "overlay": lambda behind, front: _hard_light(front, behind),
    "darken": min,
    "lighten": max,
    "color-dodge": _dodge,
    "color-burn": _burn,
    "hard-light": _hard_light,
    "soft-light": _soft_light,
    "difference": lambda behind, front: abs(behind - front),
    "exclusion": lambda behind, front: behind + front - 2 * behind * front,
    "plus-lighter": lambda behind, front: min(1.0, behind + front),
    "plus-darker": lambda behind, front: max(0.0, behind + front - 1),
}


def _word(style: Mapping[str, Sequence[Any]], name: str) -> str:
    value = style.get(name, ())
    return str(value[0].lower_value) if value and value[0].type == "ident" else ""
