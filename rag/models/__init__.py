"""Embedders, rerankers, readers and generators: loading, devices, batching.

Names are imported when they are first used, so that nothing heavy is loaded before it is needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.models.build import (
        build_embedder,
        build_generator,
        build_label_scorer,
        build_reranker,
        build_second_embedder,
        load_readers,
    )
    from rag.models.label_likelihood import LabelLikelihood
    from rag.models.model_protocol import Embedder, Reranker, Vectors
    from rag.models.reader import Reader, ReaderSpan, Reading, Window

__all__ = [
    "Embedder",
    "LabelLikelihood",
    "Reader",
    "ReaderSpan",
    "Reading",
    "Reranker",
    "Vectors",
    "Window",
    "build_embedder",
    "build_generator",
    "build_label_scorer",
    "build_reranker",
    "build_second_embedder",
    "load_readers",
]

_MODULES = {
    "Embedder": "model_protocol",
    "LabelLikelihood": "label_likelihood",
    "Reader": "reader",
    "ReaderSpan": "reader",
    "Reading": "reader",
    "Reranker": "model_protocol",
    "Vectors": "model_protocol",
    "Window": "reader",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'build')}"), name)
