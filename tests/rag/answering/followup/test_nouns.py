"""The noun phrase that a question is about."""

import pytest

from rag.answering.followup.nouns import noun_phrase


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("How much did the new boiler cost?", "the new boiler"),
        ("When was the roof of the village hall repaired?", "the village hall"),
        ("When was the roof repaired?", "the roof"),
        ("When was the old stone bridge built?", "the old stone bridge"),
        ("How many copies will the library print?", "the library"),
        ("Why did the council buy the pump?", "the pump"),
        ("What is the warranty of the pump?", "the pump"),
        ("What is the pump's warranty?", "pump"),
        ("How do I clean the safety valve?", "the safety valve"),
        ("What does a ticket cost?", "the ticket"),
        ("Where is the reading room?", "the reading room"),
        ("Who left?", ""),
    ],
)
def test_the_verb_is_no_part_of_what_a_question_is_about(question: str, phrase: str) -> None:
    assert noun_phrase(question) == phrase
