"""Exact search over segments, against the formula written out."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rag.store.lexical.bm25 as bm25
import rag.store.lexical.segment as segment_module
from rag.store.lexical.bm25 import LiveSegment, QueryTerm, best_chunks, inverse_frequency
from rag.store.lexical.postings import Postings
from rag.store.lexical.segment import Segment, build_segments, joined
from tests.searching import examples

Bags = dict[int, Counter[int]]


def packed(bags: list[Counter[int]]) -> Postings:
    return Postings(
        np.array([bag.total() for bag in bags], np.uint32),
        np.array([len(bag) for bag in bags], np.uint32),
        np.array([term for bag in bags for term in bag], np.uint32),
        np.array([count for bag in bags for count in bag.values()], np.uint8),
    )


def plain_bm25(bags: Bags, question: Counter[int], top_k: int) -> list[tuple[int, float]]:
    """Robertson and Zaragoza (2009), equation 3.15, with Lucene's idf and without k1 + 1."""
    average = sum(map(Counter.total, bags.values())) / max(len(bags), 1)
    holders = Counter(term for bag in bags.values() for term in bag)
    scores = {
        chunk: sum(
            times
            * math.log(1 + (len(bags) - holders[term] + 0.5) / (holders[term] + 0.5))
            * bag[term]
            / (bag[term] + 1.2 * (1 - 0.75 + 0.75 * bag.total() / average))
            for term, times in question.items()
            if bag[term]
        )
        for chunk, bag in bags.items()
    }
    ranked = sorted(scores.items(), key=lambda item: (-round(item[1], 9), item[0]))
    return [(chunk, score) for chunk, score in ranked if score > 0][:top_k]


def query(bags: Bags, question: Counter[int]) -> list[QueryTerm]:
    holders = Counter(term for bag in bags.values() for term in bag)
    return [
        QueryTerm(term, times * inverse_frequency(holders[term], len(bags)))
        for term, times in question.items()
        if holders[term]
    ]


def live(segments: list[Segment], bags: Bags) -> list[LiveSegment]:
    """The segments as a library sees them that holds only the chunks of `bags`."""
    average = sum(map(Counter.total, bags.values())) / max(len(bags), 1)
    views = []
    for segment in segments:
        alive = np.isin(segment.ids, list(bags))
        views.append(LiveSegment.of(segment, None if alive.all() else alive, average))
    return views


def zipfian(seed: int, chunks: int, words: int = 60) -> list[Counter[int]]:
    random = np.random.default_rng(seed)
    return [Counter((random.zipf(1.3, random.integers(1, 40)) % words).tolist()) for _ in range(chunks)]


