"""FAISS behind the `VectorIndex` protocol: exact up to 100,000 vectors, cells of quantised ones above."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.models.protocol import Vectors
from rag.schema import Hit
from rag.store.protocol import Ids

__all__ = ["Fetch", "FlatIndex", "InvertedIndex", "build_index", "faiss_module", "suits"]

Fetch = Callable[[Ids], tuple[Ids, Vectors]]
"""Gives the exact vectors of those ids that are still stored."""

_EXACT_UP_TO: Final = 100_000
_DECIMALS: Final = 6
"""Scores that agree so far are ties: beyond lies the rounding of 32-bit sums."""
_EXTRA: Final = 32
_REFINE: Final = 8
_TRAIN_PER_CELL: Final = 48


def faiss_module() -> Any:
    """FAISS, imported at first use; spinning threads on busy cores would cost it a hundredfold."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import faiss

    return faiss


class FlatIndex:
    """Exact search: every vector is compared."""

    kind = "flat"

    def __init__(self, dimension: int, index: Any = None) -> None:
        faiss = faiss_module()
        self.faiss_index = index or faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._ids = np.sort(faiss.vector_to_array(self.faiss_index.id_map)).astype(np.int64)

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> Ids:
        """All ids, ascending."""
        return self._ids

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors under new ids.

        Raises:
            ValueError: an id is there already or shapes disagree.
        """
        self._ids = _with_new_ids(self._ids, ids, vectors, self.faiss_index.d)
        self.faiss_index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)

    def remove(self, ids: Ids) -> int:
        """Remove ids; returns how many went."""
        gone = np.intersect1d(self._ids, ids)
        if gone.size:
            self.faiss_index.remove_ids(gone)
            self._ids = np.setdiff1d(self._ids, gone, assume_unique=True)
        return len(gone)

    def search(self, vectors: Vectors, top_k: int, allowed: Ids | None = None) -> list[list[Hit]]:
        """For each query its best hits, ties by ascending id."""
        selector, available = _selector(allowed, self._ids)
        parameters = faiss_module().SearchParameters(sel=selector) if selector else None

        def candidates(queries: Vectors, depth: int) -> NDArray[np.int64]:
            return np.asarray(self.faiss_index.search(queries, depth, params=parameters)[1])

        return _best_hits(vectors, min(top_k, available), available, _EXTRA, candidates, self._exact)

    def _exact(self, ids: Ids) -> tuple[Ids, Vectors]:
        return ids, self.faiss_index.reconstruct_batch(ids)


class InvertedIndex:
    """Cells of 8-bit vectors; the best candidates are compared again by their stored vectors.

    Jégou et al. 2011, "Product Quantization for Nearest Neighbor Search" (cells), with a scalar
    quantiser in place of the product one and exact refinement: what quantisation loses at 1 M
    vectors is order among near neighbours, which refinement restores.
    """

    kind = "ivf"

    def __init__(self, index: Any, fetch: Fetch) -> None:
        self.faiss_index = index
        self._fetch = fetch
        self._ids = np.sort(_listed_ids(index))

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> Ids:
        """All ids, ascending."""
        return self._ids

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors under new ids.

        Raises:
            ValueError: an id is there already or shapes disagree.
        """
        self._ids = _with_new_ids(self._ids, ids, vectors, self.faiss_index.d)
        self.faiss_index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)

    def remove(self, ids: Ids) -> int:
        """Remove ids; returns how many went."""
        gone = np.intersect1d(self._ids, ids)
        if gone.size:
            self.faiss_index.remove_ids(gone)
            self._ids = np.setdiff1d(self._ids, gone, assume_unique=True)
        return len(gone)

    def search(self, vectors: Vectors, top_k: int, allowed: Ids | None = None) -> list[list[Hit]]:
        """For each query its best hits, ties by ascending id; a filter widens the search in proportion."""
        selector, available = _selector(allowed, self._ids)
        cells = int(self.faiss_index.nlist)
        share = available / max(len(self), 1)
        probes = min(cells, math.ceil(max(16, cells // 64) / max(share, 1e-9)))

        def candidates(queries: Vectors, depth: int) -> NDArray[np.int64]:
            found = self._probe(queries, depth, selector, probes)
            if probes < cells and (found[:, : min(top_k, available)] < 0).any():
                found = self._probe(queries, depth, selector, cells)
            return found

        extra = min(top_k, available) * (_REFINE - 1) + _EXTRA
        return _best_hits(vectors, min(top_k, available), available, extra, candidates, self._fetch)

    def _probe(self, queries: Vectors, depth: int, selector: Any, probes: int) -> NDArray[np.int64]:
        parameters = faiss_module().SearchParametersIVF(sel=selector, nprobe=probes)
        return np.asarray(self.faiss_index.search(queries, depth, params=parameters)[1])


def build_index(
    dimension: int, ids: Ids, batches: Iterable[tuple[Ids, Vectors]], fetch: Fetch
) -> FlatIndex | InvertedIndex:
    """An index of the kind and size that suits `ids`, filled from `batches`."""
    index: FlatIndex | InvertedIndex
    if len(ids) <= _EXACT_UP_TO:
        index = FlatIndex(dimension)
    else:
        faiss = faiss_module()
        cells = _cells(len(ids))
        trained = faiss.index_factory(dimension, f"IVF{cells},SQ8", faiss.METRIC_INNER_PRODUCT)
        sample = np.random.default_rng(0).choice(ids, min(len(ids), cells * _TRAIN_PER_CELL), replace=False)
        trained.train(np.ascontiguousarray(fetch(np.sort(sample))[1]))
        index = InvertedIndex(trained, fetch)
    for part, vectors in batches:
        index.add(part, vectors)
    return index


def suits(index: FlatIndex | InvertedIndex, count: int) -> bool:
    """Whether an index is of the right kind and size for a count, with room so as not to flip."""
    if isinstance(index, FlatIndex):
        return count <= _EXACT_UP_TO * 3 // 2
    return count > _EXACT_UP_TO // 2 and int(index.faiss_index.nlist) * 3 > _cells(count)


def _cells(count: int) -> int:
    """About four square roots of the count, as a power of two: cells and members cost alike."""
    return int(2 ** round(math.log2(4 * math.sqrt(count))))


def _best_hits(
    queries: Vectors,
    top_k: int,
    available: int,
    extra: int,
    candidates: Callable[[Vectors, int], NDArray[np.int64]],
    exact: Fetch,
) -> list[list[Hit]]:
    """Rank candidates by exact scores; go deeper where ties may reach beyond the candidates."""
    queries = np.ascontiguousarray(queries, np.float32)
    if top_k < 1:
        return [[] for _ in queries]
    results: dict[int, list[Hit]] = {}
    waiting, depth = np.arange(len(queries)), min(top_k + extra, available)
    while waiting.size:
        deeper = []
        for position, row in zip(waiting, candidates(queries[waiting], depth), strict=True):
            ranked = _ranked(queries[position], row[row >= 0], exact)
            if depth < available and len(ranked) > top_k and ranked[-1].score == ranked[top_k - 1].score:
                deeper.append(position)
            results[int(position)] = ranked[:top_k]
        waiting, depth = np.array(deeper, np.int64), min(depth * 4, available)
    return [results[position] for position in range(len(queries))]


def _ranked(query: Vectors, ids: Ids, exact: Fetch) -> list[Hit]:
    if not ids.size:
        return []
    ids, vectors = exact(ids)
    scores = np.round(vectors.astype(np.float64) @ query.astype(np.float64), _DECIMALS)
    order = np.lexsort((ids, -scores))
    return [Hit(int(ids[i]), float(scores[i])) for i in order]


def _selector(allowed: Ids | None, ids: Ids) -> tuple[Any, int]:
    """A bitmap of the ids that may be found (None for all), and how many they are."""
    if allowed is None:
        return None, len(ids)
    allowed = np.intersect1d(allowed, ids)
    bitmap = np.zeros((int(allowed[-1]) >> 3) + 1 if allowed.size else 1, np.uint8)
    np.bitwise_or.at(bitmap, allowed >> 3, np.left_shift(1, allowed & 7).astype(np.uint8))
    return faiss_module().IDSelectorBitmap(bitmap), len(allowed)


def _with_new_ids(present: Ids, ids: Ids, vectors: Vectors, dimension: int) -> Ids:
    if vectors.shape != (len(ids), dimension):
        raise ValueError(f"{len(ids)} ids with vectors of shape {vectors.shape}, dimension {dimension}")
    merged = np.union1d(present, ids)
    if len(merged) != len(present) + len(ids):
        raise ValueError("an id is twice among those added, or in the index already")
    return merged


def _listed_ids(index: Any) -> Ids:
    faiss = faiss_module()
    lists = index.invlists
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(cell), lists.list_size(cell)).copy()
        for cell in range(index.nlist)
        if lists.list_size(cell)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
