"""A map of a library: its chunks as points in the plane, near in the plane where near in meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.models.model_protocol import Vectors
from rag.store import Store

__all__ = ["LibraryMap", "Points", "library_map", "projected"]

Points = NDArray[np.float32]
_COMPONENTS: Final = 50
_PERPLEXITY: Final = 30.0
_FEWEST: Final = 4
_NEIGHBOURS: Final = 8


@dataclass(frozen=True)
class LibraryMap:
    """Chunks with their points, shape (n, 2), in the order of `chunk_ids`; `chunks` are all there are."""

    chunk_ids: tuple[int, ...]
    document_ids: tuple[str, ...]
    points: Points = field(repr=False)
    vectors: Vectors = field(repr=False)
    chunks: int

    def place(self, vectors: Vectors) -> Points:
        """Points, shape (m, 2), for other vectors, shape (m, d).

        t-SNE places no new points, so each stands at the mean of its eight nearest chunks on the map,
        the nearer counting more.
        """
        similarities = vectors @ self.vectors.T
        near = np.argsort(-similarities, axis=1, kind="stable")[:, :_NEIGHBOURS]
        weights = np.take_along_axis(similarities, near, axis=1)
        weights = np.exp(10.0 * (weights - weights.max(axis=1, keepdims=True)))
        weights /= weights.sum(axis=1, keepdims=True)
        placed: Points = np.einsum("mk,mkd->md", weights, self.points[near]).astype(np.float32)
        return placed


def library_map(store: Store, fingerprint: str, most: int = 2_000, seed: int = 0) -> LibraryMap | None:
    """The map of up to `most` chunks, evenly spread over the library; None if there are fewer than four.

    Args:
        store: The library's store.
        fingerprint: The embedder whose vectors are compared.
        most: A larger library is sampled.
        seed: Of the projection.

    Raises:
        ConfigurationError: the library was embedded by another model.
    """
    spread = store.spread_chunks(most)
    if len(spread) < _FEWEST:
        return None
    chunk_ids, document_ids = zip(*spread, strict=True)
    vectors = store.chunk_vectors(fingerprint, chunk_ids)
    return LibraryMap(chunk_ids, document_ids, projected(vectors, seed), vectors, store.chunk_count())


def projected(vectors: Vectors, seed: int = 0) -> Points:
    """Points, shape (n, 2), of vectors, shape (n, d) with n of at least 4: principal components, then t-SNE.

    van der Maaten and Hinton (2008), section 4: the components take noise and most of the work away. The
    perplexity is 30, or what so few points allow.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    count, dimension = vectors.shape
    components = min(_COMPONENTS, count - 1, dimension)
    reduced = PCA(components, random_state=seed).fit_transform(vectors.astype(np.float64))
    perplexity = min(_PERPLEXITY, (count - 1) / 3.0)
    found = TSNE(2, perplexity=perplexity, init="random", random_state=seed).fit_transform(reduced)
    points: Points = np.asarray(found, np.float32)
    return points
