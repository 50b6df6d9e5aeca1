"""The units of a section as pieces that fit a chunk, with the cost of cutting before each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.chunkers.outline import Section, Unit
from ingest.chunkers.ruler import TokenRuler
from rag.schema import PAGE_BREAK, BlockKind, RowHeader
from rag.text import sentence_spans

__all__ = ["Piece", "pieces"]

# Costs of cutting at a border, against 1 for one more chunk (see `pack`).
_AFTER_HEADING: Final = 10.0
_INSIDE_SENTENCE: Final = 2.0
_AFTER_TITLE: Final = 1.0
_AFTER_INTRODUCTION: Final = 0.5
_AFTER_HEADER_ROW: Final = 0.5
_BETWEEN_SENTENCES: Final = 0.4
_INSIDE_HEADER: Final = 2.0
_BETWEEN_ROWS: Final = 0.25
_BETWEEN_GROUPS: Final = 0.1
_BETWEEN_LINES: Final = 0.25
_INSIDE_RUN: Final = {BlockKind.LIST_ITEM: 0.1, BlockKind.CODE: _BETWEEN_LINES}

_LONGEST_TITLE: Final = 80
"""A line up to this long, without a full stop and before a longer paragraph, is a heading unmarked."""
_CELL: Final = re.compile("\t")
_LINE: Final = re.compile("\n")
_SENTENCE_END: Final = frozenset(".!?:;。！？：；…\"')]”’）」』")
_INTRODUCTION_END: Final = frozenset(":：")


@dataclass(frozen=True, slots=True)
class Piece:
    """A unit, or a part of one that is over the limit; pieces tile the text.

    `cost` is what a cut before the piece costs. `header` is that of a table's row.
    """

    start: int
    end: int
    body_end: int
    kind: BlockKind
    cost: float
    header: RowHeader | None = None


def pieces(section: Section, text: str, ruler: TokenRuler, limit: int) -> list[Piece]:
    """The pieces of a section, none over `limit` tokens."""
    units = section.units
    sizes = ruler.sizes([units[0].start, *(unit.end for unit in units)])
    found: list[Piece] = []
    lead = 0
    for i, unit in enumerate(units):
        cost = _border_cost(units, i, text) if i else 0.0
        # A first paragraph that does not fit beside its heading gives it its first sentences.
        if sizes[i] + min(lead, limit // 2) <= limit:
            found.append(Piece(unit.start, unit.end, unit.body_end, unit.kind, cost, unit.header))
        else:
            found.extend(_parts(unit, text, ruler, limit, cost))
        lead = lead + sizes[i] if unit.kind is BlockKind.HEADING else 0
    return found


def _border_cost(units: tuple[Unit, ...], i: int, text: str) -> float:
    """The cost of cutting between a unit and the one before it."""
    before, unit = units[i - 1], units[i]
    if before.kind is BlockKind.HEADING:
        return _AFTER_HEADING
    if before.kind is unit.kind is BlockKind.TABLE_ROW:
        return _row_border_cost(units, i)
    last = text[before.body_end - 1]
    if last.isspace():
        last = text[before.start : before.body_end].rstrip()[-1:]
    if last in _INTRODUCTION_END:
        return _AFTER_INTRODUCTION
    if before.kind is unit.kind is not BlockKind.PARAGRAPH:
        return _INSIDE_RUN.get(unit.kind, 0.0)
    if last in _SENTENCE_END:
        return 0.0
    if text[unit.start].islower() and PAGE_BREAK in text[before.body_end : unit.start]:
        return _BETWEEN_SENTENCES
    length = before.body_end - before.start
    is_title = length <= _LONGEST_TITLE and unit.body_end - unit.start >= 2 * length
    return _AFTER_TITLE if is_title else 0.0


def _row_border_cost(units: tuple[Unit, ...], i: int) -> float:
    """The cost of cutting between two rows: names stay with what they name, groups of rows together."""
    before, unit = units[i - 1].header, units[i].header
    if before is None or unit is None:
        first_row = i < 2 or units[i - 2].kind is not BlockKind.TABLE_ROW
        return _AFTER_HEADER_ROW if first_row else _BETWEEN_ROWS
    if before.is_header:
        return _INSIDE_HEADER if unit.is_header else _AFTER_HEADER_ROW
    if unit.is_header:
        return 0.0
    if len(unit.sections) > len(before.sections):
        return _AFTER_HEADER_ROW
    return _BETWEEN_ROWS if unit.sections == before.sections else _BETWEEN_GROUPS


def _parts(unit: Unit, text: str, ruler: TokenRuler, limit: int, cost: float) -> Iterator[Piece]:
    """A unit cut at sentences (cells of a row, lines of code), and those at tokens where too long."""
    starts, inner_cost, separator = _inner_borders(unit, text)
    for start, end in zip(starts, [*starts[1:], unit.end], strict=True):
        cuts = [start, *ruler.cut(start, end, limit, separator)]
        for part, part_end in zip(cuts, [*cuts[1:], end], strict=True):
            body_end = max(min(unit.body_end, part_end), part + 1)
            yield Piece(part, part_end, body_end, unit.kind, cost, unit.header)
            cost = _INSIDE_SENTENCE
        cost = inner_cost


def _inner_borders(unit: Unit, text: str) -> tuple[list[int], float, re.Pattern[str]]:
    """Where a unit may be cut, the first at its start; what that costs; where to cut further."""
    body = text[unit.start : unit.body_end]
    if unit.kind is BlockKind.TABLE_ROW:
        return [unit.start], _INSIDE_SENTENCE, _CELL
    if unit.kind is BlockKind.CODE:
        ends = [unit.start + match.end() for match in _LINE.finditer(body)]
        return [unit.start, *(end for end in ends if end < unit.body_end)], _BETWEEN_LINES, _LINE
    inner = [span.start for span in sentence_spans(body, unit.start)[1:]]
    return [unit.start, *inner], _BETWEEN_SENTENCES, _CELL
