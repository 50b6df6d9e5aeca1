"""`jaccard`: examples whose questions share the most words with the question."""

from __future__ import annotations

from rag.examples.indexes import WordIndex
from rag.examples.registry import SelectorOptions
from rag.examples.selector import ExampleSelector

__all__ = ["build"]


def build(options: SelectorOptions) -> ExampleSelector:
    """Rank by intersection over union of word sets (CJK text as bigrams)."""
    return ExampleSelector(WordIndex(), **options.common)
