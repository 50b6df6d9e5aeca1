from __future__ import annotations

from langchain_core.vectorstores import InMemoryVectorStore

from rag.models.langchain_embeddings import EmbedderEmbeddings
from tests.fakes import HashingEmbedder


def test_a_langchain_vector_store_searches_with_our_embedder() -> None:
    store = InMemoryVectorStore(EmbedderEmbeddings(HashingEmbedder()))
    store.add_texts(["the museum opens at nine", "a cat sat on the mat"])
    assert store.similarity_search("when does the museum open at", k=1)[0].page_content.startswith(
        "the museum"
    )
