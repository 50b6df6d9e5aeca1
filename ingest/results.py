"""What became of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rag.schema import DocumentInfo

__all__ = ["FileResult", "Status"]

Status = Literal["added", "updated", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file's outcome; `document_id` is None and `error` says why where it failed.

    `locked` says that it needs a password, or another one.

    `pages` and `chunks` are the document's in the library; `seconds` run from the first look at
    the file until it was stored.
    """

    source: str
    status: Status
    document_id: str | None = None
    pages: int = 0
    chunks: int = 0
    warnings: tuple[str, ...] = ()
    error: str | None = None
    seconds: float = 0.0
    locked: bool = False

    @classmethod
    def of(
        cls, info: DocumentInfo, status: Status, seconds: float, notes: tuple[str, ...] = ()
    ) -> FileResult:
        """The result for a document that is in the library; `notes` join its own warnings."""
        warnings = (*info.warnings, *notes)
        return cls(info.source, status, info.document_id, info.pages, info.chunks, warnings, None, seconds)

    @classmethod
    def failure(cls, source: str, error: str, seconds: float) -> FileResult:
        """The result for a file that is not."""
        return cls(source, "failed", error=error, seconds=seconds)

    def to_json(self) -> dict[str, Any]:
        """The form of the command line contract (`ingest --json`)."""
        return {
            "source": self.source,
            "status": self.status,
            "document_id": self.document_id,
            "pages": self.pages,
            "chunks": self.chunks,
            "warnings": list(self.warnings),
            "error": self.error,
            "locked": self.locked,
            "seconds": round(self.seconds, 3),
        }
