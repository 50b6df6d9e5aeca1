"""One of a thing is never told in the plural."""

from __future__ import annotations

import pytest

from rag.text import how_many, is_or_are


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 pages are"), (1, "1 page is"), (2, "2 pages are"), (1200, "1,200 pages are")]
)
def test_the_noun_and_the_verb_go_with_the_number(number: int, told: str) -> None:
    assert f"{how_many(number, 'page')} {is_or_are(number)}" == told


def test_in_a_column_the_nouns_take_the_same_room() -> None:
    assert [how_many(n, "chunk", 6) for n in (1, 12)] == ["     1 chunk ", "    12 chunks"]
