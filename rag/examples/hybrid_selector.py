"""`hybrid`: word and embedding similarity together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.examples.indexes import QuestionIndex, WordIndex
from rag.examples.registry import SelectorOptions
from rag.examples.scoring import Scores, as_floats
from rag.examples.selector import ExampleSelector
from rag.models.model_protocol import Embedder, Vectors

__all__ = ["HybridIndex", "build"]

# On held-out training questions of TREC and Banking77 .2 to .5 do about equally well; with marginal
# relevance .35 is the best for both.
_WORDS: Final = 0.35


class HybridIndex:
    """`w * jaccard + (1 - w) * cosine`, w being the share of the words."""

    def __init__(self, embedder: Embedder, words: float = _WORDS) -> None:
        """Raise ValueError unless 0 <= words <= 1."""
        if not 0.0 <= words <= 1.0:
            raise ValueError(f"the share of the words must lie between 0 and 1, not {words}")
        self._share = words
        self._words = WordIndex()
        self._vectors = QuestionIndex(embedder)

    def extend(self, texts: list[str]) -> None:
        """Add texts; they get the next positions."""
        self._words.extend(texts)
        self._vectors.extend(texts)

    def remove(self, positions: Sequence[int]) -> None:
        """Take texts out; those behind move up."""
        self._words.remove(positions)
        self._vectors.remove(positions)

    @property
    def vectors(self) -> Vectors:
        """Unit vectors of all texts, shape (texts, dimension), as they are until the next change."""
        return self._vectors.vectors

    def similarities(self, question: str) -> Scores:
        """The weighted mean of both similarities, one a text."""
        words, vectors = self._words.similarities(question), self._vectors.similarities(question)
        return as_floats(self._share * words + (1.0 - self._share) * vectors)


def build(options: SelectorOptions) -> ExampleSelector:
    """Rank by a weighted mean of Jaccard similarity and cosine."""
    return ExampleSelector(HybridIndex(options.need_embedder("hybrid")), **options.common)
