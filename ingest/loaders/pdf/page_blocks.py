"""From the lines of a page to its blocks: paragraphs, list items, table rows, headers and footers.

Most papers draw column by column, and then the content's order is the reading order. Some programs
draw across; their lines then have two long cells with one gutter between them all down the page, and the
columns are put back one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ingest.loaders.boxes import has_box
from ingest.loaders.pdf.elements import SENTENCE_END, Line, PageBlock, Piece
from ingest.loaders.pdf.form_fields import tell_boxes, with_fields
from ingest.loaders.pdf.glyphs import first_unit
from ingest.loaders.pdf.lines import PageLines
from ingest.loaders.pdf.style import DocumentStyle, line_pitch
from ingest.loaders.pdf.table_rows import has_leader, joined_rows, row_pieces
from rag.schema import BlockKind

__all__ = ["page_blocks", "untangled"]

_BULLET: Final = re.compile(r"[•‣▪▫●○■□◦∙·◆◇➢➤►✓✔❖\-–—*](?=\s|\Z)")
_NUMBER: Final = re.compile(
    r"(?:(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]"
    r"|\((?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})\)"
    r"|\d{1,2}(?:\.\d{1,2}){1,4}\.?)(?=\s|\Z)"
)
_SECTION: Final = re.compile(
    r"(?:[A-Z]\.?|(?:[A-Z]\.|[^\W\d_]{2,12}\s|§\s?)?\d{1,2}(?:\.\d{1,2}){0,4}[A-Z]?[.:]?|第\w{1,6})"
)
"""What numbers a heading: `3.2`, `B.`, `Item 1A.`, `Artikel 5`, `§ 7`, `第三章`."""
_MARKER_GAP: Final = 5.0
_WIDEST_SPACE: Final = 3.0
_LEAST_JUSTIFIED: Final = 12.0
_RULE: Final = re.compile(r"[\s_=*.·•~\-–—]{5,}")
_PITCH_SLACK: Final = 1.18
_WIDE_PITCH: Final = 2.1
_LEAST_RUNNING: Final = 25.0
"""A line of running text, so many font sizes wide, that ends where the next word had no room goes on in
the next line though lines elsewhere on the page stand closer."""
_LEAST_LINES: Final = 6
_LEAST_CHARACTERS: Final = 20
"""Mean length of a column's lines; cells of a table are shorter."""
_MOST_DIGITS: Final = 0.2


def page_blocks(
    page: PageLines, furniture: Mapping[Line, BlockKind], style: DocumentStyle
) -> list[PageBlock]:
    """The blocks of a page in reading order: headers, body, footers; drawn rules are left out."""
    body = [
        line for line in page.lines if line not in furniture and not _RULE.fullmatch(page.line_text(line))
    ]
    blocks = _grouped(page, untangled(page, body), style)
    blocks = joined_rows(page, with_fields(page, blocks), style)
    tell_boxes(page, blocks)
    headers, footers = (
        [_block(page, line, kind) for line in page.lines if furniture.get(line) is kind]
        for kind in (BlockKind.HEADER, BlockKind.FOOTER)
    )
    return [*headers, *blocks, *footers]


def _grouped(page: PageLines, lines: Sequence[Line], style: DocumentStyle) -> list[PageBlock]:
    edges = _right_edges(lines)
    pitch = line_pitch(pairwise(lines), style.pitch)
    blocks: list[PageBlock] = []
    for i, line in enumerate(lines):
        stretched = any(_is_stretched(line, other) for other in lines[max(i - 1, 0) : i + 2])
        block = _block(page, line, BlockKind.PARAGRAPH if stretched else _kind(page, line, style))
        if blocks and i and _continues(page, blocks[-1], line, block.kind, edges[i - 1], pitch):
            blocks[-1].pieces.extend(piece._replace(glue=piece.glue or " ") for piece in block.pieces)
            blocks[-1].lines.append(line)
        else:
            blocks.append(block)
    return blocks


def _right_edges(lines: Sequence[Line]) -> list[float]:
    """For each line, how far to the right the lines about it reach that are set alike."""
    edges: list[float] = []
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or not _alike(lines[end - 1], lines[end]):
            edges.extend([max(line.right for line in lines[start:end])] * (end - start))
            start = end
    return edges


def _alike(line: Line, following: Line) -> bool:
    """Same size, one below the other, no wide space between, in one column."""
    return (
        abs(line.size - following.size) < 0.06 * max(line.size, following.size) + 0.1
        and 0 < following.top - line.top < 3 * max(line.size, 1.0)
        and min(line.right, following.right) > max(line.left, following.left)
        and line.font.angle == following.font.angle
    )


def _kind(page: PageLines, line: Line, style: DocumentStyle) -> BlockKind:
    first = page.text[line.cells[0].start : line.cells[0].end]
    marker = _BULLET.match(first) or _NUMBER.match(first)
    alone = marker is not None and marker.end() == len(first)
    if page.starts_raised(line) or (marker and not line.is_parted):
        return BlockKind.LIST_ITEM
    if alone and _is_near(line):
        return BlockKind.LIST_ITEM
    if line.is_parted and _SECTION.fullmatch(first) and _is_near(line) and style.stands_out(line):
        return BlockKind.PARAGRAPH  # the number and the name of a heading
    return BlockKind.TABLE_ROW if line.is_parted or has_leader(page, line) else BlockKind.PARAGRAPH


