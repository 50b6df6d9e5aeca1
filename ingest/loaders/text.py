"""Plain text of any encoding, as decoded but for boxes, which are told in words; form feeds part pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ingest.loader_protocol import Loader
from ingest.loaders.boxes import spelled
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.text_decoding import decode
from ingest.loaders.title_lines import numbered_level, stands_as_title
from rag.schema import PAGE_BREAK, Block, BlockKind, Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "TextLoader", "write_pages"]

_LINE: Final = re.compile(r"[^\n]*\n?")
_UNDERLINE: Final = re.compile(r"\s*(?:={3,}|-{3,}|~{3,}|\*{3,})\s*")
_LIST_ITEM: Final = re.compile(r"\s*(?:[-*+•]|\(?\d{1,3}[.)])\s+\S")
_HEADING_LENGTH: Final = 100
_PROSE: Final = 60


class TextLoader:
    """Reads plain text; underlined, numbered and short lines that stand above text are headings."""

    media_types: tuple[str, ...] = ("text/plain",)
    version: int = 3

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a text file whole.

        Raises:
            EmptyDocumentError: it holds white space only.
        """
        decoded = decode(path.read_bytes())
        builder = DocumentBuilder(source, sha256, self.media_types[0])
        builder.warnings.extend(decoded.warnings)
        builder.metadata["encoding"] = decoded.encoding
        write_pages(builder, PAGE_BREAK.join(map(spelled, decoded.text.split(PAGE_BREAK))))
        return builder.build()


def write_pages(builder: DocumentBuilder, text: str) -> None:
    """Write a text as it is, parted into pages by its form feeds, with its paragraphs, lists and headings."""
    for i, page in enumerate(text.rstrip(PAGE_BREAK).split(PAGE_BREAK)):
        if i:
            builder.page_break()
        builder.verbatim(page, list(_blocks(page)))


def _blocks(text: str) -> Iterator[Block]:
    """Paragraphs parted by blank lines, list items, and headings."""
    lines = [match for match in _LINE.finditer(text) if match.group()]
    start: int | None = None
    i = 0
    while i < len(lines):
        line, level = lines[i], _heading_level(lines, i)
        blank, item = not line.group().strip(), bool(_LIST_ITEM.match(line.group()))
        if start is not None and (blank or level or item):
            yield from _block(text, start, line.start())
            start = None
        if level:
            yield from _block(text, line.start(), line.end(), BlockKind.HEADING, level)
            i += _is_underline(lines, i + 1)
        elif not blank and start is None:
            start = line.start()
        i += 1
    if start is not None:
        yield from _block(text, start, len(text))


def _block(
    text: str, start: int, end: int, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0
) -> Iterator[Block]:
    piece = text[start:end]
    if kind is BlockKind.PARAGRAPH and _LIST_ITEM.match(piece):
        kind = BlockKind.LIST_ITEM
    first = start + len(piece) - len(piece.lstrip())
    last = start + len(piece.rstrip())
    if last > first:
        yield Block(first, last, kind, level)


def _heading_level(lines: list[re.Match[str]], i: int) -> int:
    """The level of a heading, else 0.

    1 or 2 for a line underlined by = or -; as `title_lines` tells for one that begins with its number;
    1 for a title that opens the text, 2 for another one.
    """
    line = lines[i].group().strip()
    if not line or len(line) > _HEADING_LENGTH or _UNDERLINE.fullmatch(line):
        return 0
    if (i and lines[i - 1].group().strip()) or line[-1] in ".,;":
        return 0
    following = lines[i + 1].group() if i + 1 < len(lines) else ""
    if _is_underline(lines, i + 1) and 0.5 <= len(following.strip()) / len(line) <= 2:
        return 1 if following.strip().startswith("=") else 2
    is_alone = not following.strip()
    numbered = numbered_level(line)
    if numbered and (is_alone or not line[0].isdigit() or _leads(line, following)):
        return numbered
    below = next((other.group() for other in lines[i + 1 :] if other.group().strip()), "")
    if _LIST_ITEM.match(line) or not stands_as_title(line) or not below:
        return 0
    is_first = not any(other.group().strip() for other in lines[:i])
    if is_first and is_alone:
        return 1
    return 2 if (_is_prose(below) if is_alone else _leads(line, following)) else 0


def _leads(line: str, following: str) -> bool:
    """Whether the line below a short one is prose that begins again, not its other half."""
    return following[:1].isupper() and _is_prose(following) and not _LIST_ITEM.match(line)


def _is_prose(line: str) -> bool:
    line = line.strip()
    return " " in line and (line[-1] in ".!?。！？" or len(line) >= _PROSE) and not _LIST_ITEM.match(line)


def _is_underline(lines: list[re.Match[str]], i: int) -> bool:
    return i < len(lines) and bool(_UNDERLINE.fullmatch(lines[i].group().rstrip("\n")))


LOADER: Loader = TextLoader()
