"""The properties of CSS that decide on whether text can be seen, and other names of them."""

from __future__ import annotations

from typing import Final

__all__ = ["KEPT", "LOGICAL", "PAIRS"]

# fmt: off
_RELEVANT: Final = frozenset((
    "display", "visibility", "content-visibility", "opacity", "filter", "zoom", "transform", "scale",
    "translate", "rotate", "clip", "clip-path", "color", "background", "background-color",
    "background-image", "background-clip", "backdrop-filter", "content", "-webkit-background-clip",
    "-webkit-text-fill-color",
    "-webkit-text-stroke", "-webkit-text-stroke-color", "-webkit-text-stroke-width", "text-shadow", "font",
    "font-size", "letter-spacing", "line-height", "text-indent", "position", "left", "right", "top",
    "bottom", "inset", "margin", "margin-left", "margin-top", "margin-right", "overflow",
    "overflow-x", "overflow-y", "height", "width", "max-height", "max-width", "white-space",
    "-webkit-text-security", "-webkit-line-clamp", "mask", "mask-image", "mask-size", "mask-mode", "contain",
    "min-height", "contain-intrinsic-size", "contain-intrinsic-height", "aspect-ratio", "flex", "flex-grow",
    "backface-visibility", "all", "mix-blend-mode", "isolation", "z-index", "perspective",
    "animation",
    "animation-name", "animation-duration", "animation-delay", "animation-iteration-count",
    "animation-direction", "animation-fill-mode", "animation-play-state", "animation-timing-function",
    "animation-timeline",
))
_SIDES: Final = {"inline-start": "left", "inline-end": "right", "block-start": "top", "block-end": "bottom"}
LOGICAL: Final = {
    "block-size": "height", "min-block-size": "min-height",
    "contain-intrinsic-block-size": "contain-intrinsic-height", "inline-size": "width",
    "max-block-size": "max-height", "max-inline-size": "max-width", "overflow-block": "overflow-y",
    "overflow-inline": "overflow-x",
    **{f"inset-{side}": name for side, name in _SIDES.items()},
    **{f"margin-{side}": f"margin-{name}" for side, name in _SIDES.items()},
    **{f"-webkit-{name}": name for name in (
        "transform", "filter", "clip-path", "mask", "mask-image", "mask-size", "backface-visibility",
        "perspective", "animation", "animation-name", "animation-duration", "animation-delay",
        "animation-iteration-count", "animation-direction", "animation-fill-mode", "animation-play-state",
        "animation-timing-function",
    )},
}
"""Properties by the direction of text, and what they are where it runs from left to right; old names."""
PAIRS: Final = {
    f"{name}-{way}": tuple(LOGICAL[f"{name}-{way}-{end}"] for end in ("start", "end"))
    for name in ("inset", "margin") for way in ("inline", "block")
}
# fmt: on
KEPT: Final = _RELEVANT | LOGICAL.keys() | PAIRS.keys()
