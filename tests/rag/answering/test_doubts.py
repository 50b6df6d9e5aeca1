"""Why there is no answer is told in plain words, in the question's language."""

from __future__ import annotations

import pytest

from rag.answering.doubts import doubt, missing_parts, shortcomings, unknown_identifiers
from rag.answering.run_records import Grounds
from rag.reading import EvidenceSelector, read_question
from rag.schema import Passage

_TEXT = "The old bridge was opened by Clara Weiss and is 120 m long."
_PASSAGES = [Passage("a", "bridge.txt", "The old bridge", 1, 0, len(_TEXT), _TEXT, 1.0)]


def _told(question: str) -> str:
    selection = EvidenceSelector(None).select(question, _PASSAGES)
    return doubt(question, Grounds(selection, 0.1, 0.3), _PASSAGES)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("When did Jonas Brandt repair the old bridge?", "names Jonas, Brandt"),
        ("What happened to the old bridge in 1953?", "1953"),
        ("When was the old bridge opened?", "a date or a time"),
        ("How long is it?", "does not say what “it” is"),
        ("Price?", "says too little"),
        ("And in 1953?", "says too little"),
        ("它有多长？", "“它”指什么"),
        ("老桥是什么时候修的？", "找到的段落"),
        ("What is the serial number of pump P-17?", "do not name P-17"),
    ],
)
def test_the_plainest_reason_is_told(question: str, words: str) -> None:
    assert words in _told(question)


def test_parts_that_the_documents_lack_are_named() -> None:
    question = "Who opened the old bridge and how much did the harbour ferry cost?"
    selection = EvidenceSelector(None).select(question, _PASSAGES)
    assert missing_parts(question, selection, _PASSAGES) == ["how much did the harbour ferry cost"]
    assert "harbour ferry" in shortcomings(selection, _PASSAGES)


def test_a_question_of_one_part_leaves_nothing_open() -> None:
    question = "Who opened the old bridge?"
    selection = EvidenceSelector(None).select(question, _PASSAGES)
    assert shortcomings(selection, _PASSAGES) == ""


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who opened it?", "does not say what “it” is"),
        ("它是谁建的？", "“它”指什么"),
        ("Who opened the old bridge?", ""),
    ],
)
def test_an_answer_tells_what_the_question_leaves_open(question: str, words: str) -> None:
    selection = EvidenceSelector(None).select(question, _PASSAGES)
    assert words in shortcomings(selection, _PASSAGES)
    assert bool(shortcomings(selection, _PASSAGES)) == bool(words)


def test_an_identifier_that_is_not_there_is_told_beside_its_nearest() -> None:
    text = "Pump P-16 has the serial number 99120. Pump P-18 has the serial number 99134."
    passages = [Passage("a", "pumps.txt", "Pumps", 1, 0, len(text), text, 1.0)]
    selection = EvidenceSelector(None).select("What is the serial number of pump P-17?", passages)
    told = doubt(selection.question.text, Grounds(selection, 0.1, 0.3), passages)
    assert "P-17" in told
    assert "P-16" in told
    assert unknown_identifiers(read_question("What of P 16 and P-18?"), passages) == []
    assert unknown_identifiers(read_question("And INV-2024-0171?"), passages) == ["INV-2024-0171"]


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("What is the extension of Anna Kowalska?", ["Kowalska"]),
        ("Which locker does Martina Haas have?", ["Martina"]),
        ("What is the extension of Anna Kowalski?", []),
        ("Which locker does Martin Haas have?", []),
        ("What is the extension of Anna Kowalskis?", []),
        ("Which locker does Martin Haas's brother have?", []),
        ("What is the mobile of Gwen Pritchet?", ["Pritchet"]),  # three letters of nine
        ("What is the mobile of Gwen Pritchard?", []),
        ("What is the mobile of Gwen Marlow?", []),
        ("Who is the Product Manager?", []),
        ("Who is Peter Vogel?", []),  # like nobody who is there: no name is taken for another
    ],
)
def test_a_name_that_is_nearly_another_is_missing(question: str, unknown: list[str]) -> None:
    text = (
        "Anna Kowalski has the extension 733. Locker 88 belongs to Martin Haas. "
        "Gwen Pritchard's mobile is 0163. He is head of Product Management."
    )
    passages = [Passage("a", "staff.txt", "Staff", 1, 0, len(text), text, 1.0)]
    assert unknown_identifiers(read_question(question), passages) == unknown
    if unknown:
        selection = EvidenceSelector(None).select(question, passages)
        told = doubt(question, Grounds(selection, 0.9, 0.3), passages)
        assert any(f"nearest to it: {name}" in told for name in ("Kowalski", "Martin", "Pritchard"))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the mobile of Gwen Marlow?", "no passage that was found names Marlow"),
        ("What is the mobile of Gwen Pritchard?", ""),
        ("Who is the owner of both Fords?", ""),
    ],
)
def test_an_answer_about_another_name_says_so(question: str, told: str) -> None:
    text = "Gwen Pritchard's mobile is 0163. The Ford Transit belongs to Owen Price, as both Fords do."
    passages = [Passage("a", "staff.txt", "Staff", 1, 0, len(text), text, 1.0)]
    assert shortcomings(EvidenceSelector(None).select(question, passages), passages) == told
