"""What must hold of a document before it goes in, so that every offset that comes out is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.errors import StoreError
from rag.models.protocol import Vectors
from rag.schema import Chunk, Document, Page

__all__ = ["tiling_fault", "validate"]


def validate(document: Document, chunks: Sequence[Chunk], hashes: Sequence[bytes], vectors: Vectors) -> None:
    """Refuse a document whose pages, chunks or vectors do not fit it.

    Raises:
        StoreError: says which, with the values seen.
    """
    fault = (
        tiling_fault("page", document.pages, len(document.text))
        or tiling_fault("chunk", chunks, len(document.text))
        or _numbering_fault(document.pages, chunks)
        or _vector_fault(chunks, hashes, vectors)
    )
    if fault:
        raise StoreError(f"document {document.source!r} cannot be stored: {fault}")


def tiling_fault(name: str, spans: Sequence[Page | Chunk], length: int) -> str:
    """What is wrong with spans that should tile a text of `length` characters; empty if nothing."""
    position = 0
    for index, span in enumerate(spans):
        if span.start != position or span.end < span.start:
            return f"{name} {index} is {span.start} to {span.end} where {position} was to be its start"
        position = span.end
    return "" if position == length else f"its {name}s end at {position}, its text at {length}"


def _numbering_fault(pages: Sequence[Page], chunks: Sequence[Chunk]) -> str:
    if [page.number for page in pages] != list(range(1, len(pages) + 1)):
        return f"its pages are numbered {[page.number for page in pages][:10]}…, not from 1 upwards"
    if [chunk.ordinal for chunk in chunks] != list(range(len(chunks))):
        return f"its chunks are numbered {[chunk.ordinal for chunk in chunks][:10]}…, not from 0 upwards"
    for chunk in chunks:
        if not 1 <= chunk.first_page <= chunk.last_page <= len(pages):
            return (
                f"chunk {chunk.ordinal} is on pages {chunk.first_page} to {chunk.last_page} of {len(pages)}"
            )
    return ""


def _vector_fault(chunks: Sequence[Chunk], hashes: Sequence[bytes], vectors: Vectors) -> str:
    if len(hashes) != len(chunks) or vectors.ndim != 2 or len(vectors) != len(chunks):
        return f"{len(chunks)} chunks, {len(hashes)} hashes, vectors of shape {vectors.shape}"
    if not np.isfinite(vectors).all():
        return "a vector holds a value that is not a finite number"
    return ""
