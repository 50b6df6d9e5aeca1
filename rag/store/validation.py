"""What must hold of a document before it goes in, so that every offset that comes out is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.errors import StoreError
from rag.models.protocol import Vectors
from rag.schema import Chunk, Document, Page

__all__ = ["tiling_fault", "validate", "validate_chunks"]


def validate(document: Document, chunks: Sequence[Chunk], hashes: Sequence[bytes], vectors: Vectors) -> None:
    """Refuse a document whose pages, chunks or vectors do not fit it.

    Raises:
        StoreError: says which, with the values seen.
    """
    fault = tiling_fault("page", document.pages, len(document.text))
    if not fault and [page.number for page in document.pages] != list(range(1, len(document.pages) + 1)):
        fault = f"its pages are numbered {[page.number for page in document.pages][:10]}…, not from 1 upwards"
    if fault:
        raise StoreError(f"document {document.source!r} cannot be stored: {fault}")
    validate_chunks(document.source, len(document.text), len(document.pages), chunks, hashes, vectors)


def validate_chunks(
    source: str,
    characters: int,
    pages: int,
    chunks: Sequence[Chunk],
    hashes: Sequence[bytes],
    vectors: Vectors,
) -> None:
    """Refuse chunks or vectors that do not fit a document of so many characters and pages.

    Raises:
        StoreError: says which, with the values seen.
    """
    fault = (
        tiling_fault("chunk", chunks, characters)
        or _numbering_fault(pages, chunks)
        or _vector_fault(chunks, hashes, vectors)
    )
    if fault:
        raise StoreError(f"document {source!r} cannot be stored: {fault}")


def tiling_fault(name: str, spans: Sequence[Page | Chunk], length: int) -> str:
    """What is wrong with spans that should tile a text of `length` characters; empty if nothing."""
    position = 0
    for index, span in enumerate(spans):
        if span.start != position or span.end < span.start:
            return f"{name} {index} is {span.start} to {span.end} where {position} was to be its start"
        position = span.end
    return "" if position == length else f"its {name}s end at {position}, its text at {length}"


def _numbering_fault(pages: int, chunks: Sequence[Chunk]) -> str:
    if [chunk.ordinal for chunk in chunks] != list(range(len(chunks))):
        return f"its chunks are numbered {[chunk.ordinal for chunk in chunks][:10]}…, not from 0 upwards"
    for chunk in chunks:
        if not 1 <= chunk.first_page <= chunk.last_page <= pages:
            return f"chunk {chunk.ordinal} is on pages {chunk.first_page} to {chunk.last_page} of {pages}"
    return ""


def _vector_fault(chunks: Sequence[Chunk], hashes: Sequence[bytes], vectors: Vectors) -> str:
    if len(hashes) != len(chunks) or vectors.ndim != 2 or len(vectors) != len(chunks):
        return f"{len(chunks)} chunks, {len(hashes)} hashes, vectors of shape {vectors.shape}"
    if not np.isfinite(vectors).all():
        return "a vector holds a value that is not a finite number"
    return ""
