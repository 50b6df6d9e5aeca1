"""CSV and TSV: each row a line that makes sense alone, `header: value; header: value`."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ingest.loaders.builder import DocumentBuilder
from ingest.loaders.decoding import decode
from ingest.protocol import Loader
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "TableLoader"]

_ROWS_PER_PAGE: Final = 1_000
_SAMPLE_LINES: Final = 100
_LONGEST_FIELD: Final = 1_000_000
_NUMERIC: Final = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d.,\s]*%?\)?(?:[eE][-+]?\d+)?")


class TableLoader:
    """Reads delimited tables; pages are runs of 1,000 rows."""

    media_types: tuple[str, ...] = ("text/csv", "text/tab-separated-values")

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a table whole.

        Raises:
            EmptyDocumentError: no cell holds anything.
        """
        decoded = decode(path.read_bytes())
        delimiter = _delimiter(decoded.text)
        media_type = self.media_types[delimiter == "\t"]
        builder = DocumentBuilder(source, sha256, media_type)
        builder.warnings.extend(decoded.warnings)
        builder.metadata["encoding"] = decoded.encoding
        rows = [row for row in _rows(decoded.text, delimiter) if any(cell.strip() for cell in row)]
        header = _header(rows)
        body = rows[1:] if header and len(rows) > 1 else rows
        for i, row in enumerate(body):
            if i and i % _ROWS_PER_PAGE == 0:
                builder.page_break()
            if i % _ROWS_PER_PAGE == 0 and len(body) > _ROWS_PER_PAGE:
                builder.page_details(f"rows {i + 1:,} to {min(i + _ROWS_PER_PAGE, len(body)):,}")
            builder.block(_line(header if body is not rows else [], row), BlockKind.TABLE_ROW)
        return builder.build()


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


def _line(header: list[str], row: list[str]) -> str:
    parts = []
    for i, cell in enumerate(row):
        value = " ".join(cell.replace("\f", " ").split())
        if not value:
            continue
        name = header[i] if i < len(header) else ""
        parts.append(f"{name}: {value}" if name else (f"column {i + 1}: {value}" if header else value))
    return "; ".join(parts)


LOADER: Loader = TableLoader()
