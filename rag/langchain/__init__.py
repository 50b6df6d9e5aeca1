"""The library as LangChain knows such things: a vector store, a retriever, tools, a runnable.

LangChain is imported when one of them is made, not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag.langchain.views import LangChainViews

if TYPE_CHECKING:
    from rag.langchain.vector_store import CitewellVectorStore

__all__ = ["CitewellVectorStore", "LangChainViews"]


def __getattr__(name: str) -> Any:
    if name == "CitewellVectorStore":
        return import_module("rag.langchain.vector_store").CitewellVectorStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
