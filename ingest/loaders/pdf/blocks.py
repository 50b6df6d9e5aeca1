"""From the lines of a page to its blocks: paragraphs, list items, table rows, headers and footers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from ingest.loaders.pdf.columns import untangled
from ingest.loaders.pdf.line import CELL_GAP, Cell, Line
from ingest.loaders.pdf.lines import PageLines
from ingest.loaders.pdf.style import DocumentStyle
from rag.schema import BlockKind

__all__ = ["PageBlock", "Piece", "page_blocks"]

_BULLET: Final = re.compile(r"[•‣▪▫●○■□◦∙·◆◇➢➤►✓✔❖\-–—*](?=\s|\Z)")
_NUMBER: Final = re.compile(
    r"(?:(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\((?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})\)|\d{1,2}(?:\.\d{1,2}){1,4}\.?)(?=\s|\Z)"
)
_SECTION: Final = re.compile(r"(?:[A-Z]\.?|(?:[A-Z]\.)?\d{1,2}(?:\.\d{1,2}){0,4}\.?)")
_MARKER_GAP: Final = 5.0
_WIDEST_SPACE: Final = 3.0
_LEAST_JUSTIFIED: Final = 12.0
_CURRENCY: Final = re.compile(r"(?:US|C|A)?[$€£¥₹]")
_CLOSING: Final = re.compile(r"[)%]{1,2}")
_SEAM: Final = re.compile(
    r"(?<=[\d)%#—–-])\s+(?=(?:US|C|A)?[$€£¥₹])|(?<=[$€£¥₹])\s+(?=[\d(])"
    r"|(?<=\d)\s+(?=\)%?(?:\s|\Z))"
)
_LEADER: Final = re.compile(r"\s*(?:\.\s?){4,}\s*|\s*…{2,}\s*|\s*_{4,}\s*")
_RULE: Final = re.compile(r"[\s_=*.·•~\-–—]{5,}")
_SENTENCE_END: Final = re.compile(r"[.!?:;。！？：；]['\"”’)\]]*\Z")
_PITCH_SLACK: Final = 1.18
_LONGEST_LABEL: Final = 90


class Piece(NamedTuple):
    """A run of the page's characters, and what stands between it and the piece before."""

    glue: str
    start: int
    end: int


@dataclass(slots=True)
class PageBlock:
    """A block in the making: its kind, its text as pieces, and the lines that it was made from."""

    kind: BlockKind
    pieces: list[Piece]
    lines: list[Line] = field(repr=False)

    @property
    def is_row(self) -> bool:
        """Whether it is a table row."""
        return self.kind is BlockKind.TABLE_ROW

    @property
    def left(self) -> float:
        """Left edge in points."""
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        """Right edge in points."""
        return max(line.right for line in self.lines)

    @property
    def top(self) -> float:
        """Top edge in points."""
        return min(line.top for line in self.lines)

    @property
    def bottom(self) -> float:
        """Bottom edge in points."""
        return max(line.bottom for line in self.lines)


def page_blocks(
    page: PageLines, furniture: Mapping[Line, BlockKind], style: DocumentStyle
) -> list[PageBlock]:
    """The blocks of a page in reading order: headers, body, footers; drawn rules are left out."""
    body = [
        line for line in page.lines if line not in furniture and not _RULE.fullmatch(page.line_text(line))
    ]
    blocks = _grouped(page, untangled(page, body), style)
    blocks = _labelled(page, _side_by_side(blocks), style.pitch)
    headers, footers = (
        [_block(page, line, kind) for line in page.lines if furniture.get(line) is kind]
        for kind in (BlockKind.HEADER, BlockKind.FOOTER)
    )
    return [*headers, *blocks, *footers]


def _grouped(page: PageLines, lines: Sequence[Line], style: DocumentStyle) -> list[PageBlock]:
    edges = _right_edges(lines)
    blocks: list[PageBlock] = []
    for i, line in enumerate(lines):
        stretched = any(_is_stretched(line, other) for other in lines[max(i - 1, 0) : i + 2])
        block = _block(page, line, BlockKind.PARAGRAPH if stretched else _kind(page, line, style))
        if blocks and i and _continues(page, blocks[-1], line, block.kind, edges[i - 1], style.pitch):
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
    return BlockKind.TABLE_ROW if line.is_parted or _has_leader(page, line) else BlockKind.PARAGRAPH


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


def _has_leader(page: PageLines, line: Line) -> bool:
    return any(match.start() for match in _LEADER.finditer(page.text[line.start : line.end]))


def _block(page: PageLines, line: Line, kind: BlockKind) -> PageBlock:
    if kind is BlockKind.TABLE_ROW:
        pieces = _row_pieces(page, line.cells, line.size)
    else:
        pieces = [Piece(" " if i else "", cell.start, cell.end) for i, cell in enumerate(line.cells)]
    return PageBlock(kind, pieces, [line])


