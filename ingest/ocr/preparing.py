"""Pictures of any kind as the engine wants them: upright by their own mark, RGB on white, not too large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["prepared"]

_LARGEST_SIDE: Final = 3_600
"""A4 at 300 dots an inch; more adds memory and no letters."""
_DEEP_MODES: Final = frozenset({"I", "I;16", "I;16B", "I;16L", "F"})
_LIGHT: Final = 160


def prepared(image: Image) -> tuple[Image, float]:
    """The picture for the engine, and how many pixels of the given one make one of its."""
    from PIL import Image as Images

    longest = max(image.size)
    scale = max(longest / _LARGEST_SIDE, 1.0)
    if image.mode == "1" and scale > 1:
        image = image.convert("L")
    if scale > 1 and image.mode not in _DEEP_MODES and image.mode not in ("P", "PA"):
        image = image.resize(_scaled(image.size, scale), Images.Resampling.BOX)
    image = _as_rgb(image)
    if max(image.size) > _LARGEST_SIDE:
        image = image.resize(_scaled(image.size, scale), Images.Resampling.BOX)
    return image, scale


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(round(size[0] / scale), 1), max(round(size[1] / scale), 1)


def _as_rgb(image: Image) -> Image:
    from PIL import Image as Images

    if image.mode in _DEEP_MODES:
        values = np.asarray(image, np.float32)
        low, high = float(values.min()), float(values.max())
        grey = (values - low) * (255.0 / max(high - low, 1e-6))
        return Images.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        inked = image.convert("RGBA")
        alpha = inked.getchannel("A")
        shown = np.asarray(inked.convert("L"))[np.asarray(alpha) > 0]
        # light letters on nothing are meant for a dark page
        paper = (
            "black"
            if shown.size and float(np.median(shown)) > _LIGHT and alpha.getextrema()[0] == 0
            else "white"
        )
        page = Images.new("RGB", inked.size, paper)
        page.paste(inked, mask=alpha)
        return page
    return image.convert("RGB")
