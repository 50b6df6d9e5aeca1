"""The retriever as LangChain users look for it. Import this module only where LangChain is wanted."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import run_in_executor

from rag.retrieval.retriever import HybridRetriever
from rag.schema import Passage

__all__ = ["CitewellRetriever", "as_langchain_retriever"]


class CitewellRetriever(BaseRetriever):
    """A `BaseRetriever` over a `HybridRetriever`.

    Each document's metadata holds what a citation needs: `document_id`, `source`, `title`, `page`,
    `start`, `end`, `score`, `headings`. `documents` restricts the search to these document ids. `top_k` is
    how many are found; a call may say it otherwise: `retriever.invoke(question, top_k=3)`.
    """

    retriever: Any
    top_k: int | None = None
    documents: tuple[str, ...] | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, top_k: int | None = None
    ) -> list[LangChainDocument]:
        found = self.retriever.retrieve(query, self.top_k if top_k is None else top_k, self.documents)
        return [_langchain_document(passage) for passage in found.passages]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, top_k: int | None = None
    ) -> list[LangChainDocument]:
        return await run_in_executor(
            None, self._get_relevant_documents, query, run_manager=run_manager.get_sync(), top_k=top_k
        )


def as_langchain_retriever(
    retriever: HybridRetriever, top_k: int | None = None, documents: tuple[str, ...] | None = None
) -> BaseRetriever:
    """Wrap a retriever for use in a chain: `as_langchain_retriever(r) | prompt | model`."""
    return CitewellRetriever(retriever=retriever, top_k=top_k, documents=documents)


def _langchain_document(passage: Passage) -> LangChainDocument:
    return LangChainDocument(
        id="-".join(str(chunk_id) for chunk_id in passage.chunk_ids),
        page_content=passage.text,
        metadata={
            "document_id": passage.document_id,
            "source": passage.source,
            "title": passage.title,
            "page": passage.page,
            "start": passage.start,
            "end": passage.end,
            "score": passage.score,
            "headings": list(passage.headings),
        },
    )
