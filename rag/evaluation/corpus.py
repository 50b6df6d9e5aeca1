"""A test collection's passages as documents of a library."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from rag.evaluation.datasets import Entry
from rag.models.model_protocol import Embedder
from rag.schema import Chunk, Document, Page
from rag.store import Store
from rag.text import detect_language, embedding_text, text_hash

__all__ = ["Cutter", "entry_document", "index_corpus", "whole"]

Cutter = Callable[[Document], Sequence[Chunk]]
"""Cuts a document into chunks, as a chunker does."""

_BATCH = 256


def whole(document: Document) -> list[Chunk]:
    """A document as one chunk; what is beyond the embedder's limit is seen by the lexical leg only."""
    return [Chunk(0, 0, len(document.text), 1, 1)]


def entry_document(entry: Entry) -> Document:
    """A passage as a document of one page, its id as the source.

    A passage without text is its title, so that every passage can be found.
    """
    text = entry.text if entry.text.strip() else entry.title or entry.entry_id
    return Document(
        source=entry.entry_id,
        sha256=hashlib.sha256(f"{entry.title}\0{text}".encode("utf-8", "surrogatepass")).hexdigest(),
        media_type="text/plain",
        title=entry.title,
        language=detect_language(text),
        text=text,
        pages=(Page(1, 0, len(text)),),
    )


def index_corpus(
    store: Store,
    embedder: Embedder,
    corpus: Sequence[Entry],
    cut: Cutter = whole,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Put a corpus into an empty library; `progress` gets passages done and passages in all."""
    for start in range(0, len(corpus), _BATCH):
        documents = [entry_document(entry) for entry in corpus[start : start + _BATCH]]
        cuts = [list(cut(document)) for document in documents]
        texts = [
            embedding_text(
                document.title, chunk.headings, document.text[chunk.start : chunk.end], chunk.context
            )
            for document, chunks in zip(documents, cuts, strict=True)
            for chunk in chunks
        ]
        vectors = embedder.embed_passages(texts)
        first = 0
        for document, chunks in zip(documents, cuts, strict=True):
            last = first + len(chunks)
            hashes = [text_hash(text) for text in texts[first:last]]
            store.add_document(document, chunks, embedder.fingerprint, hashes, vectors[first:last])
            first = last
        if progress is not None:
            progress(min(start + _BATCH, len(corpus)), len(corpus))
    store.publish()
