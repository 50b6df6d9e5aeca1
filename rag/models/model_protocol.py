"""What an embedder and a reranker promise. Generators are LangChain `BaseChatModel`s."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rag.schema import Span

__all__ = ["Embedder", "Reranker", "Vectors"]

Vectors = NDArray[np.float32]


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors whose inner product is their similarity.

    Weights load at the first call that needs them: `fingerprint`, `dimension` and `max_tokens`
    are known without.
    """

    @property
    def name(self) -> str:
        """The model as people call it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Names weights, pooling and prefixes: only vectors of equal fingerprints are comparable."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """Input limit in tokens, special tokens included; longer text is not seen by the model."""
        ...

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of shape (len(texts), dimension); `progress` gets the number done so far."""
        ...

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), with the model's question prefix."""
        ...

    def token_spans(self, text: str) -> list[Span]:
        """The character span of each token of a text, without special tokens and without a limit.

        Needs the tokenizer only, never the weights.
        """
        ...


@runtime_checkable
class Reranker(Protocol):
    """Scores texts against a question, both seen together."""

    @property
    def name(self) -> str:
        """The model as people call it."""
        ...

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text, higher is better; comparable within one call only."""
        ...
