"""What can be quoted of passages: sentences, list items and table rows, each with the headings above it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rag.reading.rows import Row, read_rows
from rag.schema import Heading, Passage, Span
from rag.text import line_spans, sentence_spans
from rag.text.tables import PATH

__all__ = ["Unit", "quotable_units"]

_ROW: Final = re.compile(r"[^\t\n]*\t|\s*\|.*\|\s*$")
_RULE: Final = re.compile(r"[\s|:+=_.\-–—*]*")
_CLOSED: Final = re.compile(r"[.!?。！？；;:：…][\"'”’」』）)\]》\s]*$")
_PRONOUN: Final = re.compile(
    r"\W*(?:(?:it|he|she|they|this|these|that|those|its|his|her|their|there|both)\b|[它他她此该該其这這])",
    re.IGNORECASE,
)
_LEAST_LETTERS: Final = 3
_LONGEST_HEADING: Final = 120
_HEADINGS_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence, list item or table row of a passage; `start` and `end` are offsets into its document.

    `headings` are those above it, outermost first, without the document's title. `lead` is the sentence
    before it, or what stands above a row in its table: what its reader has just read. `row` has the
    cells of a table's row. `is_heading` marks a heading itself, which names what follows.
    """

    passage: int
    ordinal: int
    document_id: str
    start: int
    end: int
    text: str
    lead: str = ""
    is_row: bool = False
    headings: tuple[str, ...] = ()
    is_heading: bool = False
    row: Row | None = field(default=None, repr=False, compare=False)

    @property
    def reading(self) -> str:
        """The text to judge it by: a row in words with the names of its columns, else its own text."""
        return self.row.line if self.row is not None else self.text

    @property
    def heading(self) -> str:
        """The headings above it as one line, the innermost few; "" where there are none."""
        return PATH.join(heading[:_LONGEST_HEADING] for heading in self.headings[-_HEADINGS_TOLD:])

    @property
    def in_place(self) -> str:
        """Its reading under its headings: `Blue Ridge trail: 12 km, 480 m of ascent`."""
        return f"{self.heading}: {self.reading}" if self.headings else self.reading

    @property
    def span(self) -> Span:
        """The unit's place in its document."""
        return Span(self.start, self.end)

    @property
    def is_closed(self) -> bool:
        """Whether it ends as a sentence does; headings and fragments do not."""
        return self.is_row or _CLOSED.search(self.text) is not None

    @property
    def refers_back(self) -> bool:
        """Whether it opens with a word that stands for something told before ("It is wrapped in …")."""
        return not self.is_row and _PRONOUN.match(self.text) is not None

    @property
    def is_question(self) -> bool:
        """Whether it asks instead of telling."""
        return self.text.rstrip("\"'”’」』）) ").endswith(("?", "？"))


def quotable_units(passages: Sequence[Passage], letters: int = _LEAST_LETTERS) -> list[Unit]:
    """All units of some passages in order; a place that two passages share comes once.

    What has fewer `letters`, digits counted, is no unit: for most answers it says nothing by itself.
    """
    units: list[Unit] = []
    seen: set[tuple[str, int, int]] = set()
    for index, passage in enumerate(passages):
        for unit in _passage_units(index, passage, letters):
            place = (unit.document_id, unit.start, unit.end)
            if place not in seen:
                seen.add(place)
                units.append(unit)
    return units


def _passage_units(index: int, passage: Passage, letters: int) -> Iterator[Unit]:
    previous = ""
    ordinal = 0
    rows = read_rows(passage)
    above = _Headings(passage)
    for span, is_row in _pieces(passage.text, [*_records(passage), *_headings_inside(passage)]):
        text = passage.text[span.start : span.end]
        if sum(map(str.isalnum, text)) < letters:
            continue
        start, end = passage.start + span.start, passage.start + span.end
        headings, is_heading = above.at(start)
        row = rows.get(span.start) if is_row else None
        names = row.names_above if row is not None and row.line != text else ""
        lead = names if is_row else previous
        yield Unit(
            index,
            ordinal,
            passage.document_id,
            start,
            end,
            text,
            lead,
            is_row,
            headings,
            is_heading or (row is not None and row.is_header),
            row,
        )
        previous = text
        ordinal += 1


class _Headings:
    """The headings that stand above the places of a passage, asked for in ascending order."""

    def __init__(self, passage: Passage) -> None:
        self._title = passage.title
        self._waiting = list(passage.outline)
        self._open: list[Heading] = []

    def at(self, place: int) -> tuple[tuple[str, ...], bool]:
        """The headings above a place, outermost first, and whether it stands in a heading itself."""
        while self._waiting and self._waiting[0].start <= place:
            heading = self._waiting.pop(0)
            self._open = [other for other in self._open if other.level < heading.level]
            self._open.append(heading)
        inside = bool(self._open) and place < self._open[-1].end
        above = self._open[:-1] if inside else self._open
        return tuple(h.text for h in above if h.text and h.text != self._title), inside


def _headings_inside(passage: Passage) -> Iterator[tuple[Span, bool]]:
    """The headings in a passage, whole, as spans of its text."""
    for heading in passage.outline:
        start = heading.start - passage.start
        end = min(heading.end - passage.start, len(passage.text))
        if 0 <= start < end:
            piece = passage.text[start:end]
            yield Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())), False


def _records(passage: Passage) -> Iterator[tuple[Span, bool]]:
    """The rows that make sense alone as they stand, as spans of the passage, in order."""
    for row in passage.rows:
        start, end = row.start - passage.start, row.end - passage.start
        piece = passage.text[max(start, 0) : max(end, 0)].rstrip()
        if row.header is None and start >= 0 and piece and "\t" not in piece:
            yield Span(start, start + len(piece)), True


def _pieces(text: str, whole: Sequence[tuple[Span, bool]]) -> Iterator[tuple[Span, bool]]:
    """Sentences and rows of tables, without white space around them; spans that stay `whole` come as given.

    Each with whether it is a row.
    """
    start = 0
    for span, is_row in sorted(whole):
        if span.start < start:
            continue
        yield from _pieces_between(text, start, span.start)
        yield span, is_row
        start = span.end
    yield from _pieces_between(text, start, len(text))


def _pieces_between(text: str, first: int, last: int) -> Iterator[tuple[Span, bool]]:
    for line in line_spans(text[first:last]):
        block = Span(first + line.start, first + line.end)
        piece = text[block.start : block.end]
        if _ROW.match(piece):
            start = block.start + len(piece) - len(piece.lstrip())
            end = block.start + len(piece.rstrip())
            if end > start and not _RULE.fullmatch(piece):
                yield Span(start, end), True
        else:
            for span in sentence_spans(piece, block.start):
                yield span, False
