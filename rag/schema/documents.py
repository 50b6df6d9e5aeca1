"""Documents as loaded and as listed: pages, structural blocks, rows of tables."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

__all__ = [
    "METADATA",
    "PAGE_BREAK",
    "PROPERTIES",
    "TEXT_SOURCE",
    "Block",
    "BlockKind",
    "Document",
    "DocumentInfo",
    "Page",
    "RowHeader",
    "source_name",
    "without_controls",
]

PAGE_BREAK = "\f"
PROPERTIES = "Document properties"
"""The heading at the end of a document above who wrote it and when, which stands on no page of it."""
TEXT_SOURCE: Final = "text://"
"""How the source of a document begins that is no file, but a text that a program brought under an id."""
METADATA: Final = "metadata"
"""The key in such a document's metadata under which stands, as a JSON object, what came with the text."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class BlockKind(StrEnum):
    """What a structural span of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    CODE = "code"
    HEADER = "header"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class RowHeader:
    """What a table's row needs in order to make sense alone; see `rag.text.tables`.

    `columns` holds for each cell of the row the names that stand above it, outermost first, joined by
    " > " ("2022 > First quarter"); empty where there is none. `sections` are the titled groups of rows
    that it stands in, outermost first. The first `labels` cells say what the row is about. `unit` is
    what the table says of its numbers ("in millions"). `is_header` marks rows that hold names.
    `letters` are the columns of the cells where the table stands in a sheet.
    """

    columns: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    caption: str = ""
    unit: str = ""
    labels: int = 1
    is_header: bool = False
    letters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A structural span; `level` is 1 to 6 for headings and 0 for all else but rows of sheets.

    For those it is the row's number in the sheet, as programs show it.

    `header` is there for rows of tables whose structure is known.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    header: RowHeader | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page, sheet, slide or section: the span of its text, and its geometry where there is one.

    Pages tile the document's text: the first starts at 0, each starts where the one before ends,
    the last ends at the text's length. All but the last end with a form feed (`PAGE_BREAK`).
    `geometry` is a `rag.geometry.PageGeometry` as bytes.
    """

    number: int
    start: int
    end: int
    label: str = ""
    width: float | None = None
    height: float | None = None
    geometry: bytes | None = field(default=None, repr=False)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as loaded: its whole text, its pages, and its structure.

    `blocks` are in order of `start` and do not overlap; they need not cover the text.
    """

    source: str
    sha256: str
    media_type: str
    title: str
    language: str
    text: str = field(repr=False)
    pages: tuple[Page, ...] = field(repr=False)
    blocks: tuple[Block, ...] = field(default=(), repr=False)
    metadata: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def document_id(self) -> str:
        """16 hexadecimal digits; other content under the same name is another document."""
        named = f"{self.source}\0{self.sha256}".encode("utf-8", "surrogatepass")  # undecodable file names
        return hashlib.sha256(named).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document as the library lists it, without its text.

    `loaded_by` and `chunked_by` name the rules (settings and version of the code) by which it was read
    and cut; empty where they are not known.
    """

    document_id: str
    source: str
    sha256: str
    media_type: str
    title: str
    language: str
    pages: int
    chunks: int
    characters: int
    added_at: str
    metadata: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    file: str | None = None
    loaded_by: str = ""
    chunked_by: str = ""

    @property
    def name(self) -> str:
        """What people call the document."""
        return source_name(self.source)


def source_name(source: str) -> str:
    """The last part of a source, as people call the document, on one line."""
    return without_controls(source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or source, "\ufffd")


def without_controls(name: str, instead: str = "") -> str:
    r"""A name with `instead` for every character that breaks a line, steers a terminal or turns text round.

    >>> without_controls("a\nb\x1b[31m.txt", "?")
    'a?b?[31m.txt'
    """
    return _CONTROL.sub(instead, name)
