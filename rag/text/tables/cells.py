"""What the text of a table's cell is: a number, a year, a name, a placeholder; and which cells are one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Final

__all__ = ["CellKind", "cell_kind", "joined_cells", "states_unit", "tick_of", "unit_of"]

_MARKS: Final = r"(?:\s?(?:\(\d{1,2}\)|\([a-z]\)|[*†‡§]))*"
"""Footnote marks behind a cell's text."""
_NUMBER: Final = re.compile(
    r"(?:US|C|A|HK|R)?[$€£¥₹]?\s?[-+−–(]{0,2}\s?(?:US|C|A|HK)?[$€£¥₹]?\s?[<>~≈]?\s?\d[\d.,'’\s/]*"
    r"(?:[eE][-+]?\d+)?\s?(?:%|‰|bps?|pts?|[x×]|[kKmMbB]n?|万|亿|元)?\)?\s?%?" + _MARKS,
)
_PLACEHOLDER: Final = re.compile(
    r"[-–—−―.…*]{1,3}|n\.?/?[am]\.?|nil|none|\(?[-–—]\)?\s?%?|[$€£¥]\s?[-–—]", re.I
)
_YEAR: Final = re.compile(
    r"(?:FY|CY|fiscal(?: year)?)?\s?(?:19|20)\d\d(?:\s?[/–-]\s?\d{2,4})?\s?[AEF]?" + _MARKS, re.I
)
_TICKS: Final = frozenset("✓✔☑☒🗹✅◉⦿⊠●■xX√")
_NO_TICKS: Final = frozenset("✗✘✕✖❌☐◯○⬜□")
_CURRENCY: Final = re.compile(r"(?:US|C|A|HK|R)?[$€£¥₹]")
_CLOSING: Final = re.compile(r"[)%]{1,2}")
_UNIT: Final = re.compile(
    r"\(?\b(?:(?:u\.?s\.?\s)?(?:dollars?|amounts?|euros?|figures|shares|numbers)\s(?:are\s)?(?:stated\s|expressed\s"
    r"|presented\s|shown\s)?)?(?:and shares\s)?in\s(?:[\w.$€£¥]+\s){0,3}?"
    r"(?:thousands?|millions?|billions?|percent|per\s?cent|000s?)\b[^()\n\t]{0,60}\)?"
    r"|\(?(?:[$€£¥]|EUR|USD|GBP)\s?(?:millions?|thousands?|billions?|mn|bn|m|k)\b\)?"
    r"|[(（]?单位[:：]\s?[^\s()（）]{1,12}[)）]?|[(（]?單位[:：]\s?[^\s()（）]{1,12}[)）]?",
    re.I,
)


class CellKind(Enum):
    """What a cell holds."""

    EMPTY = "empty"
    NUMBER = "number"
    YEAR = "year"
    PLACEHOLDER = "placeholder"
    MARK = "mark"
    TEXT = "text"


@lru_cache(maxsize=8192)  # a table asks several times of each cell
def cell_kind(text: str) -> CellKind:
    """What a cell holds; a year alone may be a name of a column as well as a value."""
    text = text.strip()
    if not text:
        return CellKind.EMPTY
    if _YEAR.fullmatch(text):
        return CellKind.YEAR
    if _NUMBER.fullmatch(text):
        return CellKind.NUMBER
    if tick_of(text) is not None or text[0] in "☐☒":  # a box beside its label tells a fact, too
        return CellKind.MARK
    if _PLACEHOLDER.fullmatch(text) or _CURRENCY.fullmatch(text):
        return CellKind.PLACEHOLDER
    return CellKind.TEXT


def tick_of(text: str) -> bool | None:
    """What a cell that holds a mark alone says: yes (`✓`, `☒`, `x`) or no (`✗`, `☐`); None for others."""
    text = text.strip().rstrip("\ufe0f")
    if text in _TICKS:
        return True
    return False if text in _NO_TICKS else None


@lru_cache(maxsize=8192)
def unit_of(text: str) -> str:
    """What a text says of a table's numbers (`in millions, except per share data`), or nothing."""
    match = _UNIT.search(text)
    return match.group().strip("()（） ,.;:") if match else ""


def states_unit(text: str) -> bool:
    """Whether a text tells what a table's numbers are counted in, and nothing else: `($ in Millions)`."""
    unit = unit_of(text)
    return bool(unit) and not any(map(str.isalnum, text.replace(unit, "")))


def joined_cells(cells: Sequence[str]) -> list[tuple[str, int]]:
    """Cells without empty ones at the end, and with `$`, `)` and `%` back at their numbers.

    Each comes with the index of the cell that its text stood in.
    """
    joined: list[tuple[str, int]] = []
    prefix = ""
    for i, cell in enumerate(cells):
        if _CURRENCY.fullmatch(cell):
            prefix = cell
        elif _CLOSING.fullmatch(cell) and joined:
            joined[-1] = (joined[-1][0] + cell, joined[-1][1])
        elif cell or not prefix:
            joined.append((prefix + cell, i))
            prefix = ""
    if prefix:
        joined.append((prefix, len(cells) - 1))
    while joined and not joined[-1][0]:
        joined.pop()
    return joined
