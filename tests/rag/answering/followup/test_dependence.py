"""Which questions stand alone."""

from __future__ import annotations

import pytest

from rag.answering.followup import dependence


@pytest.mark.parametrize(
    "question",
    [
        "When did Tesla build its first factory?",
        "Who lost his leg at the battle of Santa Cruz?",
        "Is it possible to return a pump without a receipt?",
        "How long does it take to drain the tank?",
        "After he left Ulm, what did Einstein study?",
        "What did the king promise when he was crowned?",
        "Which university has its origins in a school of medicine?",
        "How many lines are there?",
        "What was the name of the company that bought the mill?",
        "Who was the former president of the board?",
        "When has Toyota said it will close the plant?",
        "How many people work in IT?",
        "warranty of the pump",
        "revenue 2023",
        "特斯拉在它的第一家工厂生产什么?",
        "其中最大的岛是哪一个?",
        "他国公民能否申请护照?",
    ],
)
def test_a_question_that_holds_its_subject_stands_alone(question: str) -> None:
    assert dependence(question).is_standalone


@pytest.mark.parametrize(
    ("question", "open_words"),
    [
        ("How much was it?", ["it"]),
        ("Who founded it?", ["it"]),
        ("What did the author say about it?", ["it"]),
        ("What is its capital?", ["its"]),
        ("What was the name of his wife?", ["his"]),
        ("What year was he born?", ["he"]),
        ("In what city and state did she grow up?", ["she"]),
        ("What else did they sell to them?", ["they", "them"]),
        ("How does this valve work?", ["this valve"]),
        ("When did this happen?", ["this"]),
        ("Who lives there?", ["there"]),
        ("What happened in that year?", ["that year"]),
        ("Where was the latter born?", ["the latter"]),
        ("它是什么时候成立的?", ["它"]),
        ("为什么他离开了?", ["他"]),
        ("该公司的总部在哪里?", ["该公司"]),
    ],
)
def test_words_that_point_out_of_the_question_are_found(question: str, open_words: list[str]) -> None:
    found = dependence(question)
    assert [question[a.start : a.end] for a in found.anaphors] == open_words


@pytest.mark.parametrize(
    ("question", "fragment", "asks"),
    [
        ("And in 2024?", "in 2024", ""),
        ("what about the second one?", "the second one", ""),
        ("How about Austria then?", "Austria", ""),
        ("Why?", "", "why"),
        ("How much in 2024?", "in 2024", "how much"),
        ("For how long exactly?", "", "for how long"),
        ("那2024年呢?", "2024年", ""),
        ("为什么?", "", "为什么"),
    ],
)
def test_a_question_without_a_clause_is_a_fragment(question: str, fragment: str, asks: str) -> None:
    found = dependence(question)
    assert (found.fragment, found.asks) == (fragment, asks)
