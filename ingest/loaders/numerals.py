"""The numbers of list items in the forms that HTML and word processors know: 3, c, C, iii, III."""

from __future__ import annotations

from typing import Final

__all__ = ["formed_number"]

_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_MOST: Final = 3_999


def formed_number(number: int, form: str) -> str:
    """A number as a numeral; `form` is the numeral for one: `1`, `a`, `A`, `i` or `I`."""
    match form:
        case "a":
            return _alphabetic(number)
        case "A":
            return _alphabetic(number).upper()
        case "i":
            return _roman(number).lower()
        case "I":
            return _roman(number)
        case _:
            return str(number)


def _alphabetic(number: int) -> str:
    """1 as `a`, 27 as `aa`, 28 as `bb`: letters are repeated, as word processors do."""
    return (
        chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number <= _MOST else str(number)
    )


def _roman(number: int) -> str:
    """A number in capital Roman numerals."""
    if not 0 < number <= _MOST:
        return str(number)
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
