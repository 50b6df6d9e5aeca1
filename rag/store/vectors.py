"""FAISS behind the `VectorIndex` protocol: exact up to 12,000 vectors, cells of quantised ones above."""

from __future__ import annotations

import math
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

from rag.models.model_protocol import Vectors
from rag.schema import Hit
from rag.store.protocol import Ids

__all__ = [
    "FaissIndex",
    "Fetch",
    "FlatIndex",
    "InvertedIndex",
    "best_hits",
    "build_index",
    "faiss_module",
    "open_index",
    "suits",
    "train_inverted",
]

Fetch = Callable[[Ids], tuple[Ids, Vectors]]
"""Gives the exact vectors of those ids that are still stored, with these ids."""

_DECIMALS: Final = 6
"""Scores that agree so far are ties: what lies beyond is the rounding of 32-bit vectors and sums."""
_MARGIN: Final = 32
_DEEPER: Final = 4


def best_hits(
    queries: Vectors,
    top_k: int,
    available: int,
    find: Callable[[Vectors, int], Ids],
    exact: Fetch,
) -> list[list[Hit]]:
    """The `top_k` best of what `find` finds for each query, by exact inner product, then by id.

    `find(queries, depth)` gives candidate ids of shape (len(queries), depth), -1 where there are
    fewer. Candidates number some more than `top_k`, and four times as many again where the last of
    them still ties with the k-th: a row of equal vectors may reach beyond.
    """
    queries = np.ascontiguousarray(queries, np.float32)
    results: list[list[Hit]] = [[] for _ in queries]
    top_k = min(top_k, available)
    if top_k < 1:
        return results
    waiting, depth = list(range(len(queries))), min(top_k + _MARGIN, available)
    while waiting:
        deeper = []
        for position, row in zip(waiting, find(queries[waiting], depth), strict=True):
            ranked = _ranked(queries[position], row[row >= 0], exact)
            results[position] = ranked[:top_k]
            if depth < available and len(ranked) > top_k and ranked[-1].score == ranked[top_k - 1].score:
                deeper.append(position)
        waiting, depth = deeper, min(depth * _DEEPER, available)
    return results


def _ranked(query: Vectors, ids: Ids, exact: Fetch) -> list[Hit]:
    ids, vectors = exact(ids)
    scores = np.round(vectors.astype(np.float64) @ query.astype(np.float64), _DECIMALS)
    order = np.lexsort((ids, -scores))
    return [Hit(int(ids[i]), float(scores[i])) for i in order]


_EXACT_UP_TO: Final = 12_000
"""To compare that many vectors of 384 dimensions on one core takes as long as a million's cells on two."""
_TRAINED_ON: Final = 40
"""Vectors per cell that k-means sees; FAISS wants 39 or more."""
_COMPARED: Final = 62_500
_SHARE_OF_CELLS: Final = 16
"""A question looks into cells that hold so many vectors together, and never into fewer than this share.

Questions lie between cells more often than passages do: with a 64th of a million's cells .984 of a
question's ten nearest are found, with a 16th .995, on the harder of two samples (on the other all: see
`benchmarks/dense_recall.py`). Smaller libraries can have more for the same time.
"""


def faiss_module() -> Any:
    """FAISS, imported at first use; threads that spin while they wait make it slow on busy cores."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import faiss

    return faiss


class FaissIndex(ABC):
    """What both kinds share: a FAISS index that knows its ids, and the ids in ascending order."""

    kind: str

    def __init__(self, faiss_index: Any, ids: Ids, exact: Fetch) -> None:
        self.faiss_index = faiss_index
        self._ids = np.sort(ids)
        self._exact = exact

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self) -> Ids:
        """All ids, ascending."""
        return self._ids

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors of shape (len(ids), dimension) under new ids.

        Raises:
            ValueError: an id is there already or shapes disagree.
        """
        if vectors.shape != (len(ids), self.faiss_index.d):
            shape = (len(ids), self.faiss_index.d)
            raise ValueError(f"vectors of shape {vectors.shape} where {shape} was to be")
        self._ids = _joined(self._ids, ids)
        self.faiss_index.add_with_ids(np.ascontiguousarray(vectors, np.float32), ids)

    def remove(self, ids: Ids) -> int:
        """Remove ids; ids that are not there are passed over. Returns how many went."""
        gone = np.isin(self._ids, ids)
        if gone.any():
            self.faiss_index.remove_ids(self._ids[gone])
            self._ids = self._ids[~gone]
        return int(gone.sum())

    def search(self, vectors: Vectors, top_k: int, allowed: Ids | None = None) -> list[list[Hit]]:
        """For each query vector its best hits, ties by ascending id; only `allowed` ids where given."""
        selector, available = None, len(self)
        if allowed is not None:
            allowed = allowed[np.isin(allowed, self._ids)]
            selector, available = _bitmap(allowed), len(allowed)
        find = self._finder(selector, available)
        return best_hits(vectors, top_k, available, find, self._exact)

    @abstractmethod
    def _finder(self, selector: Any, available: int) -> Callable[[Vectors, int], Ids]:
        """What finds candidates (see `best_hits`) among the `available` vectors of a selector."""


