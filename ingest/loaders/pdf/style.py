"""How a document is set: the size of its body text, the pitch of its lines, the ranks of its headings."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

from ingest.loaders.pdf.elements import Line
from ingest.loaders.pdf.lines import PageLines

__all__ = [
    "DocumentStyle",
    "HeadingStyle",
    "OutlineEntry",
    "heading_style",
    "line_pitch",
    "measured_style",
    "ranked",
]

_LARGER: Final = 1.12
_SMALLEST_BOLD: Final = 0.95
_LONGEST_HEADING: Final = 180
_LONGEST_TITLE: Final = 400
_MOST_HEADING_LINES: Final = 3
_NO_HEADING: Final = re.compile(r".*[,;]|\(.*\)", re.S)
_SENTENCE: Final = re.compile(r".*[a-z)]{2}\.", re.S)
_LEAST_PAIRS: Final = 4
_DEFAULT_PITCH: Final = 1.2


class OutlineEntry(NamedTuple):
    """A bookmark: its page (from 1), its depth (from 1) and its title."""

    page: int
    level: int
    title: str


class HeadingStyle(NamedTuple):
    """What tells one rank of headings from another; greater is higher."""

    size: float
    bold: bool
    capitals: bool


@dataclass(frozen=True, slots=True)
class DocumentStyle:
    """Measures of a whole document.

    `body_size` in points; `pitch` is the distance of lines in a paragraph, in font sizes; `titles`
    holds the outline's levels by page and folded title; `ranks` the level by heading style.
    """

    body_size: float
    body_bold: bool
    pitch: float
    titles: Mapping[int, Mapping[str, int]]
    ranks: Mapping[HeadingStyle, int]

    @property
    def heading_size(self) -> float:
        """The least size in points that stands out without being bold."""
        return _LARGER * self.body_size

    def stands_out(self, line: Line) -> bool:
        """Whether a line is larger than the body, or bold where the body is not."""
        if line.size >= self.heading_size:
            return True
        return line.font.bold and not self.body_bold and line.size >= _SMALLEST_BOLD * self.body_size

    def heading_level(self, page: int, text: str, lines: Sequence[Line]) -> int:
        """1 to 6 for a heading, by the outline first, then by its font; 0 for other text."""
        titles = self.titles.get(page)
        listed = titles.get(folded(text), 0) if titles and len(text) <= _LONGEST_TITLE else 0
        if listed:
            return listed
        style = heading_style(text, lines, self)
        return self.ranks.get(style, 6) if style else 0


def measured_style(pages: Sequence[PageLines], outline: Iterable[OutlineEntry]) -> DocumentStyle:
    """Measure body size and pitch; the headings are not ranked yet."""
    sizes: Counter[tuple[float, bool]] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2, line.font.bold] += line.end - line.start
    (body_size, body_bold), _ = sizes.most_common(1)[0] if sizes else ((10.0, False), 0)
    pitch = line_pitch((pair for page in pages for pair in pairwise(page.lines)), _DEFAULT_PITCH, 2)
    titles: dict[int, dict[str, int]] = {}
    for entry in outline:
        titles.setdefault(entry.page, {}).setdefault(folded(entry.title), min(entry.level, 6))
    return DocumentStyle(body_size, body_bold, pitch, titles, {})


def line_pitch(pairs: Iterable[tuple[Line, Line]], default: float, least: int = _LEAST_PAIRS) -> float:
    """The distance of lines in a paragraph in font sizes: the least of the distances that are common.

    The distance between paragraphs may be as common where paragraphs are short. Fewer than `least`
    pairs of lines tell nothing.
    """
    pitches: Counter[float] = Counter()
    for line, following in pairs:
        if line.is_parted or abs(line.size - following.size) >= 0.5:
            continue
        pitch = line.distance(following) / max(line.size, 1.0)
        if 0.8 < pitch < 2.5:
            pitches[round(pitch * 20) / 20] += 1
    if pitches.total() < least:
        return default
    most = pitches.most_common(1)[0][1]
    return min(pitch for pitch, count in pitches.items() if 2 * count >= most)


def ranked(style: DocumentStyle, found: Iterable[HeadingStyle]) -> DocumentStyle:
    """The style with the heading styles that occur ranked, the greatest first."""
    ranks = {heading: min(rank, 6) for rank, heading in enumerate(sorted(set(found), reverse=True), 1)}
    return replace(style, ranks=ranks)


def heading_style(text: str, lines: Sequence[Line], style: DocumentStyle) -> HeadingStyle | None:
    """The style of a few lines that stand out as a heading, or None."""
    if len(text) > _LONGEST_HEADING or len(lines) > _MOST_HEADING_LINES:
        return None
    if not all(style.stands_out(line) and not line.font.angle for line in lines) or _NO_HEADING.fullmatch(
        text
    ):
        return None
    bold = all(line.font.bold for line in lines)
    letters = [character for character in text if character.isalpha()]
    if len(letters) < 2 or (not bold and _SENTENCE.fullmatch(text)):
        return None
    size = max(line.size for line in lines)
    return HeadingStyle(round(size * 2) / 2, bold, not any(map(str.islower, letters)))


def folded(title: str) -> str:
    """A title without case, spaces and punctuation, to compare outline and page."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return "".join(character for character in plain if character.isalnum())
