"""Numbers of things in English."""

from __future__ import annotations

__all__ = ["how_many", "is_or_are"]


def how_many(number: int, noun: str, width: int = 0) -> str:
    """A number with its noun in the singular or the plural.

    Args:
        number: how many there are.
        noun: what one of them is called; its plural ends in s.
        width: the least number of characters for the number; the noun is padded to align as well.

    >>> how_many(1, "page"), how_many(1_200, "page"), how_many(1, "page", 5)
    ('1 page', '1,200 pages', '    1 page ')
    """
    plural = "" if number == 1 else "s"
    if width:
        return f"{number:>{width},} {noun + plural:<{len(noun) + 1}}"
    return f"{number:,} {noun}{plural}"


def is_or_are(number: int) -> str:
    """The verb that goes with a number of things.

    >>> is_or_are(1), is_or_are(0)
    ('is', 'are')
    """
    return "is" if number == 1 else "are"
