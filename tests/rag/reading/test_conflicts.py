"""Passages that disagree are found by aligning their words."""

from __future__ import annotations

import pytest

from rag.reading import disagreements, quotable_units, read_question
from rag.schema import Passage


def _passage(name: str, text: str, title: str = "") -> Passage:
    return Passage(name, name, title, 1, 0, len(text), text, 1.0)


def _values(question: str, *texts: str) -> list[set[str]]:
    passages = [_passage(f"{i}.txt", text) for i, text in enumerate(texts)]
    found = disagreements(read_question(question), quotable_units(passages), passages)
    for disagreement in found:
        for unit, span, value in zip(
            disagreement.units, disagreement.spans, disagreement.values, strict=True
        ):
            assert passages[unit.passage].text[span.start : span.end] == value
    return [set(disagreement.values) for disagreement in found]


@pytest.mark.parametrize(
    ("question", "one", "other", "values"),
    [
        (
            "When did the bridge open?",
            "The old bridge over the Aare opened on 3 May 1887 after two years of work.",
            "The old bridge over the Aare opened on 9 May 1887 after two years of work.",
            {"3 May 1887", "9 May 1887"},
        ),
        (
            "How high is the tower?",
            "At its top the tower of the harbour reaches a height of 62 metres.",
            "At its top the tower of the harbour reaches a height of 68 metres.",
            {"62 metres", "68 metres"},
        ),
        (
            "Who designed the town hall?",
            "The town hall on the market square was designed by Clara Weiss in brick.",
            "The town hall on the market square was designed by Jonas Brandt in brick.",
            {"Clara Weiss", "Jonas Brandt"},
        ),
        (
            "这座桥是哪一年建成的？",
            "这座石桥横跨两岸，于1887年建成通车。",
            "这座石桥横跨两岸，于1891年建成通车。",
            {"1887", "1891"},
        ),
    ],
)
def test_another_value_in_the_same_statement_is_told(
    question: str, one: str, other: str, values: set[str]
) -> None:
    assert _values(question, one, other) == [values]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "What was the revenue in 2020?",
            "The revenue of the company in 2020 rose by a tenth to $5.2 million.",
            "The revenue of the company in 2019 rose by a tenth to $4.7 million.",
        ),
        (
            "How many people live in the town?",
            "According to the last census about 5.2 million people live in the town.",
            "According to the last census about 5,200,000 people live in the town.",
        ),
        (
            "Who acquired the shipyard?",
            "In spring the shipyard on the river was acquired by Nordsee Werke.",
            "In spring the shipyard on the river was acquired by Nordsee.",
        ),
        (
            "How high is the tower?",
            "The tower of the harbour was painted white by the town.",
            "The tower reaches 68 metres.",
        ),
    ],
)
def test_other_years_rounded_numbers_and_other_matters_are_no_conflict(
    question: str, one: str, other: str
) -> None:
    assert _values(question, one, other) == []


def test_one_passage_does_not_disagree_with_itself() -> None:
    text = "The ferry leaves the east pier at 8 o'clock. The ferry leaves the west pier at 9 o'clock."
    assert _values("When does the ferry leave?", text) == []
