"""Raised and lowered characters of a page, by their size and place, written on the line.

A PDF knows no superscripts: a `6` behind `10` is small and stands high. What it means (a power, the mark
of a note, an ordinal) is decided by `ingest.loaders.script`, as in all formats.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes
from ingest.loaders.pdf.glyphs import LINE_BREAK
from ingest.loaders.script import subscript, written_raised

__all__ = ["with_scripts"]

_SMALLER: Final = 0.9
"""A script's characters are at most so high as those of its line."""
_DESCENT: Final = 0.22
"""The share of a font's height below its baseline."""
_RAISED: Final = 0.12
_LOWERED: Final = 0.1
"""How far a script's baseline is off, as shares of the line's height at least."""
_NEAR: Final = 0.35
_CONTEXT: Final = 40
_LONGEST: Final = 12
_MARK: Final = re.compile(r"(?:^|(?<=\n)|(?<=[.!?] ))(\d{1,3}|[*†‡§])[ \n]{0,2}(?=[^\W\d_])")
_DENOMINATOR: Final = re.compile(r"\s?([/\u2044])\s?(\d{1,3})(?!\d)")
_SURELY: Final = 0.8
_WRITABLE: Final = re.compile(r"[\w+\-−–,.()*†‡§/=]+")
_MARKS: Final = ("†", "‡", "§", "−", "–")


class _Run(NamedTuple):
    """A script: its span on the page's text, and whether it stands above the line."""

    start: int
    end: int
    is_raised: bool


def with_scripts(text: str, sources: NDArray[np.intp], boxes: Boxes) -> tuple[str, NDArray[np.intp], Boxes]:
    """The text of a page with its raised and lowered characters written on the line.

    Args:
        text: The characters of the page.
        sources: For each the index of its source.
        boxes: Their boxes as displayed, NaN for spaces, shape (n, 4).
    """
    runs = [run for run in _runs(text, boxes) if _is_writable(text[run.start : run.end])]
    if not runs:
        return text, sources, boxes
    notes = {text[run.start : run.end] for run in runs if run.is_raised and _begins_note(text, run)}
    parts: list[str] = []
    kept: list[NDArray[np.intp]] = []
    end = 0
    for run in runs:
        if run.start < end:
            continue
        fraction = _fraction(text, run)
        if fraction:
            parts += [text[end : run.start], " ", "".join(text[i] for i in fraction)]
            kept += [np.arange(end, run.start), np.array([-1 - run.start]), np.array(fraction)]
            last = _Run(fraction[-1], fraction[-1] + 1, is_raised=False)
            end = last.end + _breaks_within(text, boxes, last)
            continue
        before, inner, after = _written(text, run, notes)
        parts += [text[end : run.start], before, inner, after]
        places = np.arange(run.start, run.end)
        if len(inner) != len(places):  # signs that are not on the page share a character's box
            places = np.minimum(np.arange(len(inner)) + run.start, run.end - 1)
        kept += [np.arange(end, run.start), np.full(len(before), -1 - run.start), places]
        kept.append(np.full(len(after), -run.end))
        end = run.end + _breaks_within(text, boxes, run)
    parts.append(text[end:])
    kept.append(np.arange(end, len(text)))
    order = np.concatenate(kept).astype(np.intp)
    added = order < 0
    order = np.where(added, -1 - order, order)
    boxes = boxes[order]
    boxes[added] = np.nan
    return "".join(parts), sources[order], boxes


def _breaks_within(text: str, boxes: Boxes, run: _Run) -> int:
    """1 where pdfium begins a line behind a script though the line goes on, else 0."""
    following = next(
        (i for i in range(run.end + 1, min(run.end + 3, len(text))) if np.isfinite(boxes[i, 0])), -1
    )
    if text[run.end : run.end + 1] != LINE_BREAK or following < 0:
        return 0
    height = float(boxes[following, 3] - boxes[following, 1])
    shared = min(boxes[run.start, 3], boxes[following, 3]) - max(boxes[run.start, 1], boxes[following, 1])
    gap = float(boxes[following, 0] - boxes[run.end - 1, 2])
    return int(bool(shared > 0.25 * height) and -_NEAR * height < gap < height)