def same(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> None:
    assert [score for _, score in found] == pytest.approx([score for _, score in expected])
    last = expected[-1][1] if expected else 0.0
    clear = {chunk for chunk, score in expected if score > last + 1e-9}
    assert clear <= {chunk for chunk, _ in found}
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


@settings(max_examples=examples(150))
@given(
    seed=st.integers(0, 10_000),
    chunks=st.integers(1, 400),
    capacity=st.integers(8, 500),
    top_k=st.integers(1, 60),
    removed=st.floats(0, 0.6),
    filtered=st.none() | st.floats(0.01, 0.9),
    long=st.sampled_from([0, 20, 2_000]),
    few=st.sampled_from([0, 100, 6_000]),
)
def test_the_best_are_those_of_plain_bm25(
    seed: int,
    chunks: int,
    capacity: int,
    top_k: int,
    removed: float,
    filtered: float | None,
    long: int,
    few: int,
) -> None:
    random = np.random.default_rng(seed)
    every = zipfian(seed, chunks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment_module, "CAPACITY", capacity)
        patch.setattr(bm25, "_LONG", long)
        patch.setattr(bm25, "_FEW", few)
        documents = [(10 + start, packed(every[start : start + 7])) for start in range(0, chunks, 7)]
        segments = list(build_segments(documents))
        bags = {10 + i: bag for i, bag in enumerate(every) if random.random() >= removed}
        question = Counter((random.zipf(1.3, random.integers(1, 12)) % 60).tolist())
        allowed = None
        expected_in = bags
        expected = plain_bm25(bags, question, len(bags))
        if filtered is not None:
            chosen = sorted(chunk for chunk in range(5, 20 + chunks) if random.random() < filtered)
            allowed = np.array(chosen, np.int64)
            expected = [(chunk, score) for chunk, score in expected if chunk in set(chosen)]
        found = best_chunks(live(segments, expected_in), query(bags, question), top_k, allowed)
    same(found, expected[:top_k])


def test_equal_chunks_tie_and_go_by_id() -> None:
    bags = {i: Counter({1: 2, 2: 1}) for i in range(1, 40)}
    documents = [(i, packed([bag])) for i, bag in bags.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment_module, "CAPACITY", 10)
        segments = list(build_segments(documents))
    assert len(segments) == 4
    found = best_chunks(live(segments, bags), [QueryTerm(1, 1.0), QueryTerm(2, 2.0)], 12)
    assert [hit.chunk_id for hit in found] == list(range(1, 13))
    assert len({hit.score for hit in found}) == 1


def test_common_words_are_not_gone_through_once_the_rare_ones_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    bags = {i: Counter({1: 1, 2 + i % 3: 1, **({9: 1} if i < 20 else {})}) for i in range(6_000)}
    [segment] = build_segments([(0, packed(list(bags.values())))])
    monkeypatch.setattr(bm25, "_FEW", 0)
    touched: list[int] = []
    parts = bm25._SegmentSearch._parts
    monkeypatch.setattr(
        bm25._SegmentSearch, "_parts", lambda *args: touched.append(len(args[-1])) or parts(*args)
    )
    question = Counter({1: 1, 9: 1})
    found = best_chunks(live([segment], bags), query(bags, question), 10)
    same(found, plain_bm25(bags, question, 10))
    assert sum(touched) < 100


def test_joining_segments_drops_what_is_gone_and_keeps_the_order_of_ids() -> None:
    every = zipfian(1, 30)
    first, second = (
        next(build_segments([(start, packed(every[start - 1 : start + 14]))])) for start in (16, 1)
    )
    masks = [np.arange(15) % 2 == 0, np.arange(15) > 3]
    merged = joined([(first, masks[0]), (second, masks[1])])
    kept = sorted([*first.ids[masks[0]].tolist(), *second.ids[masks[1]].tolist()])
    [expected] = build_segments([(chunk, packed([every[chunk - 1]])) for chunk in kept])
    for name, array in expected.arrays().items():
        np.testing.assert_array_equal(array, getattr(merged, name), name)


def test_a_document_larger_than_a_segment_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_module, "CAPACITY", 10)
    bags = {i + 1: bag for i, bag in enumerate(zipfian(3, 25))}
    segments = list(build_segments([(1, packed(list(bags.values())))]))
    assert [len(segment) for segment in segments] == [10, 10, 5]
    question = Counter({1: 1, 2: 1})
    same(best_chunks(live(segments, bags), query(bags, question), 9), plain_bm25(bags, question, 9))


def test_bytes_of_another_length_are_refused() -> None:
    data = packed(zipfian(1, 5)).packed()
    with pytest.raises(ValueError, match="no postings of 5 chunks"):
        Postings.unpacked(data[:-1], 5)
    with pytest.raises(ValueError, match="chunks have"):
        Postings.unpacked(data + bytes(5), 5)


@pytest.mark.parametrize("seed", range(5))
def test_sorting_a_few_postings_gives_the_very_same_scores(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = zipfian(seed, 300)
    bags = dict(enumerate(every, 1))
    segments = live(list(build_segments([(1, packed(every))])), bags)
    terms = query(bags, Counter(dict.fromkeys(range(1, 9), 1)))
    sorted_up = best_chunks(segments, terms, 300)
    monkeypatch.setattr(bm25, "_FEW", 0)
    assert sorted_up == best_chunks(segments, terms, 300) != []