class FlatIndex(FaissIndex):
    """Every vector is compared."""

    kind = "flat"

    def __init__(self, faiss_index: Any) -> None:
        ids = faiss_module().vector_to_array(faiss_index.id_map)
        super().__init__(faiss_index, ids, lambda found: (found, faiss_index.reconstruct_batch(found)))

    @classmethod
    def empty(cls, dimension: int) -> FlatIndex:
        """An index without vectors."""
        faiss = faiss_module()
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)))

    def _finder(self, selector: Any, available: int) -> Callable[[Vectors, int], Ids]:
        parameters = faiss_module().SearchParameters(sel=selector) if selector else None

        def find(queries: Vectors, depth: int) -> Ids:
            return np.asarray(self.faiss_index.search(queries, depth, params=parameters)[1])

        return find


class InvertedIndex(FaissIndex):
    """Vectors in 8 bits a dimension, in cells of which a query looks into the nearest.

    Sivic and Zisserman 2003 ("Video Google", inverted cells) with a scalar quantiser; the best
    candidates are compared again by their stored vectors, since what quantisation loses is the
    order among near neighbours. `exact` reads those.
    """

    kind = "inverted"

    def __init__(self, faiss_index: Any, exact: Fetch) -> None:
        super().__init__(faiss_index, _listed_ids(faiss_index), exact)
        faiss_index.parallel_mode = 1  # one question's cells are shared among the cores

    def probes(self, available: int) -> int:
        """How many cells a question looks into.

        A filter that leaves one in n of the vectors, `available` of them, has n times the cells looked into.
        """
        cells = int(self.faiss_index.nlist)
        usual = max(cells / _SHARE_OF_CELLS, cells * _COMPARED / max(len(self), 1))
        return min(cells, math.ceil(usual * len(self) / max(available, 1)))

    def _finder(self, selector: Any, available: int) -> Callable[[Vectors, int], Ids]:
        cells, probes = int(self.faiss_index.nlist), self.probes(available)

        def find(queries: Vectors, depth: int) -> Ids:
            found = self._probe(queries, depth, selector, probes)
            if probes < cells and (found[:, min(depth, available) - 1] < 0).any():
                found = self._probe(queries, depth, selector, cells)
            return found

        return find

    def _probe(self, queries: Vectors, depth: int, selector: Any, probes: int) -> Ids:
        parameters = faiss_module().SearchParametersIVF(sel=selector, nprobe=probes)
        return np.asarray(self.faiss_index.search(queries, depth, params=parameters)[1])


def build_index(
    dimension: int, ids: Ids, batches: Iterable[tuple[Ids, Vectors]], exact: Fetch
) -> FlatIndex | InvertedIndex:
    """An index of the kind and size that suits `ids`, filled from `batches`."""
    index: FlatIndex | InvertedIndex
    if len(ids) <= _EXACT_UP_TO:
        index = FlatIndex.empty(dimension)
    else:
        cells = _cells(len(ids))
        size = min(len(ids), cells * _TRAINED_ON)
        sample = np.sort(np.random.default_rng(0).choice(ids, size, replace=False))
        index = train_inverted(exact(sample)[1], cells, exact)
    for part, vectors in batches:
        index.add(part, vectors)
    return index


def train_inverted(sample: Vectors, cells: int, exact: Fetch) -> InvertedIndex:
    """An empty index whose cells are the clusters of a sample, shape (n, dimension)."""
    faiss = faiss_module()
    trained = faiss.index_factory(sample.shape[1], f"IVF{cells},SQ8", faiss.METRIC_INNER_PRODUCT)
    trained.train(np.ascontiguousarray(sample, np.float32))
    return InvertedIndex(trained, exact)


def open_index(kind: str, faiss_index: Any, exact: Fetch) -> FlatIndex | InvertedIndex:
    """An index over what FAISS has read from a file."""
    return FlatIndex(faiss_index) if kind == FlatIndex.kind else InvertedIndex(faiss_index, exact)


def suits(index: FlatIndex | InvertedIndex, count: int) -> bool:
    """Whether an index is of the right kind and size for a count, with room so that it does not flip."""
    if isinstance(index, FlatIndex):
        return count <= _EXACT_UP_TO * 3 // 2
    return count > _EXACT_UP_TO // 2 and int(index.faiss_index.nlist) * 3 > _cells(count)


def _cells(count: int) -> int:
    """About four square roots of the count, as a power of two: finding cells then costs what a cell does."""
    return int(2 ** round(math.log2(4 * math.sqrt(count))))


def _joined(present: Ids, ids: Ids) -> Ids:
    """Both, ascending; ids are given upwards, so that most often nothing has to be sorted."""
    joined = np.concatenate([present, ids])
    if (np.diff(joined[max(len(present) - 1, 0) :]) > 0).all():
        return joined
    joined.sort()
    if (np.diff(joined) == 0).any():
        raise ValueError("an id is twice among those to be added, or is in the index already")
    return joined


def _bitmap(allowed: Ids) -> Any:
    mask = np.zeros(int(allowed.max(initial=0)) + 1, bool)
    mask[allowed] = True
    return faiss_module().IDSelectorBitmap(np.packbits(mask, bitorder="little"))


def _listed_ids(faiss_index: Any) -> Ids:
    faiss, lists = faiss_module(), faiss_index.invlists
    parts = [np.empty(0, np.int64)]
    for cell in range(faiss_index.nlist):
        size = lists.list_size(cell)
        if size:
            parts.append(faiss.rev_swig_ptr(lists.get_ids(cell), size).copy())
    return np.concatenate(parts)
