"""JSON and JSON Lines by the standard library: each value on a line with the path of keys that leads to it.

`orders > 3 > customer > city: Hull` makes sense alone, as a row of a table does under its names. A
list of records with the same keys is written as a table; the entries of the outermost object are headings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.page_report import page_ranges
from ingest.loaders.text_decoding import decode
from rag.errors import EmptyDocumentError
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "JsonLoader"]

_LINES: Final = "application/jsonl"
_ARROW: Final = " > "
_ENTRIES_PER_PAGE: Final = 1_000
_LONG_TEXT: Final = 300
"""A longer value is a paragraph of its own under its path."""
_LEAST_RECORDS: Final = 2
_MOST_COLUMNS: Final = 40
_NAMING_KEYS: Final = ("title", "name", "label", "id", "key")


class JsonLoader:
    """Reads JSON and JSON Lines; a long list or file of lines has a page for every 1,000 entries."""

    media_types: tuple[str, ...] = ("application/json", _LINES)

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a file whole; what is no JSON is read as plain text, with a warning.

        Raises:
            EmptyDocumentError: there is no value.
        """
        decoded = decode(path.read_bytes())
        builder = DocumentBuilder(source, sha256, self.media_types[0])
        builder.warnings.extend(decoded.warnings)
        try:
            value = json.loads(decoded.text)
        except ValueError as error:
            entries, broken = _lines(decoded.text)
            if not entries or len(broken) > len(entries):
                return _as_text(decoded.text, builder, f"no valid JSON ({error}): read as plain text")
            builder = DocumentBuilder(source, sha256, _LINES)
            builder.warnings.extend(decoded.warnings)
            if broken:
                told = page_ranges(broken)[:_LONG_TEXT]
                builder.warnings.append(f"no valid JSON, left out: line {told}")
            value = entries
        _write(value, builder)
        return builder.build()


def _lines(text: str) -> tuple[list[Any], list[int]]:
    """The values of JSON Lines, and the numbers of lines that hold none."""
    entries, broken = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                entries.append(json.loads(line))
            except ValueError:
                broken.append(number)
    return entries, broken


def _as_text(text: str, builder: DocumentBuilder, warning: str) -> Document:
    builder.warnings.append(warning)
    if not text.strip():
        raise EmptyDocumentError("the file holds white space only: there is nothing to index")
    builder.block(text, BlockKind.CODE)
    return builder.build()


def _write(value: Any, builder: DocumentBuilder) -> None:
    match value:
        case dict():
            builder.title = next(
                (str(value[key]) for key in ("title", "name") if isinstance(value.get(key), str)), ""
            )
            for key, inner in value.items():
                if isinstance(inner, dict | list) and inner:
                    builder.block(str(key), BlockKind.HEADING, 2)
                    _write_under((str(key),), inner, builder)
                else:
                    _write_leaf((str(key),), inner, builder)
        case list():
            _write_entries(value, builder)
        case _:
            builder.block(_plain(value))


def _write_entries(entries: list[Any], builder: DocumentBuilder) -> None:
    """The outermost list, on pages."""
    for start in range(0, len(entries), _ENTRIES_PER_PAGE):
        if start:
            builder.page_break()
        part = entries[start : start + _ENTRIES_PER_PAGE]
        if len(entries) > _ENTRIES_PER_PAGE:
            builder.page_details(f"entries {start + 1:,} to {start + len(part):,}")
        columns = _columns(part)
        if columns:
            _write_records(part, columns, builder)
            continue
        for number, entry in enumerate(part, start=start + 1):
            name = _name(entry)
            builder.block(f"{number} {name}".strip(), BlockKind.HEADING, 3) if isinstance(
                entry, dict
            ) else None
            _write_under((name or str(number),), entry, builder)


def _write_under(path: tuple[str, ...], value: Any, builder: DocumentBuilder) -> None:
    """Everything under a path, without recursion: nesting may be deep."""
    stack: list[tuple[tuple[str, ...], Any]] = [(path, value)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, list) and (columns := _columns(value)):
            if len(path) > 1:
                builder.block(_ARROW.join(path))
            _write_records(value, columns, builder, _ARROW.join(path))
        elif isinstance(value, list) and value and not any(isinstance(item, dict | list) for item in value):
            _write_leaf(path, ", ".join(_plain(item) for item in value), builder)
        elif isinstance(value, dict | list):
            stack.extend(reversed([((*path, key), inner) for key, inner in _children(value)]))
        else:
            _write_leaf(path, value, builder)


def _children(value: Mapping[Any, Any] | Sequence[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(key), inner) for key, inner in value.items())
    else:
        yield from ((_name(inner) or str(i), inner) for i, inner in enumerate(value, start=1))


def _write_leaf(path: tuple[str, ...], value: Any, builder: DocumentBuilder) -> None:
    text = _plain(value)
    if not text:
        return
    name = _ARROW.join(path)
    if len(text) > _LONG_TEXT or "\n" in text.strip():
        builder.block(f"{name}:")
        for paragraph in text.split("\n\n"):
            builder.block(paragraph)
    else:
        builder.block(f"{name}: {text}")


def _columns(entries: Sequence[Any]) -> list[str]:
    """The keys of a list of flat records that share most of their keys; nothing for any other list."""
    if len(entries) < _LEAST_RECORDS or not all(isinstance(entry, dict) and entry for entry in entries):
        return []
    keys = dict.fromkeys(key for entry in entries for key in entry)
    filled = sum(len(entry) for entry in entries)
    flat = all(
        not isinstance(value, dict | list) and len(_plain(value)) <= _LONG_TEXT
        for entry in entries
        for value in entry.values()
    )
    is_table = flat and len(keys) <= _MOST_COLUMNS and filled * 2 >= len(keys) * len(entries)
    return list(keys) if is_table else []


def _write_records(
    records: Sequence[Any], columns: Sequence[str], builder: DocumentBuilder, caption: str = ""
) -> None:
    rows = [[_plain(record.get(column)) for column in columns] for record in records]
    builder.table([list(columns), *rows], caption, 1)


def _name(entry: Any) -> str:
    """What an entry calls itself, on one line; empty where it does not."""
    if isinstance(entry, dict):
        for key in _NAMING_KEYS:
            value = entry.get(key)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return " ".join(str(value).split())[:80]
    return ""


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value.strip()
        case dict() | list():
            return "" if not value else json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


LOADER: Loader = JsonLoader()
