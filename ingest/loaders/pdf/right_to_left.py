"""Pages in Arabic or Hebrew: words and numbers in the order in which they are read, from where they stand.

PDFs hold such lines in the order of drawing, which programs choose as they like. So a line is read from
its picture: words from right to left, numbers and Latin words within them from left to right, by the
classes of the Unicode bidirectional algorithm (UAX 9), which says how that picture came about.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np

from ingest.loaders.pdf.lines import PageLines
from ingest.loaders.pdf.writing import WrittenPage
from rag.schema import Block, BlockKind

__all__ = ["has_clear_order", "logical_order", "right_to_left_page"]

_SPACE: Final = 0.19
"""A gap of so many line heights parts words; letters that join stand at most .15 apart."""
_COLUMN: Final = 3.0
_SAME_LINE: Final = 0.5
_NEXT_LINE: Final = 1.9
_LARGER: Final = 1.12
_LONGEST_HEADING: Final = 100
_NUMBERS: Final = frozenset(("EN", "AN"))
_IN_NUMBERS: Final = frozenset(("ES", "CS", "ET"))
_LEFT_TO_RIGHT: Final = frozenset(("L", "EN", "AN"))
_MIRRORED: Final = str.maketrans("()[]{}<>«»", ")(][}{><»«")


@dataclass(frozen=True, slots=True)
class _Glyph:
    """What stands in one place: its characters in the order of reading, its sides, their indexes."""

    text: str
    left: float
    right: float
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of glyphs as set, from left to right."""

    glyphs: tuple[_Glyph, ...]
    top: float
    bottom: float


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
    """A page as text with boxes: lines from their pictures, paragraphs by their distances."""
    rows = list(_rows(page))
    sizes = [row.bottom - row.top for row in rows]
    body = median(sizes) if sizes else 0.0
    characters: list[str] = []
    sources: list[int] = []
    blocks: list[Block] = []
    for group in _paragraphs(rows):
        if blocks:
            characters += "\n\n"
            sources += [-1, -1]
        start = len(characters)
        for i, row in enumerate(group):
            text, places = _read(row)
            characters += (" " if i else "") + text
            sources += ([-1] if i else []) + places
        is_large = group[0].bottom - group[0].top > _LARGER * body
        is_heading = is_large and len(characters) - start <= _LONGEST_HEADING
        kind = BlockKind.HEADING if is_heading else BlockKind.PARAGRAPH
        blocks.append(Block(start, len(characters), kind, int(is_heading)))
    boxes = np.concatenate([page.boxes, np.full((1, 4), np.nan, np.float32)])
    return WrittenPage("".join(characters), boxes[np.array(sources, np.intp)], tuple(blocks))


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


def _read(row: _Row) -> tuple[str, list[int]]:
    """The text of a line in the order of reading, and for each character the index of its box."""
    size = row.bottom - row.top
    parts: list[_Glyph] = []
    for i, glyph in enumerate(row.glyphs):
        if i and glyph.left - row.glyphs[i - 1].right > _SPACE * size:
            parts.append(_Glyph(" ", glyph.left, glyph.left, (-1,)))
        parts.append(glyph)
    order = logical_order([part.text for part in parts])
    text = "".join(_turned(parts, i) for i in order)
    return text, [source for i in order for source in parts[i].sources]


def _turned(parts: Sequence[_Glyph], i: int) -> str:
    """A bracket among right-to-left words is drawn mirrored."""
    text = parts[i].text
    if text not in "()[]{}<>«»":
        return text
    beside = [_kind(part.text) for part in (*parts[max(i - 1, 0) : i], *parts[i + 1 : i + 2])]
    return text if beside and all(kind == "L" for kind in beside) else text.translate(_MIRRORED)


def _rows(page: PageLines) -> Iterator[_Row]:
    """The lines of a page from top to bottom, each put together from all that stands at its height."""
    glyphs = sorted(_glyphs(page), key=lambda found: found[1])
    rows: list[list[tuple[_Glyph, float, float]]] = []
    for found in glyphs:
        row = next((row for row in rows[-3:] if _is_beside(row[0], found)), None)
        if row is None:
            rows.append([found])
        else:
            row.append(found)
    for row in rows:
        ordered = sorted(row, key=lambda found: found[0].left)
        height = median(bottom - top for _, top, bottom in ordered)
        cuts = [
            i
            for i, (a, b) in enumerate(pairwise(ordered), start=1)
            if b[0].left - a[0].right > _COLUMN * height
        ]
        spans = list(pairwise([0, *cuts, len(ordered)]))
        for start, end in reversed(spans):
            part = ordered[start:end]
            yield _Row(
                tuple(glyph for glyph, _, _ in part),
                min(top for _, top, _ in part),
                max(bottom for _, _, bottom in part),
            )


def _glyphs(page: PageLines) -> Iterator[tuple[_Glyph, float, float]]:
    """The glyphs of a page with their tops and bottoms; letters of one ligature, and marks, stay together."""
    i = 0
    text, boxes = page.text, page.boxes
    while i < len(text):
        if not np.isfinite(boxes[i, 0]):
            i += 1
            continue
        end = i + 1
        while end < len(text) and (
            (boxes[end] == boxes[i]).all() or unicodedata.bidirectional(text[end]) == "NSM"
        ):
            end += 1
        left, top, right, bottom = boxes[i].tolist()
        yield _Glyph(text[i:end], left, right, tuple(range(i, end))), top, bottom
        i = end


def _is_beside(first: tuple[_Glyph, float, float], other: tuple[_Glyph, float, float]) -> bool:
    shared = min(first[2], other[2]) - max(first[1], other[1])
    return shared > _SAME_LINE * max(min(first[2] - first[1], other[2] - other[1]), 1e-6)


def _paragraphs(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Lines that follow each other closely and are set alike."""
    group: list[_Row] = []
    for row in rows:
        if group and not _follows(group[-1], row):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _follows(upper: _Row, lower: _Row) -> bool:
    height, other = upper.bottom - upper.top, lower.bottom - lower.top
    is_alike = max(height, other) <= _LARGER * min(height, other)
    step = lower.bottom - upper.bottom
    return is_alike and 0.3 * height < step < _NEXT_LINE * height
