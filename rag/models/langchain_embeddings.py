"""Our embedder where LangChain wants its own kind."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from rag.models.model_protocol import Embedder

__all__ = ["EmbedderEmbeddings"]


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