def _is_stretched(line: Line, neighbour: Line) -> bool:
    """Whether the gaps of a line are those of justified text: a neighbour without any has its sides."""
    return (
        line.is_parted
        and not neighbour.is_parted
        and _alike(*sorted((line, neighbour), key=lambda other: other.top))
        and abs(line.right - neighbour.right) < 0.2 * line.size
        and abs(line.left - neighbour.left) < 3 * line.size
        and max(b.left - a.right for a, b in pairwise(line.cells)) < _WIDEST_SPACE * line.size
        and line.width > _LEAST_JUSTIFIED * line.size
    )


def _is_near(line: Line) -> bool:
    """Whether what follows a marker is one text not far from it."""
    return len(line.cells) == 2 and line.cells[1].left - line.cells[0].right < _MARKER_GAP * line.size


def _block(page: PageLines, line: Line, kind: BlockKind) -> PageBlock:
    if kind is BlockKind.TABLE_ROW:
        pieces = row_pieces(page, line)
    else:
        pieces = [Piece(" " if i else "", cell.start, cell.end) for i, cell in enumerate(line.cells)]
    return PageBlock(kind, pieces, [line])


def _continues(
    page: PageLines, block: PageBlock, line: Line, kind: BlockKind, edge: float, pitch: float
) -> bool:
    """Whether a line goes on with the paragraph or list item before it."""
    last = block.lines[-1]
    if block.is_row or kind is not BlockKind.PARAGRAPH or not _alike(last, line):
        return False
    is_first = len(block.lines) == 1 and block.kind is not BlockKind.LIST_ITEM
    if is_first and last.font.bold != line.font.bold:
        return False
    before, after = page.line_text(last), page.line_text(line)
    if has_box(after) and any(map(has_box, map(page.line_text, block.lines))):
        return False  # each line of a form tells a fact of its own
    is_full = not SENTENCE_END.search(before) and not _fits(after, line, edge - last.right)
    is_full = is_full and last.width > _LEAST_RUNNING * line.size
    most = max(_PITCH_SLACK * pitch, _WIDE_PITCH if is_full else 0.0)
    if last.distance(line) > most * line.size + 0.5:
        return False
    if after[:1].islower() and not SENTENCE_END.search(before):
        return True
    if _fits(after, line, edge - last.right) and not _centred(last, line):
        return False
    return not _is_indented(block, line)


def _fits(text: str, line: Line, room: float) -> bool:
    """Whether the first word would have had room on the line before: then that line ended on purpose."""
    word = first_unit(text)
    return room > line.width * (len(word) + 1) / max(len(text), 1) + line.size


def _centred(last: Line, line: Line) -> bool:
    """Whether two lines share their middle but neither side: a centred title."""
    middle = abs(last.left + last.right - line.left - line.right) / 2
    return middle < 0.75 * line.size and abs(last.left - line.left) > line.size


def _is_indented(block: PageBlock, line: Line) -> bool:
    """Whether a line starts to the right of the one before as the first of a paragraph does."""
    last = block.lines[-1]
    if _centred(last, line):
        return False
    step = line.left - last.left
    if len(block.lines) == 1:
        # after a first line, the rest may hang (a list item) or stand out (an indented first line)
        return step > 0.8 * line.size and block.kind is not BlockKind.LIST_ITEM
    return abs(step) > 0.8 * line.size


def untangled(page: PageLines, lines: Sequence[Line]) -> list[Line]:
    """The lines in reading order: between lines that cross the gutter, the left column goes first."""
    gutter = _gutter(page, lines)
    if gutter is None:
        return list(lines)
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        parts = _split(line, gutter)
        if parts is None:
            ordered += [*left, *right, line]
            left, right = [], []
            continue
        left += parts[0]
        right += parts[1]
    return [*ordered, *left, *right]


def _gutter(page: PageLines, lines: Sequence[Line]) -> float | None:
    """The x of a gutter between two columns of prose, or None."""
    pairs = [line.cells for line in lines if len(line.cells) == 2 and not line.font.angle]
    gaps = [(left.right, right.left) for left, right in pairs]
    if len(gaps) < _LEAST_LINES or len(gaps) * 2 < len(lines):
        return None
    low, high = max(gap[0] for gap in gaps), min(gap[1] for gap in gaps)
    if low >= high:
        return None
    for side in (0, 1):
        text = "".join(page.text[cells[side].start : cells[side].end] for cells in pairs)
        digits = sum(character.isdigit() for character in text)
        if len(text) < _LEAST_CHARACTERS * len(gaps) or digits > _MOST_DIGITS * len(text):
            return None
    return (low + high) / 2


def _split(line: Line, gutter: float) -> tuple[list[Line], list[Line]] | None:
    """The parts of a line left and right of the gutter; None for a line that crosses it."""
    if line.right <= gutter:
        return [line], []
    if line.left >= gutter:
        return [], [line]
    for i in range(1, len(line.cells)):
        end, start = line.cells[i - 1].right, line.cells[i].left
        if end <= gutter <= start:
            left = replace(line, cells=line.cells[:i], right=end)
            return [left], [replace(line, cells=line.cells[i:], left=start)]
    return None
