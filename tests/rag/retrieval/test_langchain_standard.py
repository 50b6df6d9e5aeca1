"""LangChain's standard tests of retrievers, on the retriever of a small library."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag.retrieval import HybridRetriever
from rag.retrieval.langchain_retriever import CitewellRetriever
from rag.settings import RetrievalSettings
from rag.store import Store
from tests.fakes import HashingEmbedder


@pytest.mark.anyio
class TestStandard(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def searched(self, town: Store, embedder: HashingEmbedder) -> None:
        self._retriever = HybridRetriever(town, embedder, RetrievalSettings())

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return CitewellRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"retriever": self._retriever}

    @property
    def retriever_query_example(self) -> str:
        return "When was the lighthouse of Harrow Point built?"

    @property
    def num_results_arg_name(self) -> str:
        return "top_k"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_awaited_call_may_say_how_many(retriever: HybridRetriever, anyio_backend: str) -> None:
    found = await CitewellRetriever(retriever=retriever).ainvoke("Where is the harbour?", top_k=2)
    assert len(found) == 2
