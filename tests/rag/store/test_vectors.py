"""The contract of a vector index, over all kinds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.schema import Hit
from rag.store import VectorIndex
from rag.store.vectors import FlatIndex, InvertedIndex, build_index, suits, train_inverted
from tests.searching import examples

DIMENSION = 16
Vectors = NDArray[np.float32]


class Stored:
    """Exact vectors by id, as the catalog holds them."""

    def __init__(self) -> None:
        self.vectors: dict[int, Vectors] = {}

    def put(self, ids: NDArray[np.int64], vectors: Vectors) -> None:
        self.vectors.update(zip(ids.tolist(), vectors, strict=True))

    def exact(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], Vectors]:
        there = [i for i in ids.tolist() if i in self.vectors]
        return np.array(there, np.int64), np.array([self.vectors[i] for i in there]).reshape(-1, DIMENSION)


def unit(seed: int, count: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def flat(stored: Stored) -> VectorIndex:
    return FlatIndex.empty(DIMENSION)


def inverted(stored: Stored) -> VectorIndex:
    return train_inverted(unit(99, 1_000), 16, stored.exact)


@pytest.fixture(params=[flat, inverted])
def make(request: pytest.FixtureRequest) -> Callable[[Stored], VectorIndex]:
    made: Callable[[Stored], VectorIndex] = request.param
    return made


def filled(make: Callable[[Stored], VectorIndex], ids: list[int], vectors: Vectors) -> VectorIndex:
    stored = Stored()
    index = make(stored)
    stored.put(np.array(ids, np.int64), vectors)
    index.add(np.array(ids, np.int64), vectors)
    return index


def expected(ids: list[int], vectors: Vectors, query: Vectors, top_k: int) -> list[Hit]:
    scores = np.round(vectors.astype(np.float64) @ query.astype(np.float64), 6)
    hits = [Hit(i, float(score)) for i, score in zip(ids, scores, strict=True)]
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))[:top_k]


def test_the_best_come_first_with_their_scores(make: Callable[[Stored], VectorIndex]) -> None:
    ids, vectors, queries = list(range(5, 505)), unit(1, 500), unit(2, 7)
    index = filled(make, ids, vectors)
    for query, hits in zip(queries, index.search(queries, 10), strict=True):
        assert hits == expected(ids, vectors, query, 10)


def test_only_allowed_ids_are_found_and_all_of_them_can_be(make: Callable[[Stored], VectorIndex]) -> None:
    ids, vectors, query = list(range(500)), unit(1, 500), unit(3, 1)
    index = filled(make, ids, vectors)
    allowed = [3, 77, 78, 200, 499, 9_999]
    [hits] = index.search(query, 10, np.array(allowed, np.int64))
    assert hits == expected(allowed[:-1], vectors[allowed[:-1]], query[0], 10)
    assert index.search(query, 10, np.empty(0, np.int64)) == [[]]


def test_ties_go_by_id_however_many_there_are(make: Callable[[Stored], VectorIndex]) -> None:
    same = np.repeat(unit(4, 1), 300, axis=0)
    ids = np.random.default_rng(0).permutation(300).tolist()
    index = filled(make, ids, same)
    [hits] = index.search(same[:1], 5)
    assert [hit.chunk_id for hit in hits] == [0, 1, 2, 3, 4]


def test_scores_do_not_depend_on_the_other_queries(make: Callable[[Stored], VectorIndex]) -> None:
    index = filled(make, list(range(300)), unit(1, 300))
    queries = unit(5, 40)
    together = index.search(queries, 5)
    assert together == [index.search(query[None], 5)[0] for query in queries]


def test_what_was_removed_is_not_found(make: Callable[[Stored], VectorIndex]) -> None:
    ids, vectors = list(range(100)), unit(1, 100)
    index = filled(make, ids, vectors)
    assert index.remove(np.array([2, 50, 1_000], np.int64)) == 2
    assert index.remove(np.array([2], np.int64)) == 0
    assert len(index) == 98
    [hits] = index.search(vectors[50:51], 100)
    kept = [i for i in ids if i not in (2, 50)]
    assert hits == expected(kept, vectors[kept], vectors[50], 100)
    assert index.ids().tolist() == kept


def test_more_than_there_is_and_nothing_at_all(make: Callable[[Stored], VectorIndex]) -> None:
    empty = make(Stored())
    assert empty.search(unit(1, 2), 5) == [[], []]
    assert empty.ids().tolist() == []
    index = filled(make, [7], unit(1, 1))
    assert [hit.chunk_id for hit in index.search(unit(1, 1), 50)[0]] == [7]
    assert index.search(unit(1, 1), 0) == [[]]
    assert index.search(unit(1, 0), 5) == []


def test_wrong_additions_are_refused_and_change_nothing(make: Callable[[Stored], VectorIndex]) -> None:
    index = filled(make, [1, 2], unit(1, 2))
    for ids, vectors in (
        ([2, 3], unit(2, 2)),
        ([4, 4], unit(2, 2)),
        ([5], unit(2, 2)),
        ([6], np.zeros((1, DIMENSION + 1), np.float32)),
    ):
        with pytest.raises(ValueError, match=r"id is twice|vectors of shape"):
            index.add(np.array(ids, np.int64), vectors)
    assert index.ids().tolist() == [1, 2]


@given(st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 30), max_size=8)), max_size=12))
@settings(max_examples=examples(40))
def test_any_order_of_adding_and_removing(steps: list[tuple[bool, set[int]]]) -> None:
    vectors = unit(1, 31)
    for make in (flat, inverted):
        stored, present = Stored(), set[int]()
        index = make(stored)
        for adding, chosen in steps:
            if adding:
                new = np.array(sorted(chosen - present, reverse=True), np.int64)
                stored.put(new, vectors[new])
                index.add(new, vectors[new])
                present |= chosen
            else:
                assert index.remove(np.array(list(chosen), np.int64)) == len(present & chosen)
                present -= chosen
        assert index.ids().tolist() == sorted(present)
        [hits] = index.search(vectors[:1], 31)
        assert hits == expected(sorted(present), vectors[sorted(present)], vectors[0], 31)


def test_kind_and_size_follow_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.store.vectors._EXACT_UP_TO", 1_000)
    vectors, stored = unit(1, 3_000), Stored()
    stored.put(np.arange(3_000), vectors)

    def built(count: int) -> FlatIndex | InvertedIndex:
        ids = np.arange(count, dtype=np.int64)
        return build_index(DIMENSION, ids, iter([(ids, vectors[:count])]), stored.exact)

    small, large = built(1_000), built(3_000)
    assert isinstance(small, FlatIndex)
    assert isinstance(large, InvertedIndex)
    assert len(large) == 3_000
    assert suits(small, 1_400)
    assert not suits(small, 1_600)
    assert suits(large, 900)
    assert not suits(large, 400)
    assert not suits(large, 60_000)
    [hits] = large.search(vectors[10:11], 5)
    assert hits == expected(list(range(3_000)), vectors, vectors[10], 5)


def test_vectors_that_vanish_from_the_store_are_not_found() -> None:
    stored = Stored()
    index = inverted(stored)
    ids, vectors = np.arange(50, dtype=np.int64), unit(1, 50)
    stored.put(ids, vectors)
    index.add(ids, vectors)
    del stored.vectors[3]
    [hits] = index.search(vectors[3:4], 50)
    assert 3 not in [hit.chunk_id for hit in hits]


def clustered(seed: int, count: int, dimension: int) -> Vectors:
    """Unit vectors in a few hundred clusters that overlap, as texts of some subjects are."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(7).normal(size=(200, dimension))
    spread = 1.2 / np.sqrt(1.0 + np.arange(dimension) / 8)
    vectors = centres[random.integers(0, 200, count)] + random.normal(size=(count, dimension)) * spread * 1.5
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_ten_nearest_are_found_in_a_large_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a sixteenth of the cells, what a library of a million and more looks into."""
    monkeypatch.setattr("rag.store.vectors._EXACT_UP_TO", 1_000)
    monkeypatch.setattr("rag.store.vectors._COMPARED", 1)
    count, dimension = 20_000, 64
    vectors, ids = clustered(1, count, dimension), np.arange(count, dtype=np.int64)
    index = build_index(dimension, ids, iter([(ids, vectors)]), lambda wanted: (wanted, vectors[wanted]))
    assert isinstance(index, InvertedIndex)
    questions = clustered(2, 100, dimension)
    nearest = np.argsort(-(questions @ vectors.T), axis=1)[:, :10]
    found = index.search(questions, 10)
    shared = [
        len({hit.chunk_id for hit in hits} & set(row)) for row, hits in zip(nearest, found, strict=True)
    ]
    assert np.mean(shared) >= 9.9
