"""`comparable_pairs`: examples that differ little in words and differ in the answer, side by side."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.examples.hybrid_selector import HybridIndex
from rag.examples.registry import SelectorOptions
from rag.examples.scoring import Scores, best
from rag.examples.selector import ExampleSelector
from rag.examples.word_index import jaccard, question_words

__all__ = ["ComparablePairsSelector", "build"]

_CANDIDATES: Final = 32


class ComparablePairsSelector(ExampleSelector):
    """Pairs near the question whose questions are alike and whose labels (else answers) are not.

    A pair shows what the answer hangs on, since little else differs. Of the `candidates` nearest
    examples those two come first whose mean similarity to the question plus the Jaccard similarity
    of their questions is highest, then the next two, and so on; what is left over of k is filled
    with the nearest examples. Pairs stay together in the prompt, the nearest pair at the end that
    `most_similar` names.
    """

    def __init__(self, index: HybridIndex, *, candidates: int = _CANDIDATES, **common: Any) -> None:
        super().__init__(index, **common)
        self._candidates = candidates

    def _choose(self, question: str, scores: Scores, k: int) -> NDArray[np.intp]:
        near = best(scores, max(self._candidates, k)).tolist()
        words = {slot: question_words(self._example(slot).question) for slot in near}
        pairs = [
            (-(scores[a] + scores[b]) / 2 - jaccard(words[a], words[b]), rank, a, b)
            for rank, (a, b) in enumerate(combinations(near, 2))
            if self._outcome(a) != self._outcome(b) and words[a] & words[b]
        ]
        chosen: list[int] = []
        for _, _, a, b in sorted(pairs):
            if len(chosen) + 2 <= k and a not in chosen and b not in chosen:
                chosen += [a, b]
        rest = [slot for slot in near if slot not in chosen]
        return np.array([*chosen, *rest][:k], np.intp)

    def _outcome(self, slot: int) -> str:
        example = self._example(slot)
        return example.label or example.answer


def build(options: SelectorOptions) -> ExampleSelector:
    """Choose contrasting pairs by the hybrid similarity."""
    index = HybridIndex(options.need_embedder("comparable_pairs"))
    return ComparablePairsSelector(index, **options.common)
