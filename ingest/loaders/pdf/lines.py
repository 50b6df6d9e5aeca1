"""From the characters of a page to its lines, and on each line the cells that wide gaps part.

Lines of Chinese or Japanese may run down the page, the first one on the right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes, Font, PageCharacters
from ingest.loaders.pdf.elements import CELL_GAP, Cell, Line, gathered
from ingest.loaders.pdf.glyphs import HYPHEN, LINE_BREAK, is_unspaced, normalised
from ingest.loaders.pdf.scripts import with_scripts

__all__ = ["DOWNWARDS", "PageLines", "read_lines", "set_downwards"]

_DEFAULT_SIZE: Final = 10.0
_RAISED: Final = 0.8
"""A raised character is at most so high as the ones about it."""
_BREAK: Final = re.compile(f"[{LINE_BREAK}{HYPHEN}]")
DOWNWARDS: Final = 270
"""The direction in degrees of text that runs down the page; lines follow each other to the left."""
_LEAST_DOWNWARDS: Final = 3
_WIDEST: Final = 1.6
_MOSTLY: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class PageLines:
    """A page cut into lines. `boxes[i]` belongs to `text[i]`; NaN for spaces.

    `hidden` counts the characters that were left out because no one can see them.
    """

    number: int
    text: str = field(repr=False)
    boxes: Boxes = field(repr=False)
    lines: tuple[Line, ...]
    width: float
    height: float
    label: str = ""
    warnings: tuple[str, ...] = ()
    hidden: int = 0

    def starts_raised(self, line: Line) -> bool:
        """Whether a line begins with a small digit, as a footnote does."""
        if not self.text[line.start].isdigit():
            return False
        if not self.text[line.start].isdecimal():
            return True  # written as raised
        boxes = self.boxes[line.start : line.start + 12]
        heights = boxes[:, 3] - boxes[:, 1]
        return bool(heights[0] < _RAISED * np.nanmax(heights))

    def line_text(self, line: Line) -> str:
        """The text of a line with a space between cells; a hyphen at its end is U+FFFE."""
        return " ".join(self.text[cell.start : cell.end] for cell in line.cells)


def read_lines(
    number: int,
    characters: PageCharacters,
    hidden: NDArray[np.bool_],
    label: str = "",
    fields_from: int = -1,
) -> PageLines:
    """Cut a page into lines in the order of its content, without what is `hidden`.

    Characters from `fields_from` on (if not negative) were filled into the page's form fields; they
    come last in the content and are put beside their labels.
    """
    text, sources = normalised(characters.codes)
    if hidden.any():
        text, sources = _without(text, sources, hidden[sources])
    boxes = characters.boxes[sources]
    boxes[_is_space(text)] = np.nan
    text, sources, boxes = with_scripts(text, sources, boxes)
    fields = int(np.searchsorted(sources, fields_from)) if fields_from >= 0 else len(text)
    inked = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    starts = _line_starts(text, inked)
    ends = np.append(starts[1:], len(inked)) - 1 if len(inked) else starts
    spans = zip(sources[inked[starts]].tolist(), sources[inked[ends]].tolist(), strict=True)
    fonts = [characters.line_font(first, last) for first, last in spans]
    upright, fonts = fonts, set_downwards(text, inked, starts, boxes[inked], fonts)
    is_vertical = fonts != upright
    angle = _main_angle(starts, len(inked), fonts)
    fonts = [font._replace(angle=(font.angle - angle) % 360) for font in fonts]
    frame = turned(boxes[inked], angle, characters.frame.width, characters.frame.height)
    lines = gathered(_cut(inked, frame, starts, fonts), fields) if len(inked) else []
    if angle == DOWNWARDS and is_vertical:  # pdfium begins with the last line, on the left
        lines.sort(key=lambda line: line.top)
    warnings = ("too many characters: the rest was left out",) if characters.truncated else ()
    size = characters.frame.width, characters.frame.height
    return PageLines(number, text, boxes, tuple(lines), *size, label, warnings, int(hidden.sum()))


def _without(
    text: str, sources: NDArray[np.intp], dropped: NDArray[np.bool_]
) -> tuple[str, NDArray[np.intp]]:
    kept = np.flatnonzero(~dropped)
    return "".join([text[index] for index in kept.tolist()]), sources[kept]


def turned(boxes: Boxes, angle: int, width: float, height: float) -> Boxes:
    """Boxes in the frame in which text that runs at `angle` degrees is upright."""
    left, top, right, bottom = boxes.T
    match angle:
        case 90:  # runs up the page
            return np.stack([height - bottom, left, height - top, right], axis=1)
        case 180:
            return np.stack([width - right, height - bottom, width - left, height - top], axis=1)
        case 270:
            return np.stack([top, width - right, bottom, width - left], axis=1)
        case _:
            return boxes


def _is_space(text: str) -> NDArray[np.bool_]:
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
    return np.isin(codes, [ord(" "), ord(LINE_BREAK)])


def _line_starts(text: str, inked: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which inked characters begin a line: pdfium breaks by newlines, and after hyphens at line ends."""
    breaks = [match.end() for match in _BREAK.finditer(text)]
    starts = np.unique(np.searchsorted(inked, np.array([0, *breaks], np.intp)))
    return starts[starts < len(inked)]


