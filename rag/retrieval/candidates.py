"""The chunks that either leg found, with what both legs say of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.errors import NotFoundError
from rag.models.model_protocol import Vectors
from rag.schema import Hit
from rag.store import Store

__all__ = ["Candidates", "gather"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Candidates:
    """n chunks in order of id.

    `dense` are cosines, for every candidate also where only the lexical leg found it, shape (n,);
    `lexical` are BM25 scores, 0 where the lexical leg did not return the chunk: it scored below all
    that it did return; `vectors` have shape (n, dimension).
    """

    ids: NDArray[np.int64]
    dense: Floats
    lexical: Floats
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.ids)

    def positions(self, hits: Sequence[Hit]) -> NDArray[np.int64]:
        """Where these hits stand among the candidates; those that are not there are left out."""
        wanted = np.array([hit.chunk_id for hit in hits], np.int64)
        if not len(self.ids):
            return np.empty(0, np.int64)
        places = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        there: NDArray[np.int64] = places[self.ids[places] == wanted]
        return there


def gather(
    store: Store, fingerprint: str, question: Vectors | None, legs: Mapping[str, Sequence[Hit]]
) -> Candidates:
    """The candidates of all legs; chunks that were deleted since the search are left out.

    `question` is the question's vector, shape (dimension,), or None where there is no dense leg:
    then `dense` holds zeros and `vectors` have no columns.
    """
    found = sorted({hit.chunk_id for hits in legs.values() for hit in hits})
    vectors = np.empty((len(found), 0 if question is None else len(question)), np.float32)
    if found and question is not None:
        found, vectors = _vectors(store, fingerprint, found)
    lexical = {hit.chunk_id: hit.score for hit in legs.get("lexical", ())}
    return Candidates(
        ids=np.array(found, np.int64),
        dense=np.zeros(len(found)) if question is None else (vectors @ question).astype(np.float64),
        lexical=np.array([lexical.get(chunk_id, 0.0) for chunk_id in found], np.float64),
        vectors=vectors,
    )


def _vectors(store: Store, fingerprint: str, chunk_ids: list[int]) -> tuple[list[int], Vectors]:
    """The vectors of those chunks that are still there."""
    try:
        return chunk_ids, store.chunk_vectors(fingerprint, chunk_ids)
    except NotFoundError:
        present = [chunk.chunk_id for chunk in store.chunks(chunk_ids)]
        return present, store.chunk_vectors(fingerprint, present)
