"""Follow-up questions made standalone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from rag.answering.followup import FollowUps, Turn, understood
from rag.schema import Message

REVENUE = Turn("What was Northwind's revenue in 2022?", "Revenue was $81.5 million.")
FOUNDERS = Turn("Who founded Northwind?", "It was founded by Ada Holm, Ben Ito and Cem Koç.")
CAPITAL = Turn("Which city is the capital of France?", "Paris is the capital of France.")
VALVE = Turn("How do I clean the safety valve?", "Unscrew the cap and rinse it.")
CHINESE = Turn("北风公司2022年的收入是多少?", "815亿美元。")


@pytest.mark.parametrize(
    ("turn", "question", "standalone"),
    [
        (REVENUE, "And in 2023?", "What was Northwind's revenue in 2023?"),
        (REVENUE, "What about Contoso?", "What was Contoso's revenue in 2022?"),
        (REVENUE, "and the net income?", "What was Northwind's net income in 2022?"),
        (REVENUE, "How much did it spend on research?", "How much did Northwind spend on research?"),
        (REVENUE, "Why?", "What was Northwind's revenue in 2022, and why?"),
        (FOUNDERS, "When was he born?", "When was Ada Holm born?"),
        (FOUNDERS, "Who are its rivals?", "Who are Northwind's rivals?"),
        (FOUNDERS, "Where was the latter born?", "Where was Cem Koç born?"),
        (FOUNDERS, "And Contoso?", "Who founded Contoso?"),
        (CAPITAL, "How many people live there?", "How many people live in Paris?"),
        (CAPITAL, "And of Germany?", "Which city is the capital of Germany?"),
        (
            VALVE,
            "How often does it need to be replaced?",
            "How often does the safety valve need to be replaced?",
        ),
        (VALVE, "What does this valve cost?", "What does the safety valve cost?"),
        (CHINESE, "那2023年呢?", "北风公司2023年的收入是多少?"),
        (CHINESE, "那南风公司呢?", "南风公司2022年的收入是多少?"),
        (CHINESE, "它是什么时候成立的?", "北风公司是什么时候成立的?"),
        (CHINESE, "其总部在哪里?", "北风公司的总部在哪里?"),
    ],
)
def test_the_subject_is_kept(turn: Turn, question: str, standalone: str) -> None:
    assert understood(question, [turn]) == standalone


def test_what_the_words_do_not_tell_is_told_with_the_question_before() -> None:
    assert understood("When did this happen?", [FOUNDERS]) == "When did this happen (Who founded Northwind)?"


def test_the_second_one_is_taken_from_the_answer() -> None:
    assert "Ben Ito" in understood("What about the second one?", [FOUNDERS])


def test_a_chain_keeps_the_subject_of_its_first_question() -> None:
    turns = [REVENUE, Turn("And in 2023?", "$90 million."), Turn("Why?", "Because of exports.")]
    assert "Northwind" in understood("And in 2024?", turns)


def test_the_subject_is_looked_for_further_back() -> None:
    turns = [REVENUE, Turn("Is that good?", "Yes.")]
    assert understood("Where is it based?", turns) == "Where is Northwind based?"


def test_titles_of_cited_passages_name_what_no_word_names() -> None:
    turn = Turn("Who signs?", "Both sides.", ("Service Agreement",))
    assert understood("When does it end?", [turn]) == "When does Service Agreement end?"


def test_the_nearest_name_in_meaning_gives_way() -> None:
    turn = Turn("What did Northwind sell in Austria?", "Pumps.")

    def likeness(phrase: str, others: Sequence[str]) -> Sequence[float]:
        return [float(other == "Austria") for other in others]

    assert understood("What about Germany?", [turn], likeness) == "What did Northwind sell in Germany?"
    assert understood("And in Germany?", [turn]) == "What did Northwind sell in Germany?"


HISTORY = (Message("user", REVENUE.question), Message("assistant", REVENUE.answer))


def test_a_standalone_question_never_reaches_the_generator() -> None:
    follow_ups = FollowUps(FakeListChatModel(responses=["Something else entirely?"]))
    assert follow_ups.understand("Who wrote Hamlet?", HISTORY) == "Who wrote Hamlet?"


def test_a_faithful_generator_is_heard() -> None:
    written = "How much did Northwind spend on research in 2022?"
    assert (
        FollowUps(FakeListChatModel(responses=[written])).understand(
            "How much did it spend on research?", HISTORY
        )
        == written
    )


@pytest.mark.parametrize(
    "written",
    [
        "Northwind spent $12 million on research in 2019.",
        "I am sorry.\nI cannot do that.",
        "",
        "What is the weather in Lisbon?",
    ],
)
def test_rules_stand_in_for_a_generator_that_strays(written: str) -> None:
    understood_as = FollowUps(FakeListChatModel(responses=[written])).understand(
        "How much did it spend?", HISTORY
    )
    assert understood_as == "How much did Northwind spend?"


def test_follow_ups_can_be_switched_off() -> None:
    assert FollowUps(reads=False).understand("And in 2023?", HISTORY) == "And in 2023?"
