"""Our embedder where LangChain wants its own kind, and LangChain's kind where we want ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.models.model_protocol import Embedder, Vectors
from rag.models.tokenizer import estimated_spans
from rag.schema import Span

__all__ = ["EmbedderEmbeddings", "EmbeddingsEmbedder"]

_NAMES: Final = ("model", "model_name", "model_id")


class EmbedderEmbeddings(Embeddings):
    """Any `Embedder` as LangChain `Embeddings`, for vector stores and selectors from elsewhere.

    Example:
        >>> InMemoryVectorStore(EmbedderEmbeddings(build_embedder(Settings())))
    """

    def __init__(self, embedder: Embedder) -> None:
        """Take the embedder that computes."""
        self.embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A unit vector for each passage."""
        vectors: list[list[float]] = self.embedder.embed_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The unit vector of a question."""
        vector: list[float] = self.embedder.embed_questions([text])[0].tolist()
        return vector


class EmbeddingsEmbedder:
    """Any LangChain `Embeddings` as an `Embedder`; its vectors are brought to unit length.

    A library that is made with it has to be opened with it: `Library(store, settings, embedder=…)`. It is
    known again by its class, its model's name and its dimension.
    """

    def __init__(self, embeddings: Embeddings, *, max_tokens: int = 256) -> None:
        """Take the model that computes, and how many tokens of a text it reads."""
        self.embeddings = embeddings
        self.max_tokens = max_tokens

    @property
    def name(self) -> str:
        """The model as LangChain's class and the provider call it."""
        named = (getattr(self.embeddings, name, None) for name in _NAMES)
        model = next((str(name) for name in named if name), "")
        return ":".join(filter(None, (type(self.embeddings).__name__, model)))

    @property
    def fingerprint(self) -> str:
        """Names class, model and dimension."""
        return f"langchain:{self.name}:{self.dimension}"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector; one text is embedded to know it."""
        return len(self.embeddings.embed_query("dimension"))

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of shape (len(texts), dimension); `progress` gets the number done."""
        vectors = self._unit(self.embeddings.embed_documents(list(texts)))
        if progress is not None:
            progress(len(texts))
        return vectors

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension)."""
        return self._unit([self.embeddings.embed_query(text) for text in texts])

    def token_spans(self, text: str) -> list[Span]:
        """About where the model's tokens are, which LangChain does not tell."""
        return estimated_spans(text)

    def _unit(self, rows: Sequence[Sequence[float]]) -> Vectors:
        vectors: Vectors = np.asarray(rows, np.float32).reshape(len(rows), self.dimension)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0.0)
        return vectors
