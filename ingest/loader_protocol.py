"""What a loader promises."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from rag.schema import Document
from rag.settings import IngestSettings

__all__ = ["Loader"]


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
