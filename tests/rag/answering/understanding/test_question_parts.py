"""What a question asks for in several parts."""

from __future__ import annotations

import pytest

from rag.answering.understanding import question_parts, separate_questions


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who keeps the keys?", ["Who keeps the keys"]),
        (
            "When are wages paid in May, and until when may bills be handed in?",
            ["When are wages paid in May", "until when may bills be handed in"],
        ),
        ("Who wrote it and for how much was it sold?", ["Who wrote it", "for how much was it sold"]),
        ("Is it open and does it cost anything?", ["Is it open", "does it cost anything"]),
        ("What is the rule for cats and dogs who bark?", ["What is the rule for cats and dogs who bark"]),
        ("What do bread and butter cost?", ["What do bread and butter cost"]),
        ("谁写的？多少钱？", ["谁写的", "多少钱"]),
    ],
)
def test_parts_are_found_where_another_question_begins(question: str, parts: list[str]) -> None:
    assert question_parts(question) == parts


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("Who keeps the keys and when is the meeting?", 2),
        ("When are wages paid, and until when may bills be handed in?", 2),
        ("Where and when was Ada born?", 0),
        ("Who sells it, and what does it cost?", 0),
        ("How many devices are free, and what is that plan called?", 0),
        ("谁写的书？它多少钱？", 0),
        ("Who keeps the keys?", 0),
    ],
)
def test_parts_that_stand_for_another_are_not_asked_alone(question: str, count: int) -> None:
    assert len(separate_questions(question)) == count
