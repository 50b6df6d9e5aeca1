"""Pages in Arabic or Hebrew: words and numbers in the order in which they are read, from where they stand.

PDFs hold such lines in the order of drawing, which programs choose as they like. So a line is read from
its picture: words from right to left, numbers and Latin words within them from left to right, by the
classes of the Unicode bidirectional algorithm (UAX 9), which says how that picture came about.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np

from ingest.loaders.pdf.lines import PageLines
from ingest.loaders.pdf.page_writing import WrittenPage
from ingest.loaders.pdf.right_to_left_lines import Glyph, GlyphLine, glyph_lines, parted_lines
from ingest.loaders.pdf.table_columns import RowCell, columns_of, covered
from rag.schema import Block, BlockKind, RowHeader
from rag.text.tables import Placed, headers_of_grid

__all__ = ["has_clear_order", "logical_order", "right_to_left_page"]

_SPACE: Final = 0.19
"""A gap of so many line heights parts words; letters that join stand at most .15 apart."""
_NEXT_LINE: Final = 1.9
_LARGER: Final = 1.12
_WIDER: Final = 1.3
_ROOM: Final = 0.1
_STOPS: Final = (".", "!", "?", ":", "؟", "۔")
_LONGEST_HEADING: Final = 100
_NUMBERS: Final = frozenset(("EN", "AN"))
_IN_NUMBERS: Final = frozenset(("ES", "CS", "ET"))
_LEFT_TO_RIGHT: Final = frozenset(("L", "EN", "AN"))
_MIRRORED: Final = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def has_clear_order(page: PageLines) -> bool:
    """Whether a page can be read from its picture: it is upright, and each glyph says what it shows."""
    return "\ufffd" not in page.text and not any(line.font.angle for line in page.lines)


def logical_order(texts: Sequence[str]) -> list[int]:
    """The order in which the parts of a line from left to right are read, spaces among them.

    Runs of Latin words and numbers stay from left to right. A sign belongs to a number that it touches, but
    for a per-cent or currency sign among Arabic letters (rules W2, W4 and W5).
    """
    kinds = [_kind(text) for text in texts]
    arabic = any(unicodedata.bidirectional(character) == "AL" for text in texts for character in text)
    for i, kind in enumerate(kinds):
        if kind in _IN_NUMBERS:
            before, after = kinds[i - 1] if i else "", kinds[i + 1] if i + 1 < len(kinds) else ""
            between = before in _NUMBERS and after in _NUMBERS
            between &= kind == "CS" or not arabic
            beside = kind == "ET" and not arabic and (before in _NUMBERS or after in _NUMBERS)
            kinds[i] = "EN" if between or beside else "ON"
    order: list[int] = []
    run: list[int] = []
    for i in range(len(texts) - 1, -1, -1):
        is_between = bool(run) and kinds[i] in ("WS", "ON") and _joins_latin(kinds, i)
        if kinds[i] in _LEFT_TO_RIGHT or is_between:
            run.append(i)
        else:
            order += [*reversed(run), i]
            run = []
    return [*order, *reversed(run)]


def right_to_left_page(page: PageLines) -> WrittenPage:
    """A page as text with boxes: lines from their pictures, paragraphs by their distances, and tables."""
    lines = list(glyph_lines(page))
    sizes = [line.bottom - line.top for line in lines]
    writer = _Writer(page, median(sizes) if sizes else 0.0)
    for rows in parted_lines(lines):
        if len(rows) > 1:
            writer.table(rows)
        else:
            writer.waiting += rows[0]
    return writer.page()


class _Writer:
    """A page in the making: its characters, for each the index of its box, and its blocks."""

    def __init__(self, page: PageLines, body: float) -> None:
        self._page, self._body = page, body
        self._characters: list[str] = []
        self._sources: list[int] = []
        self._blocks: list[Block] = []
        self.waiting: list[GlyphLine] = []
        """Lines that are no rows of a table, to be written as paragraphs."""

    def table(self, rows: Sequence[Sequence[GlyphLine]]) -> None:
        """Add rows of cells, each from right to left, with the names of their columns."""
        self._paragraphs()
        texts = [[_read(cell)[0] for cell in row] for row in rows]
        placed = [
            [RowCell(text, cell.left, cell.right) for text, cell in zip(line, row, strict=True)]
            for line, row in zip(texts, rows, strict=True)
        ]
        columns = columns_of(placed)
        spans = [[(cell.text, covered(cell, columns)) for cell in row] for row in placed]
        grid = [[Placed(text, len(columns) - span.stop, len(span)) for text, span in row] for row in spans]
        for i, (row, header) in enumerate(zip(rows, headers_of_grid(grid), strict=True)):
            self._block(row, "\t", BlockKind.TABLE_ROW, "\n" if i else "\n\n", header)

    def page(self) -> WrittenPage:
        """The page as it is written."""
        self._paragraphs()
        boxes = np.concatenate([self._page.boxes, np.full((1, 4), np.nan, np.float32)])
        sources = np.array(self._sources, np.intp)
        return WrittenPage("".join(self._characters), boxes[sources], tuple(self._blocks))

    def _paragraphs(self) -> None:
        for group in _paragraphs(self.waiting):
            is_large = group[0].bottom - group[0].top > _LARGER * self._body
            length = sum(len(glyph.text) for row in group for glyph in row.glyphs)
            is_heading = is_large and length <= _LONGEST_HEADING
            self._block(group, " ", BlockKind.HEADING if is_heading else BlockKind.PARAGRAPH)
        self.waiting = []

    def _block(
        self,
        rows: Sequence[GlyphLine],
        glue: str,
        kind: BlockKind,
        parted: str = "\n\n",
        header: RowHeader | None = None,
    ) -> None:
        self._add(parted if self._blocks else "", [-1] * len(parted) * bool(self._blocks))
        start = len(self._characters)
        for i, row in enumerate(rows):
            self._add(glue if i else "", [-1] if i else [])
            self._add(*_read(row))
        level = int(kind is BlockKind.HEADING)
        self._blocks.append(Block(start, len(self._characters), kind, level, header))

    def _add(self, text: str, sources: Sequence[int]) -> None:
        self._characters += text
        self._sources += sources


def _kind(text: str) -> str:
    """The bidirectional class of a part, `WS` for a space, `R` for both classes of right-to-left letters."""
    if text == " ":
        return "WS"
    strong = next((c for c in text if unicodedata.bidirectional(c) not in ("NSM", "BN")), text[:1])
    kind = unicodedata.bidirectional(strong) if strong else "ON"
    return "R" if kind in ("R", "AL") else kind


def _joins_latin(kinds: Sequence[str], i: int) -> bool:
    """Whether neutral signs have Latin letters on both sides, so that they belong to one run."""
    left = next((kind for kind in reversed(kinds[:i]) if kind not in ("WS", "ON")), "")
    right = next((kind for kind in kinds[i + 1 :] if kind not in ("WS", "ON")), "")
    return "L" in (left, right) and {left, right} <= _LEFT_TO_RIGHT


def _read(row: GlyphLine) -> tuple[str, list[int]]:
    """The text of a line in the order of reading, and for each character the index of its box."""
    size = row.bottom - row.top
    parts: list[Glyph] = []
    for i, glyph in enumerate(row.glyphs):
        if i and glyph.left - row.glyphs[i - 1].right > _SPACE * size:
            parts.append(Glyph(" ", glyph.left, glyph.left, (-1,)))
        parts.append(glyph)
    order = logical_order([part.text for part in parts])
    text = "".join(_turned(parts, i) for i in order)
    return text, [source for i in order for source in parts[i].sources]


def _turned(parts: Sequence[Glyph], i: int) -> str:
    """A bracket among right-to-left words is drawn mirrored."""
    text = parts[i].text
    if text not in "()[]{}<>«»":
        return text
    beside = [_kind(part.text) for part in (*parts[max(i - 1, 0) : i], *parts[i + 1 : i + 2])]
    return text if beside and all(kind == "L" for kind in beside) else text.translate(_MIRRORED)


def _paragraphs(rows: Sequence[GlyphLine]) -> Iterator[list[GlyphLine]]:
    """Lines that follow each other closely and are set alike."""
    steps = [b.bottom - a.bottom for a, b in pairwise(rows) if _follows(a, b)]
    pitch, edge = min(steps, default=0.0), min((row.left for row in rows), default=0.0)
    group: list[GlyphLine] = []
    for row in rows:
        if group and not (_follows(group[-1], row) and not _ends(group[-1], row, pitch, edge)):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _follows(upper: GlyphLine, lower: GlyphLine) -> bool:
    height, other = upper.bottom - upper.top, lower.bottom - lower.top
    is_alike = max(height, other) <= _LARGER * min(height, other)
    step = lower.bottom - upper.bottom
    return is_alike and 0.3 * height < step < _NEXT_LINE * height


def _ends(upper: GlyphLine, lower: GlyphLine, pitch: float, edge: float) -> bool:
    """Whether a line ends a paragraph: more room is below it than between others, or much at its end."""
    is_short = upper.left - edge > _ROOM * (upper.right - edge) and upper.left - edge > 2 * pitch
    return lower.bottom - upper.bottom > _WIDER * pitch or (is_short and _read(upper)[0].endswith(_STOPS))
