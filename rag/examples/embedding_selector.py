"""`embedding`: examples whose questions are nearest in meaning."""

from __future__ import annotations

from rag.examples.registry import SelectorOptions
from rag.examples.selector import ExampleSelector
from rag.examples.vector_index import VectorIndex

__all__ = ["build"]


def build(options: SelectorOptions) -> ExampleSelector:
    """Rank by the cosine of question vectors (KATE: Liu et al. 2022, section 3)."""
    return ExampleSelector(VectorIndex(options.need_embedder("embedding")), **options.common)
