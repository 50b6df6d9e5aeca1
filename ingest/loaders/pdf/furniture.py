"""Running headers and footers: the same words at the same height of many pages, and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.loaders.pdf.elements import Line
from ingest.loaders.pdf.lines import PageLines
from rag.schema import BlockKind

__all__ = ["furniture_of"]

_MARGIN: Final = 0.12
"""Share of the page's height at its top and bottom in which headers and footers stand."""
_OUTERMOST_LINES: Final = 4
_SAME_HEIGHT: Final = 8.0
_LEAST_PAGES: Final = 3
_LEAST_SHARE: Final = 0.3
_ENOUGH_PAGES: Final = 8
_FOOTER_GAP: Final = 0.8
_ROUNDS: Final = 2
"""A page number may stand above the footer's words, or below."""
_LONGEST: Final = 120
_NUMBER_ONLY: Final = re.compile(
    r"\W*(?:(?:page|seite|p\.)\W*)?(?:[A-Z]{1,3}\W{1,3})?(?P<n>\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/|von)\s*\d+)?\W*",
    re.I,
)
_NUMBER_OUTSIDE: Final = re.compile(r"(?P<first>\d{1,4})\b.*?|.*?\b(?P<last>\d{1,4})\W*")
_CJK_NUMBER: Final = re.compile(r"第\s*(?P<n>\d+)\s*[页頁].*")
_ROMAN: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}

Found = dict[int, dict[Line, BlockKind]]


def furniture_of(pages: Sequence[PageLines]) -> Found:
    """For each page number, the lines that are header or footer."""
    found: Found = {page.number: {} for page in pages}
    _mark_repeated(pages, found)
    for _ in range(_ROUNDS):
        _mark_page_numbers(pages, found)
        _mark_closing_lines(pages, found)
    return found


def _mark_repeated(pages: Sequence[PageLines], found: Found) -> None:
    """Lines whose text stands at the same height of three pages and a third of all, or of eight."""
    seen: Counter[tuple[BlockKind, str, int]] = Counter()
    for page in pages:
        seen.update({key for line, kind in _in_margins(page) for key in _keys(page, line, kind)})
    enough = _enough(pages)
    for page in pages:
        for line, kind in _in_margins(page):
            if any(seen[key] >= enough for key in _keys(page, line, kind)):
                found[page.number][line] = kind


def _in_margins(page: PageLines) -> Iterator[tuple[Line, BlockKind]]:
    upright = _by_height(page)
    if not upright:
        return
    height = max(page.height, upright[-1].bottom)
    for line in upright[:_OUTERMOST_LINES]:
        if line.bottom <= _MARGIN * height:
            yield line, BlockKind.HEADER
    for line in upright[-_OUTERMOST_LINES:]:
        if line.top >= (1 - _MARGIN) * height:
            yield line, BlockKind.FOOTER


def _keys(page: PageLines, line: Line, kind: BlockKind) -> tuple[tuple[BlockKind, str, int], ...]:
    """Bands of height that overlap by half, so that a line on a border counts in both."""
    words = page.line_text(line).casefold()
    band = line.top / _SAME_HEIGHT
    return (kind, words, 2 * int(band)), (kind, words, 2 * int(band + 0.5) + 1)


def _mark_page_numbers(pages: Sequence[PageLines], found: Found) -> None:
    """Outermost lines with a number that grows as the pages do, wherever on the page they stand."""
    numbered = [
        (page, line, kind, number - page.number)
        for page in pages
        for line, kind in _outermost(page, found[page.number])
        for number in _numbers(page.line_text(line).strip())
    ]
    steps = Counter((kind, step) for _, _, kind, step in numbered)
    for page, line, kind, step in numbered:
        if steps[kind, step] >= _LEAST_PAGES:
            found[page.number][line] = kind


def _mark_closing_lines(pages: Sequence[PageLines], found: Found) -> None:
    """Last lines that many pages share: where text flows from web pages, footers have no fixed height."""
    last = [
        (page, line, page.line_text(line))
        for page in pages
        for line, kind in _outermost(page, found[page.number])
        if kind is BlockKind.FOOTER and _stands_off(page, line)
    ]
    shared = Counter(text for _, _, text in last)
    for page, line, text in last:
        if shared[text] >= _enough(pages):
            found[page.number][line] = BlockKind.FOOTER


def _stands_off(page: PageLines, line: Line) -> bool:
    """Whether a gap parts a line from all above it but a page number."""
    above = [
        other.bottom
        for other in page.lines
        if other.top < line.top and not _NUMBER_ONLY.fullmatch(page.line_text(other))
    ]
    return not above or line.top - max(above) > _FOOTER_GAP * line.size


def _enough(pages: Sequence[PageLines]) -> int:
    """On how many pages a line must stand to be furniture."""
    return max(_LEAST_PAGES, min(_ENOUGH_PAGES, round(_LEAST_SHARE * len(pages))))


def _outermost(page: PageLines, known: dict[Line, BlockKind]) -> Iterator[tuple[Line, BlockKind]]:
    """The first and the last line that are not yet known to be furniture, and one beside known ones."""
    rest = [line for line in _by_height(page) if line not in known]
    if len(rest) > 1:
        yield rest[0], BlockKind.HEADER
    if rest:
        yield rest[-1], BlockKind.FOOTER


def _by_height(page: PageLines) -> list[Line]:
    return sorted((line for line in page.lines if not line.font.angle), key=lambda line: line.top)


def _numbers(text: str) -> Iterator[int]:
    """The page numbers that a line may hold: its only number, or the one at its beginning or end."""
    if len(text) > _LONGEST:
        return
    only = _NUMBER_ONLY.fullmatch(text) or _CJK_NUMBER.fullmatch(text)
    if only:
        number = only["n"].lower()
        yield int(number) if number.isdigit() else _roman(number)
        return
    outside = _NUMBER_OUTSIDE.fullmatch(text)
    if outside:
        yield int(outside["first"] or outside["last"])


def _roman(number: str) -> int:
    values = [_ROMAN[letter] for letter in number]
    return sum(-v if i + 1 < len(values) and v < values[i + 1] else v for i, v in enumerate(values))
