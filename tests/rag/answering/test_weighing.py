"""The parts of a question are weighed by themselves where each says what it is about."""

from __future__ import annotations

import pytest

from rag.answering.weighing import _stands_alone


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("when is the meeting", True),
        ("until when may receipts be handed in", True),
        ("where", False),
        ("what does it cost", False),
        ("what is that plan called", False),
        ("它多少钱", False),
    ],
)
def test_a_part_that_stands_for_another_is_not_asked_alone(part: str, expected: bool) -> None:
    assert _stands_alone(part) is expected
