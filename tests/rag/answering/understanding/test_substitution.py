"""Follow-up questions made to stand alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from rag.answering.understanding import FollowUps, Turn, turns_of, understood
from rag.schema import Message

TYRES = Turn("How much is a tyre change for the Volta Uno?", "60 euros.")
REVENUE = Turn("What was Northwind's revenue in 2022?", "Revenue was $81.5 million.")
CAPITAL = Turn("What is the capital of Norland?", "Vesby.")
WRITER = Turn("Who wrote the safety report of 2019?", "Mia Sandoval.")
CHINESE = Turn("北风公司2022年的收入是多少？", "815亿美元。")
HEAD = Turn("博物馆的馆长是谁？", "李明。")


@pytest.mark.parametrize(
    ("turn", "question", "alone"),
    [
        (REVENUE, "And in 2023?", "What was Northwind's revenue in 2023?"),
        (WRITER, "When did she join?", "When did Mia Sandoval join?"),
        (Turn("Who is the CFO?", "Brian T. Ferris."), "How old is he?", "How old is Brian T. Ferris?"),
        (WRITER, "When?", "When wrote the safety report of 2019?"),
        (CAPITAL, "How many people live there?", "How many people live in Vesby?"),
        (CAPITAL, "And of Sudland?", "What is the capital of Sudland?"),
        (Turn("What does error E12 mean?", "Low water."), "E14?", "What does error E14 mean?"),
        (Turn("Is the pool heated?", "Yes."), "Until when is it open?", "Until when is the pool open?"),
        (
            Turn("Wie viel kostet der Eintritt für Erwachsene?"),
            "Und für Kinder?",
            "Wie viel kostet der Eintritt für Kinder?",
        ),
        (Turn("Combien coûte le billet pour Lyon ?"), "Et pour Nice ?", "Combien coûte le billet pour Nice?"),
        (
            Turn("¿Cuánto cuesta la entrada para adultos?"),
            "¿Y para niños?",
            "¿Cuánto cuesta la entrada para niños?",
        ),
        (CHINESE, "那2023年呢？", "北风公司2023年的收入是多少？"),
        (CHINESE, "那么，南风公司呢？", "南风公司2022年的收入是多少？"),
        (CHINESE, "那2023年呢?", "北风公司2023年的收入是多少？"),
        (HEAD, "他是什么时候上任的？", "李明是什么时候上任的？"),
        (Turn("锅炉多久保养一次？", "每年一次。"), "由谁保养？", "锅炉由谁保养？"),
    ],
)
def test_what_is_new_takes_the_place_of_its_like(turn: Turn, question: str, alone: str) -> None:
    assert understood(question, [turn]).replace(" ?", "?") == alone


@pytest.mark.parametrize(
    "question",
    [
        "Which bank financed the purchase of the mill in Leeds?",
        "Is it possible to pay by card?",
        "What did the minister say about his plans?",
        "Who lost his leg at the battle of Santa Cruz?",
        "When did Tesla build its first factory?",
        "How long does it take to become a pilot?",
        "How many people work in IT?",
        "warranty of the coffee machine",
        "revenue 2023",
        "Thanks!",
        "特斯拉在它的第一家工厂生产什么？",
        "哪一年的大火烧毁了市政厅？",
        "谢谢！",
    ],
)
@pytest.mark.parametrize("turn", [TYRES, CHINESE])
def test_a_new_topic_inherits_nothing(question: str, turn: Turn) -> None:
    assert understood(question, [turn]) == question


def test_nothing_grows_from_turn_to_turn() -> None:
    turns = [REVENUE, Turn("And in 2023?", "$90 million."), Turn("And in 2024?", "$95 million.")]
    assert understood("And in 2025?", turns) == "What was Northwind's revenue in 2025?"


HISTORY = (Message("user", REVENUE.question), Message("assistant", REVENUE.answer))


def test_a_standalone_question_never_reaches_the_generator() -> None:
    follow_ups = FollowUps(FakeListChatModel(responses=["Something else entirely?"]))
    assert follow_ups.understand("Who wrote Hamlet?", HISTORY) == "Who wrote Hamlet?"


def test_a_faithful_generator_is_heard() -> None:
    written = "How much did Northwind spend on research in 2022?"
    follow_ups = FollowUps(FakeListChatModel(responses=[written]))
    assert follow_ups.understand("How much did it spend on research?", HISTORY) == written


@pytest.mark.parametrize(
    "responses",
    [["Northwind spent $12 million on research in 2019."], ["I am sorry.\nI cannot do that."], [""]],
)
def test_substitution_stands_in_for_a_generator_that_strays(responses: Sequence[str]) -> None:
    follow_ups = FollowUps(FakeListChatModel(responses=list(responses)))
    assert follow_ups.understand("How much did it spend?", HISTORY) == "How much did Northwind spend?"


def test_follow_ups_can_be_switched_off() -> None:
    assert FollowUps(reads=False).understand("And in 2023?", HISTORY) == "And in 2023?"


def test_marks_of_citations_are_no_part_of_an_answer() -> None:
    said = Message("assistant", "“Ida Holm” [1] is the head [2, 3].")
    history = [Message("user", "Who is the head?"), said]
    assert [turn.answer for turn in turns_of(history)] == ["“Ida Holm” is the head."]


@pytest.mark.parametrize(
    ("question", "answer", "follow_up", "alone"),
    [
        (
            "Who is the treasurer of the allotment society?",
            "Officers – Treasurer: Ulf Lindqvist; since: 2019",
            "What is his phone number?",
            "What is Ulf Lindqvist's phone number?",
        ),
        (
            "Who is the treasurer of the allotment society?",
            "",
            "What is his phone number?",
            "What is the treasurer of the allotment society's phone number?",
        ),
        (
            "Who repaired the boiler?",
            "It was repaired by Hargreaves.",
            "When did he come?",
            "When did Hargreaves come?",
        ),
        (
            "Which vehicles are electric?",
            "Vehicle: Lupo Zeta",
            "Who drives them?",
            "Who drives the vehicles that are electric?",
        ),
    ],
)
def test_a_person_asked_for_is_no_organisation(
    question: str, answer: str, follow_up: str, alone: str
) -> None:
    assert understood(follow_up, [Turn(question, answer)]) == alone


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("Scaffolding?", "How much is the scaffolding?"),
        ("And Scaffolding?", "How much is Scaffolding?"),
        ("VAT?", "How much is VAT?"),
    ],
)
def test_the_capital_of_a_sentence_is_no_part_of_a_name(question: str, alone: str) -> None:
    turn = Turn("How much is the roofing?", "€4,100.")
    assert understood(question, [turn]) == alone


def test_a_name_in_place_of_a_name_keeps_its_capital() -> None:
    turn = Turn("Which vans are in Porto?", "Two.")
    assert understood("Lisbon?", [turn]) == "Which vans are in Lisbon?"


def test_the_verb_of_a_question_does_not_give_way_with_its_subject() -> None:
    turn = Turn("How much does the lead flashing cost?", "£640.")
    assert understood("And the scaffolding?", [turn]) == "How much does the scaffolding cost?"
    assert understood("Scaffolding?", [turn]) == "How much does the scaffolding cost?"
