"""CSV and TSV: each row a line that makes sense alone, `header: value; header: value`.

What programs write above the names of the columns (`sep=;`, a title, a date) is no row of the table.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.text_decoding import decode
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings
from rag.text.tables import is_form, placed_rows, row_headers

__all__ = ["LOADER", "TableLoader"]

_ROWS_PER_PAGE: Final = 1_000
_SAMPLE_LINES: Final = 100
_MOST_TITLES: Final = 12
_MOST_NAMES: Final = 3
_FORM_WIDTH: Final = 2
_LEAST_MEMBERS: Final = 2
"""Rows that a group has on average at least."""
_STATED: Final = re.compile(r"sep=(.)\r?\n", re.I)
_LONGEST_FIELD: Final = 1_000_000
_NUMERIC: Final = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d.,\s]*%?\)?(?:[eE][-+]?\d+)?")


class TableLoader:
    """Reads delimited tables; pages are runs of 1,000 rows."""

    media_types: tuple[str, ...] = ("text/csv", "text/tab-separated-values")
    version: int = 3

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a table whole.

        Raises:
            EmptyDocumentError: no cell holds anything.
        """
        decoded = decode(path.read_bytes())
        stated = _STATED.match(decoded.text)
        text = decoded.text[stated.end() :] if stated else decoded.text
        delimiter = stated.group(1) if stated else _delimiter(text)
        media_type = self.media_types[delimiter == "\t"]
        builder = DocumentBuilder(source, sha256, media_type)
        builder.warnings.extend(decoded.warnings)
        builder.metadata["encoding"] = decoded.encoding
        numbered = [
            (number, row)
            for number, row in enumerate(_rows(text, delimiter), 2 if stated else 1)
            if any(cell.strip() for cell in row)
        ]
        rows = [row for _, row in numbered]
        above, rows = _without_titles(rows)
        for row in above:
            builder.block(" ".join(" ".join(row).split()))
        names, body = _named(rows)
        _write(names, body, [number for number, _ in numbered[len(numbered) - len(body) :]], builder)
        return builder.build()


def _write(
    names: Sequence[str], body: Sequence[Sequence[str]], numbers: Sequence[int], builder: DocumentBuilder
) -> None:
    groups = _groups(body) if len(names) > 2 else set()
    for i, row in enumerate(body):
        if i and i % _ROWS_PER_PAGE == 0:
            builder.page_break()
        if i % _ROWS_PER_PAGE == 0 and len(body) > _ROWS_PER_PAGE:
            builder.page_details(f"rows {i + 1:,} to {min(i + _ROWS_PER_PAGE, len(body)):,}")
        filled = [cell for cell in row if cell.strip()]
        if i in groups:
            builder.block(filled[0], BlockKind.HEADING, 3)
        elif len(filled) == 1 and len(names) > 2 and i + 1 == len(body):
            builder.block(filled[0])  # a remark below the table
        else:
            builder.block(_line(names, row), BlockKind.TABLE_ROW, numbers[i])


def _groups(body: Sequence[Sequence[str]]) -> set[int]:
    """The rows that title those below them: only their first cell is filled, and with words."""
    alone = {
        i
        for i, row in enumerate(body)
        if row[0].strip() and not any(map(str.strip, row[1:])) and not _NUMERIC.fullmatch(row[0].strip())
    }
    leads = all(i + 1 < len(body) and i + 1 not in alone for i in alone)
    return alone if leads and len(alone) * _LEAST_MEMBERS <= len(body) - len(alone) else set()


def _without_titles(rows: list[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """The lines above a table, which fill far fewer cells than its rows, and the table."""
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    counts = Counter(widths[:_SAMPLE_LINES])
    usual = max(counts, key=lambda width: width * counts[width], default=0)
    count = next((i for i, width in enumerate(widths) if width * 2 > usual or width > 2), 0)
    return (rows[:count], rows[count:]) if usual > 2 and count <= _MOST_TITLES else ([], rows)


def _named(rows: list[list[str]]) -> tuple[list[str], Sequence[Sequence[str]]]:
    """The names of the columns, from one row or several, and the rows below; forms name each value."""
    sample = rows[:_SAMPLE_LINES]
    if max(map(len, rows), default=0) <= _FORM_WIDTH and is_form(placed_rows(sample)):
        return [], [[": ".join(cell.strip().rstrip(":") for cell in row if cell.strip())] for row in rows]
    headers = row_headers(sample)
    count = next((i for i, header in enumerate(headers) if not header.is_header), 0)
    if 1 < count <= _MOST_NAMES and count < len(rows):
        return list(headers[count].columns), rows[count:]
    names = _header(rows)
    return (names, rows[1:]) if names and len(rows) > 1 else ([], rows)


def _delimiter(text: str) -> str:
    """The delimiter that cuts most of the first lines into the same number of cells, two or more.

    csv.Sniffer is not used: it takes letters for delimiters and fails on one column.
    """
    sample = "\n".join(text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES])
    best, best_score = ",", 0.0
    for delimiter in (",", "\t", ";", "|"):
        widths = Counter(len(row) for row in _rows(sample, delimiter) if row)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        # more columns decide only between delimiters that are about as regular
        score = count / widths.total() + 0.01 * min(width, 20) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows; a quote that is never closed counts as a character."""
    lines = text.split("\n")
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        rows = list(csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=False))
        swallowed = any(cell.count("\n") > 200 for row in rows for cell in row)
    except csv.Error:
        swallowed = True
    if swallowed:
        rows = [line.split(delimiter) for line in lines]
    yield from rows


def _header(rows: list[list[str]]) -> list[str]:
    """The first row when it looks like names: filled, distinct, without numbers, as wide as the rest."""
    if not rows:
        return []
    first = [" ".join(cell.split()) for cell in rows[0]]
    while first and not first[-1]:
        first.pop()
    named = [name for name in first if name]
    is_header = (
        len(named) * 2 > len(first)
        and len(set(named)) * 2 > len(named)
        and sum(_NUMERIC.fullmatch(name) is not None and not _is_year(name) for name in named) == 0
        and len(first) * 2 >= max(len(row) for row in rows[1:21])
        if len(rows) > 1
        else False
    )
    return first if is_header else []


def _is_year(name: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d", name) is not None


def _line(header: Sequence[str], row: Sequence[str]) -> str:
    parts = []
    for i, cell in enumerate(row):
        value = " ".join(cell.replace("\f", " ").split())
        if not value:
            continue
        name = header[i] if i < len(header) else ""
        parts.append(f"{name}: {value}" if name else (f"column {i + 1}: {value}" if header else value))
    return "; ".join(parts)


LOADER: Loader = TableLoader()
