"""From a question to its passages.

`rag.retrieval.langchain_retriever` is imported by `as_langchain_retriever` only when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.retrieval.foreign import ForeignRetriever
from rag.retrieval.fusion import reciprocal_rank_fusion
from rag.retrieval.passage_merging import merge_neighbours
from rag.retrieval.retriever import HybridRetriever, Retrieval

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever

__all__ = [
    "ForeignRetriever",
    "HybridRetriever",
    "Retrieval",
    "as_langchain_retriever",
    "merge_neighbours",
    "reciprocal_rank_fusion",
]


def as_langchain_retriever(
    retriever: HybridRetriever, top_k: int | None = None, documents: tuple[str, ...] | None = None
) -> BaseRetriever:
    """The retriever as a LangChain `BaseRetriever`, for use in a chain."""
    from rag.retrieval.langchain_retriever import as_langchain_retriever as wrap

    return wrap(retriever, top_k, documents)
