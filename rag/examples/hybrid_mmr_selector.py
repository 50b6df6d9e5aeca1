"""`hybrid_mmr`: near the question in words and meaning, and not near each other. The default."""

from __future__ import annotations

from rag.examples.hybrid_selector import HybridIndex
from rag.examples.mmr_selector import MaximalMarginalRelevanceSelector
from rag.examples.registry import SelectorOptions
from rag.examples.selector import ExampleSelector

__all__ = ["build"]


def build(options: SelectorOptions) -> ExampleSelector:
    """Rank by maximal marginal relevance over the hybrid similarity."""
    index = HybridIndex(options.need_embedder("hybrid_mmr"))
    return MaximalMarginalRelevanceSelector(index, **options.common)
