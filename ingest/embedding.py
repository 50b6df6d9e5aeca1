"""Fills in the vectors of chunks, in batches across documents, each text once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from ingest.file_pool import ReadFile
from ingest.rules import current_rules
from rag.models.model_protocol import Embedder, Vectors
from rag.schema import Chunk, Document
from rag.settings import ChunkingSettings, Settings
from rag.store import Store
from rag.text import embedding_text, text_hash

__all__ = ["Embedding", "VectorFiller", "chunk_text"]


def chunk_text(title: str, chunk: Chunk, text: str, settings: ChunkingSettings) -> str:
    """What is embedded for a chunk of a document of this title; `text` is the chunk's own."""
    if not settings.context:
        return embedding_text("", (), text)
    return embedding_text(title, chunk.headings, text, chunk.context)


@dataclass(eq=False)
class Embedding:
    """A document on its way into the store: its chunks, and vectors of shape (chunks, dimension).

    `stages` are the seconds of what was done to it before it `came` (by `time.perf_counter`).
    """

    read: ReadFile
    chunks: tuple[Chunk, ...]
    hashes: list[bytes]
    vectors: Vectors
    missing: int = 0
    embedded: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    came: float = field(default_factory=time.perf_counter)

    @property
    def complete(self) -> bool:
        """Whether every chunk has its vector."""
        return self.missing == 0

    def bytes_of(self, chunks: int) -> float:
        """How many of the file's bytes some of its chunks stand for, for progress."""
        return self.read.file.size * chunks / max(len(self.chunks), 1)


@dataclass
class _Text:
    """A text to embed and the rows that wait for its vector."""

    text: str
    rows: list[tuple[Embedding, int]] = field(default_factory=list)


class VectorFiller:
    """Takes documents, embeds the texts that no cache knows, gives documents back when complete.

    Vectors come from the store's cache where a text was embedded before (another version of the
    file, the same file under another name), and from documents that are still under way.
    """

    def __init__(self, store: Store, embedder: Embedder, settings: Settings) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings
        self._batch = settings.ingest.batch_chunks
        self._waiting: dict[bytes, _Text] = {}
        self._under_way: dict[bytes, tuple[Embedding, int]] = {}
        self._by_bytes: dict[str, Embedding] = {}

    @property
    def waiting(self) -> int:
        """How many texts wait to be embedded."""
        return len(self._waiting)

    @property
    def has_batch(self) -> bool:
        """Whether a full batch waits."""
        return len(self._waiting) >= self._batch

    def add(self, read: ReadFile, chunks: tuple[Chunk, ...]) -> Embedding:
        """Take a document; what is missing of its vectors is embedded by later steps."""
        document = read.parsed.document
        texts = [
            chunk_text(document.title, chunk, document.text[chunk.start : chunk.end], self._settings.chunking)
            for chunk in chunks
        ]
        hashes = self._twin_hashes(document, chunks) or [text_hash(text) for text in texts]
        vectors = np.zeros((len(chunks), self._embedder.dimension), np.float32)
        embedding = Embedding(read, chunks, hashes, vectors)
        known = self._store.cached_vectors(self._embedder.fingerprint, list(dict.fromkeys(hashes)))
        for row, (key, text) in enumerate(zip(hashes, texts, strict=True)):
            if key in known:
                vectors[row] = known[key]
            elif key in self._under_way:
                other, other_row = self._under_way[key]
                vectors[row] = other.vectors[other_row]
            else:
                self._waiting.setdefault(key, _Text(text)).rows.append((embedding, row))
                embedding.missing += 1
        self._by_bytes.setdefault(document.sha256, embedding)
        return embedding

    def step(self, progress: Callable[[int, float], None]) -> list[Embedding]:
        """Embed one batch; returns the documents that are complete by it.

        `progress` gets how many more texts have vectors, and what bytes of files they stand for.
        """
        batch = dict(islice(self._waiting.items(), self._batch))
        size = sum(embedding.bytes_of(1) for item in batch.values() for embedding, _ in item.rows)
        told = 0

        def tell(done: int) -> None:
            nonlocal told
            progress(done - told, size * (done - told) / len(batch))
            told = done

        vectors = self._embedder.embed_passages([item.text for item in batch.values()], tell)
        complete = []
        for (key, item), vector in zip(batch.items(), vectors, strict=True):
            del self._waiting[key]
            self._under_way[key] = item.rows[0]
            for embedding, row in item.rows:
                embedding.vectors[row] = vector
                embedding.missing -= 1
                embedding.embedded += 1
                if embedding.complete:
                    complete.append(embedding)
        return complete

    def forget(self, embedding: Embedding) -> None:
        """Let go of a document; once it is stored its vectors come from the store."""
        for key in embedding.hashes:
            if key in self._under_way and self._under_way[key][0] is embedding:
                del self._under_way[key]
        if self._by_bytes.get(embedding.read.parsed.document.sha256) is embedding:
            del self._by_bytes[embedding.read.parsed.document.sha256]

    def _twin_hashes(self, document: Document, chunks: Sequence[Chunk]) -> list[bytes]:
        """The hashes of a document of the same bytes, if it is cut alike; none if there is no such.

        The same file under another name has another title in front of each chunk, and so would be
        embedded again; it takes the vectors of the first name instead.
        """
        other = self._by_bytes.get(document.sha256)
        if other is not None:
            twins = list(zip(other.chunks, other.hashes, strict=True))
        else:
            rules = current_rules(document.media_type, self._settings, self._embedder.fingerprint)
            twins = self._store.twin_chunks(document.sha256, rules)
        if [(c.start, c.end) for c, _ in twins] != [(c.start, c.end) for c in chunks]:
            return []
        return [key for _, key in twins]
