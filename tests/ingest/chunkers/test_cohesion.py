from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.chunkers.structure import cohesion

CATS = ["The cat sleeps.", "A cat purrs softly.", "Cats purr when they sleep.", "Every cat purrs."]
BONDS = ["The bond yields interest.", "Interest on a bond is paid.", "Bonds pay interest.", "A bond matures."]


def test_the_topic_goes_on_least_where_it_shifts() -> None:
    found = cohesion(CATS + BONDS)
    assert min(range(1, len(found)), key=found.__getitem__) == len(CATS)


def test_texts_without_words_share_nothing() -> None:
    assert cohesion(["", "", "the of"]) == [0.0, 0.0, 0.0]
    assert cohesion([]) == []


@given(st.lists(st.text("abc 火山。", max_size=12), max_size=8))
def test_shares(texts: list[str]) -> None:
    found = cohesion(texts)
    assert len(found) == len(texts)
    assert all(0.0 <= share <= 1.0 + 1e-9 for share in found)