def _row_pieces(page: PageLines, cells: Sequence[Cell], size: float) -> list[Piece]:
    """Cells parted by tabs; `$`, `)` and `%` go back to their numbers, dot leaders away."""
    pieces: list[Piece] = []
    right = -math.inf
    after_currency = False
    for cell in cells:
        for i, (start, end) in enumerate(_parts(page, cell)):
            text = page.text[start:end]
            if not pieces or after_currency or _CLOSING.fullmatch(text):
                glue = ""
            else:
                glue = " " if not i and cell.left - right < CELL_GAP * size else "\t"
            pieces.append(Piece(glue, start, end))
            after_currency = _CURRENCY.fullmatch(text) is not None
        right = cell.right
    return pieces


def _parts(page: PageLines, cell: Cell) -> Iterator[tuple[int, int]]:
    """A cell's text without dot leaders, cut about currency signs and before a lone bracket."""
    start = cell.start
    cuts = [*_LEADER.finditer(page.text, cell.start, cell.end)]
    cuts += _SEAM.finditer(page.text, cell.start, cell.end)
    for match in [*sorted(cuts, key=lambda cut: cut.start()), None]:
        end = match.start() if match else cell.end
        if end > start:
            yield start, end
        start = match.end() if match else end


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
    if line.top - last.top > _PITCH_SLACK * pitch * line.size + 0.5:
        return False
    before, after = page.line_text(last), page.line_text(line)
    if after[:1].islower() and not _SENTENCE_END.search(before):
        return True
    if _fits(after, line, edge - last.right) and not _centred(last, line):
        return False
    return not _is_indented(block, line)


def _fits(text: str, line: Line, room: float) -> bool:
    """Whether the first word would have had room on the line before: then that line ended on purpose."""
    word = text.split(" ", 1)[0]
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


def _side_by_side(blocks: Sequence[PageBlock]) -> list[PageBlock]:
    """Short blocks that stand beside each other (stacked column names) make one row."""
    joined: list[PageBlock] = []
    for block in blocks:
        if joined and _stands_beside(joined[-1], block):
            last = joined[-1]
            last.pieces.extend(
                piece._replace(glue="\t") if i == 0 else piece for i, piece in enumerate(block.pieces)
            )
            last.lines.extend(block.lines)
            last.kind = BlockKind.TABLE_ROW
        else:
            joined.append(block)
    return joined


def _stands_beside(left: PageBlock, right: PageBlock) -> bool:
    near = left.lines[-1]
    return (
        right.left > max(line.right for line in left.lines)
        and right.top < left.bottom - 0.3 * near.size
        and right.bottom > left.top + 0.3 * near.size
        and all(_length(block) <= _LONGEST_LABEL for block in (left, right))
        and not any(line.font.angle for line in (*left.lines, *right.lines))
    )


def _length(block: PageBlock) -> int:
    start = block.pieces[-1].start if block.is_row else block.pieces[0].start
    return block.pieces[-1].end - start


def _labelled(page: PageLines, blocks: Sequence[PageBlock], pitch: float) -> list[PageBlock]:
    """Short lines between rows belong to the table: alone, or as the beginning of the next row's label."""
    for before, block, after in zip(blocks, blocks[1:], blocks[2:], strict=False):
        if (
            before.is_row
            and after.is_row
            and block.kind is BlockKind.PARAGRAPH
            and len(block.lines) <= 2
            and _length(block) <= _LONGEST_LABEL * 1.5
            and before.top < block.top
            and block.top - before.bottom < 1.5 * pitch * block.lines[0].size
            and block.top < after.top
            and after.top - block.bottom < 1.5 * pitch * block.lines[0].size
        ):
            block.kind = BlockKind.TABLE_ROW
    merged: list[PageBlock] = []
    for block in blocks:
        if merged and _is_label_start(page, merged[-1], block):
            start = merged.pop()
            pieces = [block.pieces[0]._replace(glue=" "), *block.pieces[1:]]
            block = PageBlock(BlockKind.TABLE_ROW, [*start.pieces, *pieces], [*start.lines, *block.lines])
        merged.append(block)
    return merged


def _is_label_start(page: PageLines, block: PageBlock, row: PageBlock) -> bool:
    """Whether a row of one cell is the first line of the next row's label."""
    if not (block.is_row and row.is_row) or any(piece.glue == "\t" for piece in block.pieces):
        return False
    text = page.text[block.pieces[-1].start : block.pieces[-1].end]
    return (
        page.text[row.pieces[0].start].islower()
        and not _SENTENCE_END.search(text)
        and abs(row.left - block.left) < 3 * row.lines[0].size
        and row.top - block.bottom < 0.5 * row.lines[0].size
    )
