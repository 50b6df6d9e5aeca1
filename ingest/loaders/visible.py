"""What a person can see of text, told by its size and its colours: the same for every format.

The limits are those of the drawn pages of a PDF: type of less than `LEAST_POINTS` is read by nobody,
and a colour that differs from its ground by no more than `LEAST_DIFFERENCE` of 255 leaves no trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = [
    "BLACK",
    "LEAST_DIFFERENCE",
    "LEAST_POINTS",
    "WHITE",
    "Colour",
    "Paint",
    "blended",
    "from_hex",
    "is_faint",
    "looks_alike",
]

LEAST_POINTS: Final = 1.5
LEAST_DIFFERENCE: Final = 20
Colour = tuple[float, float, float]
"""Red, green and blue, 0 to 255."""
Paint = tuple[Colour, float]
"""A colour and its opacity, 0 to 1."""
WHITE: Final[Colour] = (255.0, 255.0, 255.0)
BLACK: Final[Colour] = (0.0, 0.0, 0.0)


def looks_alike(one: Colour, other: Colour) -> bool:
    """Whether text of one colour cannot be seen on a ground of the other."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= LEAST_DIFFERENCE


def blended(colour: Colour, opacity: float, ground: Colour) -> Colour:
    """A colour of an opacity from 0 to 1 as it looks on a ground."""
    red, green, blue = (opacity * a + (1 - opacity) * b for a, b in zip(colour, ground, strict=True))
    return red, green, blue


def is_faint(paints: Sequence[Paint], grounds: Sequence[Colour]) -> bool:
    """Whether text in some colours leaves no trace on a ground of some; an unknown ground has none."""
    if not paints:
        return False
    if max(opacity for _, opacity in paints) * 255 <= LEAST_DIFFERENCE:
        return True
    return bool(grounds) and all(
        looks_alike(blended(colour, opacity, ground), ground)
        for colour, opacity in paints
        for ground in grounds
    )


def from_hex(digits: str | None) -> Colour | None:
    """The colour of six hexadecimal digits, as Office files write it; None for anything else."""
    try:
        value = bytes.fromhex(digits or "")
    except ValueError:
        return None
    return (float(value[0]), float(value[1]), float(value[2])) if len(value) == 3 else None
