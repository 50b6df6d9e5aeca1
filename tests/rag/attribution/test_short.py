"""The short answer is a span of the evidence of the kind that the question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.attribution import quotable_units, read_question, short_span
from rag.attribution.candidates import candidate_spans
from rag.attribution.measures import fitting
from rag.schema import Passage


def _short(question: str, text: str) -> str:
    passage = Passage("a", "a.txt", "", 1, 100, 100 + len(text), text, 1.0)
    found = short_span(read_question(question), quotable_units([passage]))
    if found is None:
        return ""
    assert text[found.start - 100 : found.end - 100] == found.text
    return found.text


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "When was the old bridge opened?",
            "The old bridge was opened on 3 May 1887 by the mayor of Aarau.",
            "3 May 1887",
        ),
        (
            "How many visitors came to the museum last year?",
            "Last year 48,200 visitors came to the museum in Bern.",
            "48,200",
        ),
        (
            "Who designed the town hall?",
            "The town hall was designed by Clara Weiss and finished in 1911.",
            "Clara Weiss",
        ),
        ("这座石桥是哪一年建成的？", "这座石桥横跨两岸，于1887年建成通车。", "1887年"),
    ],
)
def test_it_is_the_span_of_the_kind_that_is_asked_for(question: str, text: str, answer: str) -> None:
    assert answer in _short(question, text) or _short(question, text) in answer
    assert _short(question, text)


@pytest.mark.parametrize("question", ["Why was the bridge closed?", "How is the tea brewed?", "Is it open?"])
def test_reasons_ways_and_choices_have_none(question: str) -> None:
    assert _short(question, "The bridge was closed on 3 May 1887, because it was not safe.") == ""


def test_an_unclear_one_is_not_told() -> None:
    passage = Passage(
        "a", "a", "", 1, 0, 60, "Anna met Ben, Carla, Dora and Emil on 3 May and 9 June 1999.", 1.0
    )
    units = quotable_units([passage])
    assert short_span(read_question("What is the plan?"), units, least=0.99) is None


def test_a_pronoun_that_opens_a_sentence_is_no_answer() -> None:
    found = [candidate.text for candidate in candidate_spans("Er wurde 1958 in Straßburg geboren.")]
    assert "Straßburg" in found
    assert "Er" not in found


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=120))
def test_candidates_are_spans_of_their_text(text: str) -> None:
    for candidate in candidate_spans(text):
        assert text[candidate.start : candidate.end] == candidate.text
        assert candidate.text == candidate.text.strip()


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("借书证多少钱？", "年满18岁的居民可以办理借书证，工本费为20元。", "20元"),
        ("一次可以借多少天？", "读者可以续借两次，每次借期为30天。", "30天"),
        ("How much did the boiler cost?", "After 12 years the boiler was replaced for $48,200.", "48,200"),
        ("What did the new roof cost?", "Two storms later, the new roof had cost £86,400.", "86,400"),
        ("How old must members be?", "For 20 euros anybody of 16 years of age can join for 12 months.", "16"),
    ],
)
def test_it_is_in_the_measure_that_is_asked_for(question: str, text: str, answer: str) -> None:
    assert answer in _short(question, text)


def test_none_is_told_where_all_are_in_another_measure() -> None:
    assert _short("借书证多少钱？", "年满18岁的居民可以办理借书证。") == ""
    assert _short("How much did the repair cost?", "The repair took 14 days.") == ""


def test_a_bare_number_of_a_table_can_be_money() -> None:
    assert fitting("money", [("18", " years of age"), ("4,200", "\t5,100")]) == [1]
    assert fitting("money", [("18", " years of age"), ("$4,200", "\t5,100")]) == [1]
    assert fitting("duration", [("1887年", "建成"), ("30年", "之后")]) == [1]


def test_what_a_text_denies_is_not_told() -> None:
    assert "Anna Weiss" not in _short(
        "Who built the mill?", "The mill was built by Ben Kohl, not Anna Weiss."
    )


TWO = "Anna Keller was asked to build the bridge, and later Ben Frei, who lived in Aarau, was asked."


@pytest.mark.parametrize("name", ["Anna Keller", "Ben Frei"])
def test_what_a_model_wrote_says_which_span_it_means(name: str) -> None:
    passage = Passage("a", "a.txt", "", 1, 0, len(TWO), TWO, 1.0)
    question, units = read_question("Who was asked to build the bridge?"), quotable_units([passage])
    found = short_span(question, units, written=f"It was {name} who was asked to build the bridge.")
    assert found is not None
    assert found.text == name
    before = short_span(question, units)
    assert before is not None
    assert found.probability > before.probability


def test_what_the_question_names_is_no_answer_for_being_repeated() -> None:
    passage = Passage("a", "a.txt", "", 1, 0, len(TWO), TWO, 1.0)
    question, units = read_question("Who in Aarau was asked to build it?"), quotable_units([passage])
    plain, told = (short_span(question, units, written=w) for w in ("", "Somebody in Aarau was asked."))
    assert plain == told
