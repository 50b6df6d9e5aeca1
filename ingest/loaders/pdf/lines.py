"""From the characters of a page to its lines, and on each line the cells that wide gaps part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes, Font, PageCharacters
from ingest.loaders.pdf.glyphs import HYPHEN, LINE_BREAK, normalised

__all__ = ["CELL_GAP", "Cell", "Line", "PageLines", "read_lines"]

CELL_GAP: Final = 1.1
"""A gap of so many ems parts cells; justified text seldom stretches a space beyond .8 em."""
_SAME_LINE: Final = 0.5
_DEFAULT_SIZE: Final = 10.0
_LONGEST_MARK: Final = 8
_MARK_SIZE: Final = 0.85
_BREAK: Final = re.compile(f"[{LINE_BREAK}{HYPHEN}]")


class Cell(NamedTuple):
    """A run of characters without a wide gap: its span, and its sides in points."""

    start: int
    end: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line as set on the page: its cells, its place, its font.

    `left`, `top`, `right`, `bottom` are points in the reading frame: as displayed, or turned so that
    the page's main direction is upright.
    """

    cells: tuple[Cell, ...]
    left: float
    top: float
    right: float
    bottom: float
    font: Font

    @property
    def start(self) -> int:
        """Index of the first character."""
        return self.cells[0].start

    @property
    def end(self) -> int:
        """Index after the last character."""
        return self.cells[-1].end

    @property
    def size(self) -> float:
        """Font size in points."""
        return self.font.size

    @property
    def width(self) -> float:
        """Points from left to right."""
        return self.right - self.left


@dataclass(frozen=True, slots=True, eq=False)
class PageLines:
    """A page cut into lines. `boxes[i]` belongs to `text[i]`; NaN for spaces."""

    number: int
    text: str = field(repr=False)
    boxes: Boxes = field(repr=False)
    lines: tuple[Line, ...]
    width: float
    height: float
    label: str = ""
    warnings: tuple[str, ...] = ()

    def line_text(self, line: Line) -> str:
        """The text of a line with a space between cells; a hyphen at its end is U+FFFE."""
        return " ".join(self.text[cell.start : cell.end] for cell in line.cells)


def read_lines(number: int, characters: PageCharacters, label: str = "") -> PageLines:
    """Cut a page into lines in the order of its content."""
    text, sources = normalised(characters.codes)
    boxes = characters.boxes[sources]
    boxes[_is_space(text)] = np.nan
    inked = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    starts = _line_starts(text, inked)
    ends = np.append(starts[1:], len(inked)) - 1 if len(inked) else starts
    spans = zip(sources[inked[starts]].tolist(), sources[inked[ends]].tolist(), strict=True)
    fonts = [characters.line_font(first, last) for first, last in spans]
    angle = _main_angle(starts, len(inked), fonts)
    fonts = [font._replace(angle=(font.angle - angle) % 360) for font in fonts]
    frame = turned(boxes[inked], angle, characters.width, characters.height)
    lines = _cut(inked, frame, starts, fonts) if len(inked) else []
    warnings = ("too many characters: the rest was left out",) if characters.truncated else ()
    size = characters.width, characters.height
    return PageLines(number, text, boxes, tuple(_with_marks(_joined(lines))), *size, label, warnings)


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


def _joined(lines: list[Line]) -> list[Line]:
    """Join neighbours that stand side by side on one baseline: pdfium broke at a wide gap."""
    joined: list[Line] = []
    for line in lines:
        if joined and _is_beside(joined[-1], line):
            last = joined.pop()
            gap = line.left - last.right
            cells = (*last.cells, *line.cells)
            if gap <= CELL_GAP * last.size:
                near, far = last.cells[-1], line.cells[0]
                cells = (*last.cells[:-1], Cell(near.start, far.end, near.left, far.right), *line.cells[1:])
            line = Line(
                cells,
                last.left,
                min(last.top, line.top),
                line.right,
                max(last.bottom, line.bottom),
                last.font,
            )
        joined.append(line)
    return joined


def _with_marks(lines: list[Line]) -> list[Line]:
    """Put raised numbers and marks, which some programs draw after all else, back behind their words."""
    marks = [line for line in lines if _may_be_marks(line)]
    others = [line for line in lines if line not in marks]
    for line in marks:
        left = []
        for mark in (replace(line, cells=(cell,), left=cell.left, right=cell.right) for cell in line.cells):
            host = next((i for i, other in enumerate(others) if _belongs(mark, other)), None)
            if host is None:
                left.append(mark.cells[0])
            else:
                cells = tuple(sorted((*others[host].cells, *mark.cells), key=lambda cell: cell.left))
                others[host] = replace(others[host], cells=cells)
        if left:
            rest = replace(line, cells=tuple(left), left=left[0].left, right=left[-1].right)
            others.insert(sum(other.start < rest.start for other in others), rest)
    return others


def _may_be_marks(line: Line) -> bool:
    return not line.font.angle and all(cell.end - cell.start <= _LONGEST_MARK for cell in line.cells)


def _belongs(mark: Line, host: Line) -> bool:
    """Whether a mark in small type stands right behind a cell of a line, reaching into its height."""
    if mark.size > _MARK_SIZE * host.size or host.font.angle:
        return False
    overlap = min(mark.bottom, host.bottom) - max(mark.top, host.top)
    return overlap > 0.4 * (mark.bottom - mark.top) and any(
        abs(mark.left - cell.right) < 0.6 * host.size for cell in host.cells
    )


def _is_beside(left: Line, right: Line) -> bool:
    if left.font.angle or right.font.angle or right.left < left.right - 0.3 * left.size:
        return False
    overlap = min(left.bottom, right.bottom) - max(left.top, right.top)
    return overlap > _SAME_LINE * max(left.bottom - left.top, right.bottom - right.top)
