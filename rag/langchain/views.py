"""What a library is to LangChain: one method for each kind of thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool

    from rag.langchain.vector_store import CitewellVectorStore
    from rag.models import Embedder
    from rag.retrieval import HybridRetriever
    from rag.schema import Answer, Passage
    from rag.settings import Settings
    from rag.store import Store

__all__ = ["LangChainViews"]


class LangChainViews:
    """The part of `rag.library.Library` that LangChain users look for; LangChain loads at the first call."""

    if TYPE_CHECKING:
        store: Store
        settings: Settings

        @property
        def embedder(self) -> Embedder:
            """See `Library`, as of the others here."""

        @property
        def retriever(self) -> HybridRetriever:
            """Question to passages."""

        def search(
            self, question: str, top_k: int | None = None, documents: Sequence[str] | None = None
        ) -> list[Passage]:
            """The best passages for a question."""

        def ask(self, question: str, documents: Sequence[str] | None = None) -> Answer:
            """The answer to a question."""

        def document_ids(self, names: Sequence[str] | None) -> list[str] | None:
            """The ids of documents."""

    def as_retriever(self, top_k: int | None = None, documents: Sequence[str] | None = None) -> BaseRetriever:
        """This library as a LangChain retriever, by meaning and by words; only from `documents` if given.

        Raises:
            NotFoundError: one of `documents` (ids, names) is not in the library.
        """
        from rag.retrieval import as_langchain_retriever

        scope = self.document_ids(documents)
        return as_langchain_retriever(self.retriever, top_k, None if scope is None else tuple(scope))

    def as_vector_store(self) -> CitewellVectorStore:
        """This library as a LangChain vector store: texts come in, the nearest are found by meaning."""
        from rag.langchain.vector_store import CitewellVectorStore

        return CitewellVectorStore(self)

    def as_tool(self) -> BaseTool:
        """This library as a LangChain tool that answers a question.

        A model gets the answer and the quotes that it rests on; the message's `artifact` is the answer as
        plain JSON values, its `citations` with documents, pages, offsets and quotes.
        """
        from rag.langchain.agent_tools import answering_tool

        return answering_tool(self.ask)

    def as_search_tool(self) -> BaseTool:
        """This library as a LangChain tool that finds passages, for models that read and write themselves.

        The message's `artifact` holds the `passages` as plain JSON values.
        """
        from rag.langchain.agent_tools import searching_tool

        return searching_tool(self.search)

    def as_runnable(self) -> Runnable[str, dict[str, Any]]:
        """This library as a LangChain runnable: a question in, an answer as plain JSON values out."""
        from langchain_core.runnables import RunnableLambda

        from rag.wire import answer_json

        return RunnableLambda(lambda question: answer_json(self.ask(question)), name="citewell")
