"""A document as a row of units under headings: what the chunker cuts between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from rag.schema import Block, BlockKind, Document, RowHeader
from rag.text import line_spans

__all__ = ["Section", "Unit", "outline"]

_RUNNING: Final = (BlockKind.HEADER, BlockKind.FOOTER)
_LONGEST_HEADING: Final = 120
_LONGEST_WRAPPED: Final = 160


@dataclass(frozen=True, slots=True)
class Unit:
    """A block with all that follows it up to the next: white space, running headers and footers.

    Units tile the text. The block's own text is `start` to `body_end` (in the first unit, white
    space and headers may stand before it). `header` is that of a table's row.
    """

    start: int
    end: int
    body_end: int
    kind: BlockKind
    level: int = 0
    header: RowHeader | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Headings that follow each other directly, and the units up to the next heading."""

    headings: tuple[str, ...]
    units: tuple[Unit, ...]


def outline(document: Document) -> list[Section]:
    """The sections of a document in order; none when its text is only white space.

    Text that no block covers is taken as paragraphs.
    """
    sections: list[Section] = []
    path: list[tuple[int, str]] = []
    units: list[Unit] = []
    for unit in _units(document):
        is_heading = unit.kind is BlockKind.HEADING
        if is_heading and units and units[-1].kind is not BlockKind.HEADING:
            sections.append(Section(tuple(text for _, text in path), tuple(units)))
            units = []
        if is_heading:
            level = max(unit.level, 1)
            path = [entry for entry in path if entry[0] < level]
            path.append((level, _heading_text(document.text[unit.start : unit.body_end])))
        units.append(unit)
    if units:
        sections.append(Section(tuple(text for _, text in path), tuple(units)))
    return sections


def _units(document: Document) -> list[Unit]:
    text = document.text
    bodies = list(_bodies(text, document.blocks, skip_running=True))
    bodies = bodies or list(_bodies(text, document.blocks, skip_running=False))
    if not bodies:
        return []
    starts = [0, *(body.start for body in bodies[1:]), len(text)]
    return [
        Unit(start, end, body.end, body.kind, body.level, body.header)
        for body, (start, end) in zip(bodies, pairwise(starts), strict=True)
    ]


def _bodies(text: str, blocks: tuple[Block, ...], skip_running: bool) -> Iterator[Block]:
    """Blocks with ink, in order and without overlap, and paragraphs where no block covers ink."""
    position = 0
    for block in blocks:
        start, end = max(block.start, position), min(block.end, len(text))
        if end <= start:
            continue
        yield from _paragraphs(text, position, start)
        if not (skip_running and block.kind in _RUNNING) and not text[start:end].isspace():
            yield from _lines(text, replace(block, start=start, end=end))
        position = end
    yield from _paragraphs(text, position, len(text))


def _paragraphs(text: str, start: int, end: int) -> Iterator[Block]:
    gap = text[start:end] if start < end else ""
    if gap.strip():
        for span in line_spans(gap):
            if gap[span.start : span.end].strip():
                yield Block(start + span.start, start + span.end, BlockKind.PARAGRAPH)


def _lines(text: str, block: Block) -> Iterator[Block]:
    """A block, or the lines of a paragraph whose newlines are meant: lines that long are not wrapped."""
    lines = list(line_spans(text[block.start : block.end])) if block.kind is BlockKind.PARAGRAPH else []
    if len(lines) < 2 or max(line.end - line.start for line in lines) <= _LONGEST_WRAPPED:
        yield block
        return
    for line in lines:
        if text[block.start + line.start : block.start + line.end].strip():
            yield replace(block, start=block.start + line.start, end=block.start + line.end)


def _heading_text(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_HEADING else line[: _LONGEST_HEADING - 1].rstrip() + "…"
