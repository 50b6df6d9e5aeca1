"""What a vector index and a lexical index promise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.schema import Hit

__all__ = ["Ids", "LexicalIndex", "VectorIndex"]

Ids = NDArray[np.int64]


class VectorIndex(Protocol):
    """Nearest vectors by inner product, under the ids of chunks."""

    def __len__(self) -> int: ...

    def ids(self) -> Ids:
        """All ids, ascending, without duplicates."""
        ...

    def add(self, ids: Ids, vectors: NDArray[np.float32]) -> None:
        """Add vectors of shape (n, dimension) under new ids.

        Raises:
            ValueError: an id is there already or shapes disagree.
        """
        ...

    def remove(self, ids: Ids) -> int:
        """Remove ids; ids that are not there are passed over. Returns how many went."""
        ...

    def search(self, vectors: NDArray[np.float32], top_k: int, allowed: Ids | None = None) -> list[list[Hit]]:
        """For each query vector its best hits, ties by ascending id; only `allowed` ids where given."""
        ...


class LexicalIndex(Protocol):
    """BM25 over chunks."""

    def search(self, question: str, top_k: int, documents: Sequence[str] | None = None) -> list[Hit]:
        """Best chunks that share a word with the question, ties by ascending id."""
        ...

    def document_frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many chunks each search term occurs."""
        ...
