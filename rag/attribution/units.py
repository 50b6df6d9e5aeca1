"""The pieces of passages that can be quoted: sentences and table rows, as spans of their documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rag.schema import Passage, Span
from rag.text import line_spans, sentence_spans
from rag.text.tables import line_statements, row_context, row_statement

__all__ = ["Unit", "quotable_units"]

_ROW: Final = re.compile(r"[^\t\n]*\t|\s*\|.*\|\s*$")
_RULE: Final = re.compile(r"[\s|:+=_.\-–—*]*")
_CLOSED: Final = re.compile(r"[.!?。！？；;:：…][\"'”’」』）)\]》\s]*$")
_PRONOUN: Final = re.compile(
    r"\W*(?:(?:it|he|she|they|this|these|that|those|its|his|her|their|there|both)\b|[它他她此该該其这這])",
    re.IGNORECASE,
)
_LEAST_LETTERS: Final = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence or table row of a passage; `start` and `end` are offsets into its document.

    `lead` is the sentence before it, or what stands above a row in its table: what its reader has just
    read. `statement` is a row in words, each value with the names above and beside it; empty where the
    row says the names itself, as a record of a CSV file does.
    """

    passage: int
    ordinal: int
    document_id: str
    start: int
    end: int
    text: str
    lead: str = ""
    is_row: bool = False
    statement: str = ""

    @property
    def reading(self) -> str:
        """The text to judge it by: a row's statement, else its own text."""
        return self.statement or self.text

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


def quotable_units(passages: Sequence[Passage]) -> list[Unit]:
    """All units of some passages in order; a place that two passages share comes once."""
    units: list[Unit] = []
    seen: set[tuple[str, int, int]] = set()
    for index, passage in enumerate(passages):
        for unit in _passage_units(index, passage):
            place = (unit.document_id, unit.start, unit.end)
            if place not in seen:
                seen.add(place)
                units.append(unit)
    return units


def _passage_units(index: int, passage: Passage) -> Iterator[Unit]:
    previous = header = ""
    ordinal = 0
    rows = _row_readings(passage)
    records = _records(passage)
    for span, is_row in _pieces(passage.text, records):
        text = passage.text[span.start : span.end]
        if sum(map(str.isalnum, text)) < _LEAST_LETTERS:
            continue
        is_record = span in records
        header = (header or text) if is_row and not is_record else ""
        statement, above = rows.get(span.start, ("", ""))
        lead = "" if is_record else above or (header if is_row and header != text else previous)
        start, end = passage.start + span.start, passage.start + span.end
        yield Unit(index, ordinal, passage.document_id, start, end, text, lead, is_row, statement)
        previous = text
        ordinal += 1


def _row_readings(passage: Passage) -> dict[int, tuple[str, str]]:
    """For each table row, by where it starts in the passage, its statement and what stands above it.

    Rows whose names of columns were not stored are read by their look.
    """
    if all(row.header is None for row in passage.rows):
        return {start: (statement, "") for start, statement in line_statements(passage.text).items()}
    readings: dict[int, tuple[str, str]] = {}
    for row in passage.rows:
        start, end = row.start - passage.start, row.end - passage.start
        if row.header is not None and start >= 0:
            statement = row_statement(passage.text[start:end], row.header)
            readings[start] = statement, row_context(row.header, sections=False)
    return readings


def _records(passage: Passage) -> list[Span]:
    """The rows that make sense alone as they stand, as spans of the passage, in order."""
    spans = []
    for row in passage.rows:
        start, end = row.start - passage.start, row.end - passage.start
        piece = passage.text[max(start, 0) : max(end, 0)].rstrip()
        if row.header is None and start >= 0 and piece and "\t" not in piece:
            spans.append(Span(start, start + len(piece)))
    return sorted(spans)


def _pieces(text: str, records: Sequence[Span]) -> Iterator[tuple[Span, bool]]:
    """Sentences, but table rows and records whole, without surrounding white space."""
    start = 0
    for record in records:
        yield from _pieces_between(text, start, record.start)
        yield record, True
        start = record.end
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
