"""`comparable_pairs`: examples that differ little in words and differ in the answer, side by side."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.examples.hybrid_selector import HybridIndex
from rag.examples.indexes import jaccard, question_words
from rag.examples.registry import SelectorOptions
from rag.examples.scoring import Scores, best
from rag.examples.selector import ExampleSelector

__all__ = ["ComparablePairsSelector", "build"]

_CANDIDATES: Final = 32


class ComparablePairsSelector(ExampleSelector):
    """The nearest examples, each beside the one that differs little in words and has another label.

    A pair shows what the answer hangs on, since little else differs (comparable demonstrations: Fan et
    al. 2024, who edit questions until the label flips; here the pool must hold both). Beside the nearest
    example stands that one of the `candidates` nearest whose label (else answer) is another and whose
    Jaccard similarity with it plus similarity to the question is highest; then the nearest that is left
    with its own, and so on. An example without such a fellow stands alone. Pairs stay together
    in the prompt, the first at the end that `most_similar` names.
    """

    def __init__(self, index: HybridIndex, *, candidates: int = _CANDIDATES, **common: Any) -> None:
        super().__init__(index, **common)
        self._candidates = candidates

    def _choose(self, question: str, scores: Scores, k: int) -> NDArray[np.intp]:
        near = best(scores, max(self._candidates, k)).tolist()
        words = {number: question_words(self._pool[number].question) for number in near}
        chosen: list[int] = []
        for nearest in near:
            if len(chosen) >= k:
                break
            if nearest not in chosen:
                chosen.append(nearest)
                chosen += self._contrast(nearest, [n for n in near if n not in chosen], scores, words)
        return np.array(chosen[:k], np.intp)

    def _contrast(
        self, nearest: int, others: list[int], scores: Scores, words: dict[int, set[str]]
    ) -> list[int]:
        """The example to stand beside another, if there is one."""
        contrasts = [
            (jaccard(words[nearest], words[other]) + scores[other], -other)
            for other in others
            if words[nearest] & words[other] and self._outcome(other) != self._outcome(nearest)
        ]
        return [-max(contrasts)[1]] if contrasts else []

    def _outcome(self, number: int) -> str:
        example = self._pool[number]
        return example.label or example.answer


def build(options: SelectorOptions) -> ExampleSelector:
    """Choose contrasting pairs by the hybrid similarity."""
    index = HybridIndex(options.need_embedder("comparable_pairs"))
    return ComparablePairsSelector(index, **options.common)
