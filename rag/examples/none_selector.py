"""`none`: a prompt without examples."""

from __future__ import annotations

from rag.examples.random_selector import Unindexed
from rag.examples.registry import SelectorOptions
from rag.examples.selector import ExampleSelector

__all__ = ["build"]


def build(options: SelectorOptions) -> ExampleSelector:
    """Choose nothing, whatever `k` is."""
    return ExampleSelector(Unindexed(), **{**options.common, "k": 0})