def _runs(text: str, boxes: Boxes) -> Iterator[_Run]:
    """Runs of characters that are smaller than the line's and stand off its baseline."""
    heights = boxes[:, 3] - boxes[:, 1]
    with np.errstate(invalid="ignore"):
        steps = np.flatnonzero(heights[1:] < _SMALLER * heights[:-1]) + 1
    found = [_run(text, boxes, heights, start, start - 1) for start in steps.tolist()]
    # a note's mark, before the first character of its line's height
    for match in _MARK.finditer(text):
        start, end, beside = match.start(1), match.end(1), match.end()
        if np.isfinite(heights[start]) and heights[start] < _SMALLER * heights[beside]:
            run = _run(text, boxes, heights, start, beside)
            found.append(run if run is not None and run.end == end and run.is_raised else None)
    return iter(_apart(sorted(run for run in found if run is not None)))


def _apart(runs: list[_Run]) -> list[_Run]:
    """Runs that do not overlap."""
    overlapping = {b for a, b in pairwise(runs) if b.start < a.end}
    return [run for run in runs if run not in overlapping]


def _run(text: str, boxes: Boxes, heights: NDArray[np.float32], start: int, beside: int) -> _Run | None:
    """The script that begins at `start`, beside a character of its line; None where it is none."""
    place = _place(boxes, heights, start, beside)
    if not place or not _touches(boxes, heights, start, beside):
        return None
    end = start + 1
    while (
        end < len(text)
        and end - start <= _LONGEST
        and np.isfinite(heights[end])
        and heights[end] < _SMALLER * heights[beside]
        and _place(boxes, heights, end, beside) == place
        and boxes[end, 0] - boxes[end - 1, 2] < _NEAR * heights[beside]
        and boxes[end, 0] >= boxes[end - 1, 0]
    ):
        end += 1
    if text[start:end].isalpha() and (
        heights[start] > _SURELY * heights[beside] or _is_ligature(boxes, start, end)
    ):
        return None
    return _Run(start, end, place > 0) if end - start <= _LONGEST else None


def _is_writable(text: str) -> bool:
    """Whether scripts are written so; Arabic letters, whose heights differ, are not."""
    return _WRITABLE.fullmatch(text) is not None and all(map(_is_script, text))


def _is_script(character: str) -> bool:
    return character.isascii() or character in _MARKS


def _is_ligature(boxes: Boxes, start: int, end: int) -> bool:
    """Whether letters share one box, as those of a ligature in another font do."""
    return end - start > 1 and bool((boxes[start] == boxes[end - 1]).all())


def _place(boxes: Boxes, heights: NDArray[np.float32], index: int, beside: int) -> int:
    """1 where a character's baseline is above that of another, -1 where it is below, else 0."""
    off = boxes[beside, 3] - boxes[index, 3] - _DESCENT * (heights[beside] - heights[index])
    share = float(off / heights[beside]) if heights[beside] else 0.0
    return int(share > _RAISED) - int(share < -_LOWERED)


def _touches(boxes: Boxes, heights: NDArray[np.float32], start: int, beside: int) -> bool:
    """Whether a character stands right beside another, and not on a line of its own."""
    height = float(heights[beside])
    gap = float(boxes[start, 0] - boxes[beside, 2] if beside < start else boxes[beside, 0] - boxes[start, 2])
    if beside > start:
        gap = min(gap, 0.0) if gap < 4 * height else gap
    shared = min(boxes[start, 3], boxes[beside, 3]) - max(boxes[start, 1], boxes[beside, 1])
    return abs(gap) < _NEAR * height and bool(shared > 0.25 * heights[start])


def _begins_note(text: str, run: _Run) -> bool:
    before = text[max(run.start - 3, 0) : run.start].rstrip(" ")
    return not before or before[-1] in LINE_BREAK + ".!?"


def _fraction(text: str, run: _Run) -> list[int]:
    """The places of a fraction behind a number, numerator, bar and denominator; none where there is none."""
    inner, bar = text[run.start : run.end], _DENOMINATOR.match(text, run.end)
    if not (run.is_raised and inner.isdigit() and bar and text[run.start - 1 : run.start].isdigit()):
        return []
    return [*range(run.start, run.end), bar.start(1), *range(bar.start(2), bar.end(2))]


def _written(text: str, run: _Run, notes: Collection[str]) -> tuple[str, str, str]:
    inner = text[run.start : run.end]
    line = text.rfind(LINE_BREAK, 0, run.start) + 1
    before = text[max(line, run.start - _CONTEXT) : run.start]
    if not run.is_raised:
        return ("", subscript(inner), "") if before[-1:].isalnum() or before[-1:] in ")]" else ("", inner, "")
    return written_raised(inner, before, text[run.end : run.end + _CONTEXT], notes)
