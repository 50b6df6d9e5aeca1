"""What is said of a document that the library holds already, or nearly."""

from __future__ import annotations

from typing import Final

from rag.schema import DocumentInfo
from rag.store import SimilarDocument, Store

__all__ = ["likeness_notes"]

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
