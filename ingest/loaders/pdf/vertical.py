"""Vertical writing: lines of Chinese or Japanese that run down the page, the first one on the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes, Font
from ingest.loaders.pdf.glyphs import is_unspaced

__all__ = ["DOWNWARDS", "set_downwards"]

DOWNWARDS: Final = 270
"""The direction in degrees of text that runs down the page; lines follow each other to the left."""
_LEAST_CHARACTERS: Final = 3
_WIDEST: Final = 1.6
_MOSTLY: Final = 0.5


def set_downwards(
    text: str, inked: NDArray[np.intp], starts: NDArray[np.intp], boxes: Boxes, fonts: Sequence[Font]
) -> list[Font]:
    """The fonts of a page's lines, those of vertical lines with their direction.

    A vertical line is one character wide, of a script without spaces, and each of its characters
    stands below the one before. Where most of a page is such, lines too short to tell are as well.

    Args:
        text: the page's text.
        inked: the indexes in it of the characters with ink, shape (n,).
        starts: which of those begin a line, shape (lines,).
        boxes: the boxes of the inked characters, shape (n, 4).
        fonts: one for each line; characters of vertical fonts are upright themselves.
    """
    if not any(map(is_unspaced, text[:: max(len(text) // 100, 1)])):
        return list(fonts)
    ends = [*starts[1:].tolist(), len(inked)]
    spans = list(zip(starts.tolist(), ends, strict=True))
    narrow = [_is_narrow(boxes[a:b], font) for (a, b), font in zip(spans, fonts, strict=True)]
    down = [
        narrow[i] and b - a >= _LEAST_CHARACTERS and _runs_down(text, inked[a:b], boxes[a:b])
        for i, (a, b) in enumerate(spans)
    ]
    if sum(b - a for (a, b), is_down in zip(spans, down, strict=True) if is_down) > _MOSTLY * len(inked):
        down = [
            is_down or (narrow[i] and b - a < _LEAST_CHARACTERS)
            for i, ((a, b), is_down) in enumerate(zip(spans, down, strict=True))
        ]
    return [
        font._replace(angle=DOWNWARDS) if is_down else font for font, is_down in zip(fonts, down, strict=True)
    ]


def _is_narrow(boxes: Boxes, font: Font) -> bool:
    width = float(boxes[:, 2].max() - boxes[:, 0].min())
    return font.angle == 0 and width <= _WIDEST * max(font.size, 1.0)


def _runs_down(text: str, inked: NDArray[np.intp], boxes: Boxes) -> bool:
    middles = boxes[:, 1] + boxes[:, 3]
    return bool((np.diff(middles) > 0).all()) and all(is_unspaced(text[i]) for i in inked[:2].tolist())