def _main_angle(starts: NDArray[np.intp], count: int, fonts: list[Font]) -> int:
    """The direction in which most characters of the page run."""
    weights: dict[int, int] = {}
    for font, length in zip(fonts, np.diff(starts, append=count).tolist(), strict=True):
        weights[font.angle] = weights.get(font.angle, 0) + length
    return max(weights, key=lambda angle: (weights[angle], -angle), default=0)


def _cut(inked: NDArray[np.intp], frame: Boxes, starts: NDArray[np.intp], fonts: list[Font]) -> list[Line]:
    """Cut lines also where the text jumps to another height or far back, and mark their cells.

    `frame` holds the boxes of the inked characters, `starts` the lines' first ones.
    """
    owner = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(inked)))
    size = np.array([font.size if font.size > 0.5 else _DEFAULT_SIZE for font in fonts])[owner[:-1]]
    upright = np.array([font.angle == 0 for font in fonts])[owner[:-1]]
    before, after = frame[:-1], frame[1:]
    overlap = np.minimum(before[:, 3], after[:, 3]) - np.maximum(before[:, 1], after[:, 1])
    smaller = np.minimum(before[:, 3] - before[:, 1], after[:, 3] - after[:, 1])
    moved = np.abs(before[:, 1] + before[:, 3] - after[:, 1] - after[:, 3]) > 1.2 * size
    gap = after[:, 0] - before[:, 2]
    jumps = upright & (((overlap < 0.1 * smaller) & moved) | (gap < -4 * size))
    line_starts = np.unique(np.concatenate([starts, np.flatnonzero(jumps) + 1]))
    wide = np.flatnonzero(upright & (gap > CELL_GAP * size)) + 1
    cell_starts = np.unique(np.concatenate([line_starts, wide]))
    cell_lasts = np.append(cell_starts[1:], len(inked)) - 1
    columns = inked[cell_starts], inked[cell_lasts] + 1, frame[cell_starts, 0], frame[cell_lasts, 2]
    cells = [Cell(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]
    first_cells = np.searchsorted(cell_starts, line_starts).tolist()
    low, high = np.minimum.reduceat(frame, line_starts), np.maximum.reduceat(frame, line_starts)
    bounds = np.concatenate([low[:, :2], high[:, 2:]], axis=1).tolist()
    last_cells = [*first_cells[1:], len(cells)]
    owners = owner[line_starts].tolist()
    return [
        Line(tuple(cells[first:last]), left, top, right, bottom, fonts[owner])
        for first, last, (left, top, right, bottom), owner in zip(
            first_cells, last_cells, bounds, owners, strict=True
        )
    ]


def set_downwards(
    text: str, inked: NDArray[np.intp], starts: NDArray[np.intp], boxes: Boxes, fonts: Sequence[Font]
) -> list[Font]:
    """The fonts of a page's lines, those of vertical lines with their direction.

    A vertical line is one character wide, of a script without spaces, and each of its characters
    stands below the one before. Where most of a page is such, lines too short to tell are as well.

    Args:
        text: the page's text.
        inked: the indexes in it of the characters with ink, shape (n,).
        starts: which of those begin a line, shape (lines,).
        boxes: the boxes of the inked characters, shape (n, 4).
        fonts: one for each line; characters of vertical fonts are upright themselves.
    """
    if not any(map(is_unspaced, text[:: max(len(text) // 100, 1)])):
        return list(fonts)
    ends = [*starts[1:].tolist(), len(inked)]
    spans = list(zip(starts.tolist(), ends, strict=True))
    narrow = [_is_narrow(boxes[a:b], font) for (a, b), font in zip(spans, fonts, strict=True)]
    down = [
        narrow[i] and b - a >= _LEAST_DOWNWARDS and _runs_down(text, inked[a:b], boxes[a:b])
        for i, (a, b) in enumerate(spans)
    ]
    if sum(b - a for (a, b), is_down in zip(spans, down, strict=True) if is_down) > _MOSTLY * len(inked):
        down = [
            is_down or (narrow[i] and b - a < _LEAST_DOWNWARDS)
            for i, ((a, b), is_down) in enumerate(zip(spans, down, strict=True))
        ]
    return [
        font._replace(angle=DOWNWARDS) if is_down else font for font, is_down in zip(fonts, down, strict=True)
    ]


def _is_narrow(boxes: Boxes, font: Font) -> bool:
    width = float(boxes[:, 2].max() - boxes[:, 0].min())
    return font.angle == 0 and width <= _WIDEST * max(font.size, 1.0)


def _runs_down(text: str, inked: NDArray[np.intp], boxes: Boxes) -> bool:
    middles = boxes[:, 1] + boxes[:, 3]
    return bool((np.diff(middles) > 0).all()) and all(is_unspaced(text[i]) for i in inked[:2].tolist())
