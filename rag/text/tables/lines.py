"""Rows of tables that stand in plain text: cells parted by tabs or bars, names of columns inferred."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from rag.text.sentences import line_spans
from rag.text.tables.row_headers import row_headers
from rag.text.tables.statements import row_statement

__all__ = ["line_statements"]

_BARRED: Final = re.compile(r"\s*\|.*\|\s*\Z", re.S)
_BAR: Final = re.compile(r"(?<!\\)\|")
_RULE: Final = re.compile(r"[\s|:+=_.\-–—*]*")


def line_statements(text: str) -> dict[int, str]:
    """For each line that is a row of a table, by the offset of its first visible character, the row in words.

    Rows in a row are one table; rules between them are no rows. A single row tells nothing.
    """
    statements: dict[int, str] = {}
    for table in _tables(text):
        for (start, cells), header in zip(table, row_headers([cells for _, cells in table]), strict=True):
            statements[start] = row_statement("\t".join(cells), header)
    return statements


def _tables(text: str) -> Iterator[list[tuple[int, list[str]]]]:
    lines = [(span.start, text[span.start : span.end].strip("\n\f")) for span in line_spans(text)]
    for form, run in groupby(lines, key=lambda line: _form(line[1])):
        rows = [
            (_visible(start, line), _cells(line, form)) for start, line in run if not _RULE.fullmatch(line)
        ]
        if form and len(rows) > 1:
            yield rows


def _visible(start: int, line: str) -> int:
    return start + len(line) - len(line.lstrip())


def _form(line: str) -> str:
    if _BARRED.fullmatch(line):
        return "|"
    return "\t" if "\t" in line.strip(" ") else ""


def _cells(line: str, form: str) -> list[str]:
    if form == "|":
        line = line.strip()[1:-1]
    cells = _BAR.split(line) if form == "|" else line.split("\t")
    return [" ".join(cell.split()) for cell in cells]
