"""Puts a document together block by block, in the project's text conventions.

Pages tile the text and all but the last end with a form feed; blocks are parted by a blank line,
rows of one table by a newline, cells by a tab.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import date
from pathlib import PurePath
from typing import Final

import numpy as np

from ingest.loaders.boxes import spelled
from ingest.loaders.script import in_line
from ingest.loaders.text_decoding import clean_text
from ingest.zip_files import most_unpacked
from rag.errors import EmptyDocumentError
from rag.geometry import PageGeometry
from rag.schema import PAGE_BREAK, PROPERTIES, Block, BlockKind, Document, Page, RowHeader
from rag.text import detect_language
from rag.text.tables import TableCell, joined_cells, row_headers

__all__ = [
    "DESCRIPTIONS",
    "DocumentBuilder",
    "RowPlace",
    "bounded_by",
    "hidden_told",
    "is_telling",
    "readable_title",
]

DESCRIPTIONS: Final = "descriptions of pictures"

_SPACES: Final = re.compile(r"[^\S\n\t]+")
_MANY_NEWLINES: Final = re.compile(r"(?<! ) *\n\s*")
_SOFT_HYPHEN_AND_ZERO_WIDTH: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")
_NOT_METADATA: Final = re.compile(r"\s+")
_TELLS_NOTHING: Final = re.compile(
    r"(?:table of )?contents|abstract|(?:executive )?summary|introduction|overview|index|preface|foreword"
    r"|(?:for )?immediate release|(?:press|news) release|confidential|draft|united states( of america)?"
    r"|(?:united states )?securities and exchange commission|form \S{1,6}|page \d+|part \w+|chapter \w+"
    r"|inhalt(?:sverzeichnis)?|einleitung|zusammenfassung|sommaire|résumé|目\s*录|目\s*錄|摘\s*要|前\s*言|\W*|[\W\d]*",
    re.I,
)
_NOBODY: Final = re.compile(
    r"(?:microsoft |ms )?(?:office|windows) ?user|user\d*|admin(?:istrator)?|root|owner|author|unknown"
    r"|anonymous|python-docx|openpyxl|steve canny|[\W\d]*",
    re.I,
)
"""What programs and their templates write where nobody gave a name."""
_LONGEST_AUTHOR: Final = 120
_TITLE_LENGTH: Final = 300
_WITH_BOXES: Final = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)

RowPlace = tuple[int, Sequence[str]]
"""A row's number in its sheet from 1, and the letters of its cells' columns."""
_PageDetails = tuple[str, float | None, float | None, bytes | None, tuple[str, ...]]


_MOST: ContextVar[int] = ContextVar("most characters", default=sys.maxsize)


@contextmanager
def bounded_by(size: int) -> Iterator[None]:
    """Have builders that are made inside take no more text than a file of so many bytes may hold.

    A few bytes can name one part of a file again and again, as a chapter, a sheet or a slide.
    """
    token = _MOST.set(most_unpacked(size))
    try:
        yield
    finally:
        _MOST.reset(token)


class DocumentBuilder:
    """Collects blocks and pages of one document; `build` makes it."""

    def __init__(self, source: str, sha256: str, media_type: str) -> None:
        self._source, self._sha256, self._media_type = source, sha256, media_type
        self._parts: list[str] = []
        self._length = 0
        self._page_start = 0
        self._pages: list[Page] = []
        self._blocks: list[Block] = []
        self._details: _PageDetails = ("", None, None, None, ())
        self._in_table = False
        self._most = _MOST.get()
        self.is_full = False
        """Whether there was more text than the file may hold: the rest is left out."""
        self._was_cut = False
        self.hidden = 0
        self._asides: Counter[str] = Counter()
        self.title = ""
        self.language = ""
        self.metadata: dict[str, str] = {}
        self.warnings: list[str] = []
        self.note_numbers: set[str] = set()
        """Raised numbers that notes of the document begin with, where a loader knows them beforehand."""
        self.tells_properties = True
        """Whether the document ends with who wrote it and when, as far as its metadata say so."""

    @property
    def has_blocks(self) -> bool:
        """Whether anything was added yet."""
        return bool(self._blocks)

    @property
    def written(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def leave_out(self, hidden: int) -> None:
        """Count characters, without white space, that no one can see and that are left out."""
        self.hidden += hidden

    def read_aside(self, what: str, count: int = 1) -> None:
        """Count what is read though the page itself does not show it; `what` names it in the plural."""
        if count:
            self._asides[what] += count

    def take_counts(self, other: DocumentBuilder) -> None:
        """Add what another builder, whose blocks are written here, has left out and read aside."""
        self.hidden += other.hidden
        self._asides += other._asides
        self._was_cut = self._was_cut or other.is_full or other._was_cut

    def block(
        self,
        text: str,
        kind: BlockKind = BlockKind.PARAGRAPH,
        level: int = 0,
        header: RowHeader | None = None,
    ) -> None:
        """Add a block; its white space is collapsed (newlines stay), except in code.

        Raised and lowered parts are written as `script` does, boxes beside their labels as `boxes` does.
        """
        text = clean_text(in_line(text, self.note_numbers)).replace(PAGE_BREAK, "\n")
        text = text.strip("\n").rstrip() if kind is BlockKind.CODE else _collapsed(text)
        text = spelled(text) if kind in _WITH_BOXES else text
        self.write_block(text, kind, level, header)

    def write_block(
        self,
        text: str,
        kind: BlockKind = BlockKind.PARAGRAPH,
        level: int = 0,
        header: RowHeader | None = None,
    ) -> None:
        """Add a block whose text is as it is to stand, such as one of another builder's document."""
        if not text or not self._takes(text):
            return
        self._separate(kind)
        start = self._length
        self._append(text)
        self._blocks.append(Block(start, self._length, kind, level, header))

    def table(
        self,
        rows: Sequence[Sequence[TableCell | str]],
        caption: str = "",
        header_rows: int | None = None,
        places: Sequence[RowPlace] = (),
    ) -> None:
        """Add a table, each row a block with the names that it needs in order to make sense alone.

        A cell over several columns or rows comes once, where it starts. A lone currency sign, bracket or
        per-cent sign joins its number's cell. Empty rows are left out.

        Args:
            rows: Cells row by row; plain strings are cells of one column and one row.
            caption: The table's title where the format has one; it is kept with the rows, not written.
            header_rows: How many first rows hold names, where the format knows; else found by their look.
            places: For each row of a sheet its number there, and the columns of its cells.
        """
        cleaned = [[self._cleaned(cell) for cell in row] for row in rows]
        headers = row_headers(cleaned, self._plain(caption), header_rows)
        self.end_table()
        for i, (row, header) in enumerate(zip(cleaned, headers, strict=True)):
            number, letters = places[i] if places else (0, ())
            placed = replace(header, letters=tuple(letters)) if letters else header
            self._row([cell.text for cell in row], placed, number)
        self.end_table()

    def row(self, cells: Sequence[str]) -> None:
        """Add a row alone, of a table whose names of columns are not known."""
        self._row([self._plain(cell) for cell in cells], None)

    def goes_on(self, text: str) -> bool:
        """Add to the paragraph that was written last if it leads to what follows by a colon; say whether."""
        text = _collapsed(clean_text(in_line(text, self.note_numbers)))
        last = self._blocks[-1] if self._blocks else None
        if not text or last is None or last.end != self._length or last.kind not in _WITH_BOXES:
            return False
        if not self._parts[-1].endswith((":", "：")) or not self._takes(text):
            return False
        self._append(" " + text)
        self._blocks[-1] = replace(last, end=self._length)
        return True

    def _row(self, cells: Sequence[str], header: RowHeader | None, number: int = 0) -> None:
        joined = joined_cells(cells)
        leading = next((i for i, (text, _) in enumerate(joined) if text), 0)
        joined = joined[leading:]  # a block does not begin with a tab
        if header is not None:
            trailing = range(joined[-1][1] + 1 if joined else 0, len(header.columns))
            columns = [header.columns[index] for index in (*(index for _, index in joined), *trailing)]
            letters = tuple(header.letters[index] for _, index in joined) if header.letters else ()
            labels = max(header.labels - leading, 0)
            header = replace(header, columns=tuple(columns), labels=labels, letters=letters)
        self.block("\t".join(text for text, _ in joined), BlockKind.TABLE_ROW, number, header)

    def verbatim(self, text: str, blocks: list[Block]) -> None:
        """Add text exactly as it is; the offsets of `blocks` count from its start."""
        if not self._takes(text):
            return
        start = self._length
        self._append(text)
        self._blocks.extend(replace(b, start=b.start + start, end=b.end + start) for b in blocks)

    def page_break(self) -> None:
        """End the page; another one follows."""
        self._append(PAGE_BREAK)
        self._end_page()

    def page_details(
        self,
        label: str = "",
        width: float | None = None,
        height: float | None = None,
        geometry: bytes | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        """Say what is known of the page that is being written; `geometry` counts its page break."""
        self._details = (label, width, height, geometry, warnings)

    def describe(self, key: str, value: str | None) -> None:
        """Keep a piece of metadata where there is one, on one line."""
        text = _NOT_METADATA.sub(" ", clean_text(value or "")).strip()
        if text:
            self.metadata[key] = text

    def build(self) -> Document:
        """The document: title from the metadata, else its first heading of level 1, else its name.

        Raises:
            EmptyDocumentError: there is no text.
        """
        text = "".join(self._parts)
        if not text.strip():
            raise EmptyDocumentError(f"{self._source} holds no text: there is nothing to index")
        title = self.title or self._first_heading(text) or readable_title(self._source)
        title = _NOT_METADATA.sub(" ", clean_text(title)).strip()[:_TITLE_LENGTH]
        language = self.language or detect_language(text)
        if self.tells_properties:
            self._write_properties(title)
        self._end_page()
        return Document(
            source=self._source,
            sha256=self._sha256,
            media_type=self._media_type,
            title=title,
            language=language,
            text="".join(self._parts),
            pages=tuple(self._pages),
            blocks=tuple(self._blocks),
            metadata=self.metadata,
            warnings=(*self.warnings, *self._told()),
        )

    def _write_properties(self, title: str) -> None:
        """Write who wrote the document, and its date, as a fact of it: people ask for that."""
        author = self.metadata.get("author", "")
        if not author or len(author) > _LONGEST_AUTHOR or _NOBODY.fullmatch(author):
            return
        day = _readable_date(self.metadata.get("date", ""))
        self.block(PROPERTIES, BlockKind.HEADING, 1)
        dated = f" The file is dated {day}." if day else ""
        self.block(f"This document, “{title}”, was written by {author}.{dated}")
        label, width, height, geometry, warnings = self._details
        if geometry is not None:
            boxes = PageGeometry.from_bytes(geometry).boxes
            missing = self._length - self._page_start - len(boxes)
            padded = np.concatenate([boxes, np.full((missing, 4), np.nan, boxes.dtype)])
            self._details = label, width, height, PageGeometry(padded).to_bytes(), warnings

    def _takes(self, text: str) -> bool:
        """Whether the file may hold this much more text; after the first that it may not, none is taken."""
        self.is_full = self.is_full or self._length + len(text) > self._most
        return not self.is_full

    def _told(self) -> Iterator[str]:
        if self.is_full or self._was_cut:
            yield f"more text than the {self._most:,} characters of a file of its size: the rest is left out"
        if self.hidden:
            yield hidden_told(self.hidden)
        if self._asides:
            told = ", ".join(f"{what}: {count:,}" for what, count in self._asides.items())
            yield f"read though the page does not show them at once: {told}"

    def _cleaned(self, cell: TableCell | str) -> TableCell:
        if isinstance(cell, str):
            return TableCell(self._plain(cell))
        return cell._replace(text=self._plain(cell.text))

    def _plain(self, text: str) -> str:
        """A cell's text on one line."""
        text = _collapsed(clean_text(in_line(text, self.note_numbers)))
        return spelled(text.replace("\n", " ").replace("\t", " "))

    def _first_heading(self, text: str) -> str:
        headings = (block for block in self._blocks if block.kind is BlockKind.HEADING and block.level == 1)
        titles = (text[block.start : block.end] for block in headings)
        return next((title for title in titles if is_telling(title)), "")

    def end_table(self) -> None:
        """Part the next row, which belongs to another table, by a blank line."""
        self._in_table = False

    def _separate(self, kind: BlockKind) -> None:
        is_row = kind is BlockKind.TABLE_ROW
        if self._length > self._page_start:
            self._append("\n" if is_row and self._in_table else "\n\n")
        self._in_table = is_row

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _end_page(self) -> None:
        label, width, height, geometry, warnings = self._details
        geometry = None if self.is_full else geometry  # it counts characters that may be left out
        page = Page(
            len(self._pages) + 1, self._page_start, self._length, label, width, height, geometry, warnings
        )
        self._pages.append(page)
        self._page_start = self._length
        self._details = ("", None, None, None, ())
        self._in_table = False


def _readable_date(value: str) -> str:
    """An ISO date, with or without a time, as `5 March 2024`; anything else as it is."""
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return value
    return f"{day.day} {day:%B %Y}"


def hidden_told(count: int) -> str:
    """How much was left out that no one can see, in words."""
    return f"{count:,} character{'' if count == 1 else 's'} of hidden text left out"


def is_telling(title: str) -> bool:
    """Whether a heading says what a document is about; many documents open with `Contents`."""
    return _TELLS_NOTHING.fullmatch(" ".join(title.split())) is None


def readable_title(source: str) -> str:
    """A title made of a file name: no folder, no suffix, spaces for underscores."""
    name = PurePath(source.replace("\\", "/")).stem
    return re.sub(r"[_\s]+", " ", name).strip() or source


def _collapsed(text: str) -> str:
    text = _SOFT_HYPHEN_AND_ZERO_WIDTH.sub("", text)
    return _MANY_NEWLINES.sub("\n", _SPACES.sub(" ", text)).strip()
