"""Which section of a spreadsheet's number format a value takes, and what shows where it has no place in it.

A format has up to four sections, for numbers above zero, below it, zero, and text (ECMA-376, 18.8.31).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

__all__ = ["COMPARED", "Section", "section_of"]

_PIECE: Final = re.compile(
    r'"([^"]*)"?|\\(.)|([_*].)|\[\$([^\[\]-]*+)[^\[\]]*+\]|\[([^\[\]]*+)\]|([0#?@ymdhsge])|(.)', re.I | re.S
)
"""Words in quotes, a character, padding, a currency, what stands in brackets, a place of the value."""
_ELAPSED: Final = re.compile(r"h+|m+|s+", re.I)
_CONDITION: Final = re.compile(r"(<>|<=|>=|<|>|=)(-?[0-9]{1,15}(?:\.[0-9]{0,15})?)")
_COLOUR: Final = re.compile(r"black|white|red|green|blue|yellow|magenta|cyan|color ?[0-9]{1,2}", re.I)
COMPARED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le,
    ">=": operator.ge,
}  # fmt: skip


class Section(NamedTuple):
    """A section: its words, with None where text is put, and what else it says."""

    words: tuple[str | None, ...] = (None,)
    has_place: bool = True
    colour: str = ""
    """A colour's name in small letters."""
    condition: tuple[str, float] | None = None

    def in_stead(self, value: Any) -> str | None:
        """What shows in the stead of a value; None where it is shown. Text is put into the words about it."""
        if isinstance(value, str):
            return (
                None if self.words == (None,) else "".join(w if w is not None else value for w in self.words)
            )
        shown = "".join(word or "" for word in self.words).strip()
        is_dash = value == 0 and shown and not any(map(str.isalnum, shown))
        return None if self.has_place or is_dash else shown

    def takes(self, value: float) -> bool:
        """Whether a number fulfils the section's condition."""
        return self.condition is not None and COMPARED[self.condition[0]](value, self.condition[1])


def section_of(value: Any, number_format: str) -> Section:
    """The section of a format that a value is shown by."""
    sections = _sections(number_format)
    has_text = len(sections) == 4 or None in sections[-1].words
    if isinstance(value, str):
        return sections[-1] if has_text else Section()
    numbers = sections[:-1] if has_text else sections
    if not numbers:
        return Section()
    if not isinstance(value, int | float) or isinstance(value, bool):
        return numbers[0]
    if any(section.condition for section in numbers[:2]):
        return next((section for section in numbers[:2] if section.takes(value)), numbers[-1])
    place = 0 if value > 0 else 1 if value < 0 else 2
    return numbers[place if place < len(numbers) else 0]


@lru_cache(maxsize=1_000)
def _sections(number_format: str) -> tuple[Section, ...]:
    pieces: list[list[re.Match[str]]] = [[]]
    for piece in _PIECE.finditer(number_format):
        if piece[7] == ";":
            pieces.append([])
        else:
            pieces[-1].append(piece)
    return tuple(map(_section, pieces[:4]))


def _section(pieces: list[re.Match[str]]) -> Section:
    brackets = [piece[5] for piece in pieces if piece[5]]
    conditions = [found for inner in brackets if (found := _CONDITION.fullmatch(inner))]
    colours = [inner.lower().replace(" ", "") for inner in brackets if _COLOUR.fullmatch(inner)]
    return Section(
        tuple(
            None if piece[6] == "@" else piece[1] or piece[2] or piece[4] or piece[7] or ""
            for piece in pieces
            if not (piece[3] or piece[5] is not None)
        ),
        any(piece[6] for piece in pieces) or any(map(_ELAPSED.fullmatch, brackets)),
        colours[0] if colours else "",
        (conditions[0][1], float(conditions[0][2])) if conditions else None,
    )
