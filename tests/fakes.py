"""Small real parts for tests: an embedder that hashes words, documents and chunks made from strings."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.models.model_protocol import Embedder, Vectors
from rag.schema import PAGE_BREAK, Chunk, Document, DocumentInfo, Page, Span
from rag.text import embedding_text, text_hash
from rag.text.language import CJK
from rag.text.tables import row_statement

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.store import Store

_TOKEN = re.compile(rf"[{CJK}]|(?:(?![{CJK}])\w)+|[^\w\s]")
_SPECIAL_TOKENS = 2


class HashingEmbedder:
    """Bag of hashed words, signed, of unit length: texts that share words are near each other.

    Like a real model it does not see what lies beyond `max_tokens`, two of which are special.
    """

    def __init__(self, dimension: int = 64, max_tokens: int = 64, name: str = "hashing") -> None:
        self.name = name
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.calls: list[int] = []
        """How many texts each call to `embed_passages` was given."""

    @property
    def fingerprint(self) -> str:
        return f"{self.name}:{self.dimension}:{self.max_tokens}"

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        self.calls.append(len(texts))
        if progress is not None:
            progress(len(texts))
        return self._embed(texts)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def token_spans(self, text: str) -> list[Span]:
        return [Span(*match.span()) for match in _TOKEN.finditer(text)]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for start, end in self.token_spans(text)[: self.max_tokens - _SPECIAL_TOKENS]:
                word = text[start:end].casefold().encode("utf-8", "surrogatepass")
                digest = int.from_bytes(hashlib.blake2b(word, digest_size=8).digest())
                vector[(digest >> 1) % self.dimension] += 1.0 if digest & 1 else -1.0
            length = float(np.linalg.norm(vector))
            if length:
                vector /= length
            else:
                vector[0] = 1.0
        return vectors


def document(
    text: str, source: str = "a.txt", pages: Sequence[Page] | None = None, **fields: Any
) -> Document:
    """A document of a text; form feeds divide it into pages unless `pages` are given."""
    defaults = {
        "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "media_type": "text/plain",
        "title": source.rsplit("/", 1)[-1].rsplit(".", 1)[0],
        "language": "en",
    }
    return Document(source=source, text=text, pages=tuple(pages or pages_of(text)), **{**defaults, **fields})


def pages_of(text: str) -> list[Page]:
    """Pages that tile a text, each but the last ending with its form feed."""
    pages, start = [], 0
    for number, part in enumerate(text.split(PAGE_BREAK), 1):
        end = min(start + len(part) + 1, len(text))
        pages.append(Page(number, start, end))
        start = end
    return pages


def tiling_chunks(document: Document, size: int = 200) -> list[Chunk]:
    """Chunks of `size` characters that tile the text, whatever it holds."""
    chunks = []
    for ordinal, start in enumerate(range(0, len(document.text), size)):
        end = min(start + size, len(document.text))
        first, last = _page_number(document, start), _page_number(document, end - 1)
        chunks.append(Chunk(ordinal, start, end, first, last))
    return chunks


def add_to_store(
    store: Store,
    document: Document,
    embedder: Embedder,
    chunks: Sequence[Chunk] | None = None,
    original: Path | None = None,
    size: int = 200,
) -> DocumentInfo:
    """Embed a document's chunks (tiles of `size` characters unless given) and store it."""
    chunks = tiling_chunks(document, size) if chunks is None else chunks
    texts = [
        embedding_text(document.title, c.headings, document.text[c.start : c.end], c.context) for c in chunks
    ]
    return store.add_document(
        document,
        chunks,
        embedder.fingerprint,
        [text_hash(text) for text in texts],
        embedder.embed_passages(texts),
        original,
    )


def row_statements(document: Document) -> list[str]:
    """What each row of the document's tables tells under the names above it."""
    return [
        row_statement(document.text[block.start : block.end], block.header)
        for block in document.blocks
        if block.header is not None and not block.header.is_header
    ]


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def with_ingest(settings: Settings, **changes: object) -> Settings:
    """Settings with others of ingestion."""
    return settings.model_copy(update={"ingest": settings.ingest.model_copy(update=changes)})


def _page_number(document: Document, offset: int) -> int:
    return next(page.number for page in document.pages if page.start <= offset < page.end)
