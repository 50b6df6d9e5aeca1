"""The columns of a grid: a name, a question, and what its cells should hold."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from rag.errors import UsageError
from rag.limits import MOST_COLUMNS, check_request

__all__ = ["AskedColumn", "ColumnType", "columns_of", "read_columns"]

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
"""Other characters that Unicode counts as ends of lines may stand within a question."""
_BETWEEN_CHOICES: Final = "|"
_HALF: Final = re.compile("[\ud800-\udfff]")
_MOST_CHOICES: Final = 200


class ColumnType(StrEnum):
    """What the cells of a column hold beside their text."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    ONE_OF = "one_of"


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A question that every document is asked; `choices` are what a cell of type `one_of` may say."""

    name: str
    question: str
    type: ColumnType = ColumnType.TEXT
    choices: tuple[str, ...] = ()


def read_columns(text: str, name: str) -> list[AskedColumn]:
    """The columns of a file: lines of text, JSON lines, or CSV with a header that has `question` in it.

    JSON and CSV have `question`, and may have `column` (its name; else the question is), `type` (see
    `ColumnType`) and `choices`: a list, in CSV with | between them.

    >>> [column.name for column in read_columns("Who signed it?", "mine.txt")]
    ['Who signed it?']

    Raises:
        UsageError: there is no question, a name twice, or a line is wrong; `name` is what the file is called.
    """
    try:
        return columns_of(_records(text, name), name)
    except csv.Error as error:
        raise UsageError(f"{name!r} cannot be read as CSV: {error}") from None


def columns_of(records: Iterable[tuple[int, Mapping[str, Any]]], name: str) -> list[AskedColumn]:
    """The columns of numbered lines with `question` and what else `read_columns` names.

    Raises:
        UsageError: as `read_columns`.
    """
    some = islice(records, MOST_COLUMNS + 1)
    columns = [_column(record, f"{name!r}, line {number}") for number, record in some]
    if not columns:
        raise UsageError(f"{name!r} holds no question: write one a line")
    if len(columns) > MOST_COLUMNS:
        raise UsageError(f"{name!r} holds too many questions: a grid has {MOST_COLUMNS} at most")
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise UsageError(f"{name!r} holds the column {column.name!r} twice: give each a name of its own")
        seen.add(column.name)
    return columns


def _records(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    first = next((line for line in lines if line.strip()), "")
    for delimiter in ",;\t":
        header = [field.strip().casefold() for field in next(csv.reader([first], delimiter=delimiter), ())]
        if len(header) > 1 and "question" in header:
            rows = csv.reader([line + "\n" for line in lines], delimiter=delimiter)
            next(row for row in rows if any(row))  # the header
            yield from ((rows.line_num, dict(zip(header, row, strict=False))) for row in rows if any(row))
            return
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("{"):
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                raise UsageError(f"{name!r}, line {number}: not a JSON object: {line[:80]!r}") from None
        elif line.strip():
            yield number, {"question": line}


def _column(record: Mapping[str, Any], place: str) -> AskedColumn:
    question = str(record.get("question") or "").strip()
    if not question:
        raise UsageError(f"{place}: there is no `question`")
    check_request(question)
    given = record.get("choices") or ()
    parts = given.split(_BETWEEN_CHOICES) if isinstance(given, str) else given
    if not isinstance(parts, list | tuple):
        raise UsageError(f"{place}: `choices` is a list, not {given!r}")
    choices = tuple(dict.fromkeys(str(choice).strip() for choice in parts if str(choice).strip()))
    named = str(record.get("type") or ("one_of" if choices else "text")).strip().casefold()
    try:
        kind = ColumnType(named)
    except ValueError:
        raise UsageError(f"{place}: no type {named!r}: choose one of {', '.join(ColumnType)}") from None
    if len(choices) > _MOST_CHOICES:
        raise UsageError(f"{place}: {len(choices):,} choices: a column has {_MOST_CHOICES} at most")
    if kind is ColumnType.ONE_OF and len(choices) < 2:
        raise UsageError(f"{place}: a column of type one_of needs two `choices` or more")
    name = " ".join(str(record.get("column") or question).split())
    if _HALF.search(" ".join((question, name, *choices))):
        raise UsageError(f"{place}: it holds half a character (a lone surrogate), which no file can")
    return AskedColumn(name, question, kind, choices)
