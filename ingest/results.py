"""What became of a file, and what is said of one that the library holds already, or nearly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from rag.schema import DocumentInfo
from rag.store import SimilarDocument, Store

__all__ = ["FileResult", "Status", "likeness_notes"]

Status = Literal["added", "updated", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file's outcome; `document_id` is None and `error` says why where it failed.

    `locked` says that it needs a password, or another one, `passing` that it is the library that could not
    take it: it may do so soon.

    `pages` and `chunks` are the document's in the library; `seconds` run from the first look at
    the file until it was stored, `stages` are those of what was done to it one after the other.
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
    stages: Mapping[str, float] = field(default_factory=dict)
    passing: bool = False

    @classmethod
    def of(
        cls,
        info: DocumentInfo,
        status: Status,
        seconds: float,
        notes: tuple[str, ...] = (),
        stages: Mapping[str, float] | None = None,
    ) -> FileResult:
        """The result for a document that is in the library; `notes` join its own warnings."""
        warnings = (*info.warnings, *notes)
        counts = (info.pages, info.chunks, warnings, None, seconds)
        return cls(info.source, status, info.document_id, *counts, stages=stages or {})

    @classmethod
    def failure(cls, source: str, error: str, seconds: float, passing: bool = False) -> FileResult:
        """The result for a file that is not."""
        return cls(source, "failed", error=error, seconds=seconds, passing=passing)

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


_SHOWN: Final = 3
_NEARLY_ALL: Final = 0.99


def likeness_notes(info: DocumentInfo, store: Store) -> tuple[str, ...]:
    """A note for each of the documents that are most like this one, such as an earlier version."""
    similar = store.similar_documents(info.document_id)
    notes = [_note(info, other) for other in similar[:_SHOWN]]
    if len(similar) > _SHOWN:
        notes.append("and other documents like it")
    return tuple(notes)


def _note(info: DocumentInfo, other: SimilarDocument) -> str:
    name = other.source if other.name == info.name else other.name
    if other.same_bytes:
        return f"the same file as {name}; both names are kept"
    if other.share > _NEARLY_ALL:  # the estimate cannot tell a changed line in a long text
        return f"nearly the same text as {name}"
    return f"{other.share:.0%} the same as {name}"
