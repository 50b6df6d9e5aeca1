"""Rows of tables as cells with their names and places, and in words: `Town: Belk; Mayor: Otto Kranz`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from rag.schema import Passage, RowHeader
from rag.text import line_spans
from rag.text.tables import PATH, row_headers

__all__ = ["Cell", "Row", "read_rows"]

_BARRED: Final = re.compile(r"\s*\|.*\|\s*\Z", re.S)
_NAMED: Final = re.compile(r"(?:^|; )([^:;\n]{1,80}): ")
_RULE: Final = re.compile(r"[\s|:+=_.\-–—*]*")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something: its place in the document, its text, and the names above it."""

    start: int
    end: int
    text: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; the first `labels` cells say what it is about.

    `sections` are the titled groups that it stands in, `unit` is what the table says of its numbers.
    `is_header` marks rows that hold names.
    """

    cells: tuple[Cell, ...]
    labels: int = 0
    sections: tuple[str, ...] = ()
    caption: str = ""
    unit: str = ""
    is_header: bool = False

    @property
    def names_nothing(self) -> bool:
        """Whether no cell has a name: the first cell then says what the others are."""
        return not any(cell.column for cell in self.cells)

    def label(self) -> str:
        """What the row is about: the groups that it stands in and its own label."""
        count = self.labels or int(len(self.cells) > 1 and not self.labels_next(0))
        return PATH.join([*self.sections, *(cell.text for cell in self.cells[:count])])

    def parts(self) -> Iterator[tuple[str, Cell | None]]:
        """The row in words, piece by piece; a piece that is a cell's own text comes with it."""
        if self.sections:
            yield PATH.join(self.sections) + PATH, None
        shown = [cell for i, cell in enumerate(self.cells) if not self.labels_next(i)]
        for i, cell in enumerate(shown):
            if i:
                yield (": " if self.names_nothing and not self.is_header and i == 1 else "; "), None
            if cell.column:
                yield f"{cell.column}: ", None
            yield cell.text, cell
        if self.unit:
            yield f" ({self.unit})", None

    def labels_next(self, i: int) -> bool:
        """Whether a cell of a form says what the next one is, as that one's name does."""
        cell, following = self.cells[i], self.cells[i + 1 : i + 2]
        return not cell.column and bool(following) and cell.text.rstrip(":： ") == following[0].column != ""

    @property
    def line(self) -> str:
        """The row so that it makes sense alone: `Town: Belk; Mayor: Otto Kranz`."""
        return "".join(piece for piece, _ in self.parts())

    @property
    def names_above(self) -> str:
        """The table's caption and the names of its columns, a line."""
        names = dict.fromkeys(cell.column for cell in self.cells if cell.column)
        return " | ".join(filter(None, [self.caption, *names]))


def read_rows(passage: Passage) -> dict[int, Row]:
    """The rows of tables in a passage, by where each starts in the passage's text.

    Rows whose names of columns were not stored are read by their look.
    """
    stored = {
        row.start - passage.start: row.header
        for row in passage.rows
        if row.header is not None and row.start >= passage.start
    }
    if not stored:
        return _records(passage) or _by_look(passage)
    ends = {row.start - passage.start: row.end - passage.start for row in passage.rows}
    found = {}
    for start, header in stored.items():
        pieces = _pieces(passage.text[start : ends[start]].rstrip("\n"), start, "\t")
        found[start] = _row(passage, pieces, header)
    return found


def _records(passage: Passage) -> dict[int, Row]:
    """Rows that are written out as `name: value; name: value`, as those of CSV files and JSON lines are.

    A name is one that half of the rows have, so that a value with such marks in it stays whole.
    """
    lines = {}
    for row in passage.rows:
        start, end = row.start - passage.start, row.end - passage.start
        line = passage.text[max(start, 0) : max(end, 0)].rstrip()
        if row.header is None and start >= 0 and "\t" not in line:
            lines[start] = line
    counts = Counter(match[1] for line in lines.values() for match in _NAMED.finditer(line))
    found = {}
    for start, line in lines.items():
        names = [match for match in _NAMED.finditer(line) if 2 * counts[match[1]] >= len(lines)]
        ends = [match.start() for match in names[1:]] + [len(line)]
        if len(names) > 1 and names[0].start() == 0:
            place = passage.start + start
            found[start] = Row(
                tuple(
                    Cell(place + match.end(), place + end, line[match.end() : end], match[1])
                    for match, end in zip(names, ends, strict=True)
                    if end > match.end()
                )
            )
    return found


def _by_look(passage: Passage) -> dict[int, Row]:
    """Lines with tabs or bars, those in a row as one table; a single line is no table."""
    text = passage.text
    lines = [(span.start, text[span.start : span.end].strip("\n\f")) for span in line_spans(text)]
    lines = [(start + len(line) - len(line.lstrip(" ")), line.lstrip(" ")) for start, line in lines]
    found: dict[int, Row] = {}
    for form, run in groupby(lines, key=lambda line: _form(line[1])):
        rows = [(start, line) for start, line in run if form and not _RULE.fullmatch(line)]
        if len(rows) < 2:
            continue
        pieces = [_pieces(line, start, form) for start, line in rows]
        headers = row_headers([[cell for _, cell in row] for row in pieces])
        for (start, _), cells, header in zip(rows, pieces, headers, strict=True):
            found[start] = _row(passage, cells, header)
    return found


def _form(line: str) -> str:
    if _BARRED.fullmatch(line):
        return "|"
    return "\t" if "\t" in line.strip(" ") else ""


def _pieces(line: str, offset: int, parted_by: str) -> list[tuple[int, str]]:
    """The cells of a line, empty ones too, with where their text starts."""
    if parted_by == "|":
        first, last = line.index("|") + 1, line.rindex("|")
        line, offset = line[first:last], offset + first
    cells, position = [], 0
    for piece in line.split(parted_by):
        text = piece.strip()
        cells.append((offset + position + len(piece) - len(piece.lstrip()), text))
        position += len(piece) + 1
    return cells


def _row(passage: Passage, pieces: Sequence[tuple[int, str]], header: RowHeader) -> Row:
    names = [*header.columns, *[""] * (len(pieces) - len(header.columns))]
    kept = [(i, start, text) for i, (start, text) in enumerate(pieces) if text]
    cells = tuple(
        Cell(passage.start + start, passage.start + start + len(text), text, names[i])
        for i, start, text in kept
    )
    labels = sum(i < header.labels for i, _, _ in kept)
    return Row(cells, labels, header.sections, header.caption, header.unit, header.is_header)
