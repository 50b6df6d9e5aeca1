"""`embedding`: examples whose questions are nearest in meaning."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.examples.indexes import QuestionIndex
from rag.examples.registry import SelectorOptions
from rag.examples.selector import ExampleSelector

__all__ = ["NearestSelector", "build"]


class NearestSelector(ExampleSelector):
    """The nearest neighbours of a question by cosine, found by FAISS among all examples."""

    def __init__(self, index: QuestionIndex, **common: Any) -> None:
        super().__init__(index, **common)
        self._vectors = index

    def _find(self, question: str, allowed: NDArray[np.bool_], k: int) -> list[tuple[int, float]]:
        return self._vectors.nearest(question, k, allowed)


def build(options: SelectorOptions) -> ExampleSelector:
    """Rank by the cosine of question vectors (KATE: Liu et al. 2022, section 3)."""
    return NearestSelector(QuestionIndex(options.need_embedder("embedding")), **options.common)
