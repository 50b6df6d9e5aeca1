"""A parsed document as bytes on its way from a parsing process: no pickle, one copy of the text."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import IO, Any, Final

from rag.schema import Block, BlockKind, Chunk, Document, Page, RowHeader

__all__ = [
    "BEAT",
    "CUTTING",
    "DONE",
    "FAILED",
    "LOCKED",
    "ParsedDocument",
    "cutting_seconds",
    "packed",
    "read_frame",
    "unpacked",
    "write_frame",
]

DONE: Final = b"D"
"""The first byte of a frame that is a document."""
FAILED: Final = b"E"
"""The first byte of a frame that is a message: why the file cannot be read."""
LOCKED: Final = b"L"
"""The same of a file that opens with a password only."""
BEAT: Final = b"B"
"""The first byte of a frame that says that a page is done; a `Beat` follows: the file may take longer."""
CUTTING: Final = b"C"
"""The first byte of a frame that says how many characters are being cut now: a document follows."""

_SECONDS_PER_CHARACTER: Final = 20e-6
_LENGTH: Final = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document, its chunks where the process that parsed it could cut it, and the seconds it took."""

    document: Document
    chunks: tuple[Chunk, ...] | None
    parse_seconds: float
    chunk_seconds: float = 0.0


def cutting_seconds(characters: int, parsing_seconds: float) -> float:
    """How long cutting may take: tokenising is slow but linear, at worst some seconds a megabyte."""
    return parsing_seconds + characters * _SECONDS_PER_CHARACTER


def write_frame(stream: IO[bytes], *parts: bytes) -> None:
    """Write a length and that many bytes."""
    stream.write(_LENGTH.pack(sum(len(part) for part in parts)))
    for part in parts:
        stream.write(part)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None when the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    size = _LENGTH.unpack(head)[0]
    body = stream.read(size)
    return body if len(body) == size else None


def packed(parsed: ParsedDocument) -> list[bytes]:
    """The parts of a frame: header length, header (JSON), text, geometries of the pages."""
    document = parsed.document
    text = document.text.encode("utf-8", "surrogatepass")
    geometries = [page.geometry or b"" for page in document.pages]
    header = {
        "document": [
            document.source,
            document.sha256,
            document.media_type,
            document.title,
            document.language,
        ],
        "metadata": document.metadata,
        "warnings": document.warnings,
        "text": len(text),
        "pages": [_page_row(page) for page in document.pages],
        "geometries": [-1 if page.geometry is None else len(page.geometry) for page in document.pages],
        **_block_rows(document.blocks),
        "chunks": None if parsed.chunks is None else [_chunk_row(chunk) for chunk in parsed.chunks],
        "seconds": [parsed.parse_seconds, parsed.chunk_seconds],
    }
    encoded = json.dumps(header).encode()
    return [_LENGTH.pack(len(encoded)), encoded, text, *geometries]


def unpacked(frame: bytes) -> ParsedDocument:
    """The document of a frame that `packed` made."""
    view = memoryview(frame)
    start = _LENGTH.size + _LENGTH.unpack(view[: _LENGTH.size])[0]
    header: dict[str, Any] = json.loads(bytes(view[_LENGTH.size : start]))
    end = start + header["text"]
    source, sha256, media_type, title, language = header["document"]
    document = Document(
        source=source,
        sha256=sha256,
        media_type=media_type,
        title=title,
        language=language,
        text=str(view[start:end], "utf-8", "surrogatepass"),
        pages=_pages(header["pages"], header["geometries"], view[end:]),
        blocks=_blocks(header["blocks"], header["row_headers"]),
        metadata=header["metadata"],
        warnings=tuple(header["warnings"]),
    )
    rows = header["chunks"]
    chunks = None if rows is None else tuple(_chunk(*row) for row in rows)
    return ParsedDocument(document, chunks, *header["seconds"])


def _page_row(page: Page) -> tuple[Any, ...]:
    return (page.number, page.start, page.end, page.label, page.width, page.height, page.warnings)


def _pages(rows: Sequence[Sequence[Any]], sizes: Sequence[int], blobs: memoryview) -> tuple[Page, ...]:
    pages = []
    position = 0
    for (*fields, warnings), size in zip(rows, sizes, strict=True):
        geometry = None if size < 0 else bytes(blobs[position : position + size])
        position += max(size, 0)
        number, start, end, label, width, height = fields
        pages.append(Page(number, start, end, label, width, height, geometry, tuple(warnings)))
    return tuple(pages)


def _block_rows(blocks: Sequence[Block]) -> dict[str, Any]:
    """Blocks, and the headers of table rows, each once."""
    numbers: dict[RowHeader | None, int] = {None: -1}
    rows = [
        (b.start, b.end, b.kind.value, b.level, numbers.setdefault(b.header, len(numbers) - 1))
        for b in blocks
    ]
    return {"blocks": rows, "row_headers": [astuple(header) for header in numbers if header is not None]}


def _blocks(rows: Sequence[Sequence[Any]], headers: Sequence[Sequence[Any]]) -> tuple[Block, ...]:
    known = [_header(values) for values in headers]
    return tuple(
        Block(start, end, BlockKind(kind), level, known[number] if number >= 0 else None)
        for start, end, kind, level, number in rows
    )


def _header(values: Sequence[Any]) -> RowHeader:
    fields: list[Any] = [tuple(value) if isinstance(value, list) else value for value in values]
    return RowHeader(*fields)


def _chunk(
    ordinal: int, start: int, end: int, first_page: int, last_page: int, headings: Sequence[str], context: str
) -> Chunk:
    return Chunk(ordinal, start, end, first_page, last_page, tuple(headings), context)


def _chunk_row(chunk: Chunk) -> tuple[Any, ...]:
    place = (chunk.ordinal, chunk.start, chunk.end, chunk.first_page, chunk.last_page)
    return (*place, chunk.headings, chunk.context)
