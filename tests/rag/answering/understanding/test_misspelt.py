"""Words that are nearly one that the library holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.answering.understanding.misspelt import distance

WORDS = st.text("abc", max_size=6)


@given(WORDS, WORDS)
def test_a_distance_is_the_same_both_ways(one: str, other: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)


@given(WORDS, WORDS, st.integers(0, 3))
def test_a_limit_only_cuts(one: str, other: str, most: int) -> None:
    assert min(distance(one, other, 9), most + 1) == distance(one, other, most)


def test_neighbours_that_changed_places_are_one_slip() -> None:
    assert distance("porto", "prtoo", 2) == 2
    assert distance("porto", "proto", 2) == 1
    assert distance("poto", "porto", 1) == 1
