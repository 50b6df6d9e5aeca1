"""What a loader and a chunker promise."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from rag.models.protocol import Embedder
from rag.schema import Chunk, Document
from rag.settings import IngestSettings

__all__ = ["Chunker", "Loader"]


class Loader(Protocol):
    """Reads one kind of file. One file in `ingest/loaders/` each."""

    media_types: tuple[str, ...]
    """The media types that this loader reads."""

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a file whole, within what the settings allow.

        Raises:
            DocumentError: the file cannot be read; says why and what to do.
        """
        ...


class Chunker(Protocol):
    """Cuts a document into chunks that tile its text: no gap, no overlap, in order."""

    def chunks(self, document: Document, embedder: Embedder) -> list[Chunk]:
        """Chunks whose embedding text fits the embedder; a document with text yields at least one."""
        ...
