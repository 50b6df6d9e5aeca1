"""A list or a procedure that is asked for, told whole: from its first item to its last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from rag.answering.understanding import Kind
from rag.reading import Unit, quotable_units
from rag.schema import Passage
from rag.text.sentences import BULLETS

__all__ = ["with_whole_lists"]

_WANTED: Final = frozenset({Kind.HOW_TO.value, Kind.LIST.value})
_ORDERED: Final = re.compile(r"\s*\(?(\d{1,2}|[a-z](?=[.)、）]))(?:[.)、）]\s?|\s)", re.IGNORECASE)
_BULLET: Final = re.compile(rf"\s*([{BULLETS}✓✔☐☑☒])\s")
_BLANK_LINE: Final = re.compile(r"\n[^\S\n]*\n")
_ENDS: Final = re.compile(r"[.!?。！？][\"'”’」』）)\]]*\s*$")
_LEADS_IN: Final = re.compile(r"[:：]\s*$")
_MOST_ITEMS: Final = 15
_MOST_UNITS: Final = 24
_LONGEST: Final = 240
"""Letters of an item in the mean: what is longer are numbered paragraphs, not a list."""


@dataclass(frozen=True)
class _Block:
    """A paragraph: the units that stand in it, and what it opens with as an item of a list."""

    units: tuple[Unit, ...]
    mark: str = ""
    number: int = 0

    @property
    def text(self) -> str:
        return " ".join(unit.text for unit in self.units)

    @property
    def is_fragment(self) -> bool:
        """Whether it is a piece of a sentence that others go on with."""
        return len(self.units) == 1 and not self.mark and not _ENDS.search(self.text)

    @property
    def stands_alone(self) -> bool:
        """Whether it is a heading or a row, which no list goes over."""
        return any(unit.is_heading or unit.is_row for unit in self.units)


def with_whole_lists(kind: str, told: Sequence[Unit], passages: Sequence[Passage]) -> list[list[Unit]]:
    """The told units, and where a list or a way to do something is asked for, all of a list that holds one.

    They come in lines: one for the units of each item, and one for those that stand between lists.

    A list is a run of paragraphs with the same bullet, or numbered one after another, with the line that
    opens it. A way to do something is also told from a sentence beside it, where both stand under one
    heading and no other numbered list does. The pieces of one sentence that stand on lines of their own are
    told together whatever is asked, where two of them are. `kind` is what the question wants. Long lists and
    numbered paragraphs are left as they are.
    """
    lines: list[list[Unit]] = []
    known: set[Unit] = set()
    is_list = True
    for unit in told:
        if unit in known:
            continue
        blocks: list[_Block] = []
        if not unit.is_row and unit.passage < len(passages):
            blocks = _list_of(unit, passages, told, wants_all=kind in _WANTED)
            if not blocks and kind == Kind.HOW_TO.value:
                blocks = _way_beside(unit, passages)
        if blocks:
            found = [[one for one in block.units if one not in known] for block in blocks]
            lines += filter(None, found)
        elif is_list:
            lines.append([unit])
        else:
            lines[-1].append(unit)
        is_list = bool(blocks)
        known.update(lines[-1], *(block.units for block in blocks))
    return lines


def _list_of(
    unit: Unit, passages: Sequence[Passage], told: Sequence[Unit], *, wants_all: bool
) -> list[_Block]:
    """The list that a unit stands in or opens; none where it is in none, or asked for less."""
    blocks = _blocks(passages[unit.passage], unit.passage)
    for first, last in _lists(blocks):
        inside = blocks[first:last]
        units = [one for block in inside for one in block.units]
        if unit not in units:
            continue
        items = [block for block in inside if block.mark]
        is_wanted = wants_all or (not items and sum(one in units for one in told) > 1)
        return inside if is_wanted and _fits(items or inside[1:]) else []
    return []


def _way_beside(unit: Unit, passages: Sequence[Passage]) -> list[_Block]:
    """The unit and the steps under its heading, in their order; none where there is not one list of steps."""
    if not unit.headings or unit.is_heading:
        return []
    blocks = _blocks(passages[unit.passage], unit.passage)
    ways = [
        [block for block in blocks[first:last] if block.mark]
        for first, last in _lists(blocks)
        if blocks[last - 1].number and blocks[last - 1].units[0].headings == unit.headings
    ]
    if len(ways) != 1 or not _fits(ways[0]):
        return []
    return sorted([_Block((unit,)), *ways[0]], key=lambda block: block.units[0].start)


def _fits(items: Sequence[_Block]) -> bool:
    """Whether a list is short enough to be told."""
    is_short = sum(len(block.text) for block in items) <= _LONGEST * len(items)
    return len(items) <= _MOST_ITEMS and sum(len(block.units) for block in items) <= _MOST_UNITS and is_short


def _blocks(passage: Passage, index: int) -> list[_Block]:
    """The paragraphs of a passage in order; a line that opens with a mark is one by itself."""
    blocks: list[list[Unit]] = []
    for unit in quotable_units([passage]):
        unit = replace(unit, passage=index)
        between = (
            passage.text[blocks[-1][-1].end - passage.start : unit.start - passage.start] if blocks else ""
        )
        opens = "\n" in between and any(_mark(unit.text))
        if not blocks or opens or _BLANK_LINE.search(between):
            blocks.append([])
        blocks[-1].append(unit)
    return [_Block(tuple(units), *_mark(units[0].text)) for units in blocks]


def _mark(text: str) -> tuple[str, int]:
    """What an item opens with: its bullet, or the kind of its number and its place; "" and 0 for none."""
    if bullet := _BULLET.match(text):
        return bullet[1], 0
    if ordered := _ORDERED.match(text):
        name = ordered[1].casefold()
        return ("1", int(name)) if name.isdigit() else ("a", ord(name) - ord("a") + 1)
    return "", 0


def _lists(blocks: Sequence[_Block]) -> Iterator[tuple[int, int]]:
    """Where lists stand: the first block, with the line that opens it, and the one behind the last."""
    start = 0
    while start < len(blocks):
        end = _marked(blocks, start) if blocks[start].mark else _pieces(blocks, start)
        if end - start > 1:
            leads = blocks[start].mark and start > 0 and _LEADS_IN.search(blocks[start - 1].text)
            yield start - bool(leads), end
        start = max(end, start + 1)


def _marked(blocks: Sequence[_Block], start: int) -> int:
    """The end of a run of items from `start` that open alike and are numbered one after another."""
    end = start + 1
    for one, other in pairwise(blocks[start:]):
        follows = other.number == one.number + (one.number > 0)
        if other.mark != one.mark or not follows or other.stands_alone:
            break
        end += 1
    return end


def _pieces(blocks: Sequence[_Block], start: int) -> int:
    """The end of a sentence whose pieces stand on lines of their own (`Ring if`, `it bleeds,`)."""
    opening = blocks[start]
    if opening.stands_alone or _ENDS.search(opening.text):
        return start + 1
    end = start + 1
    while end < len(blocks) and not blocks[end].stands_alone and len(blocks[end].units) == 1:
        end += 1
        if not blocks[end - 1].is_fragment:
            break
    return end if end - start > 2 else start + 1
