"""A short answer is a whole number or identifier, and not what the question says already."""

from __future__ import annotations

import pytest

from rag.reading.evidence import Evidence, Selection
from rag.reading.features import FEATURES
from rag.reading.question import read_question
from rag.reading.read_short import read_short_span
from rag.reading.units import Unit
from rag.reading.votes import ReadSpan


def _selection(question: str, text: str, part: str, logit: float = 8.0) -> tuple[Selection, Unit]:
    unit = Unit(0, 0, "d", 50, 50 + len(text), text)
    start = 50 + text.index(part)
    span = ReadSpan(0, start, start + len(part), part, logit, 0.95)
    features = dict.fromkeys(FEATURES, 0.0) | {"reader_evidence": 6.0, "reader_answerable": 5.0}
    evidence = Evidence(unit, 1.0, features, 0.9)
    asked = read_question(question)
    return Selection(asked, (evidence,), (evidence,), 1.0, 1, has_read=True, spans=((unit, span),)), unit


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("In sample B 3 × 10⁶ spores were counted.", "3", "3 × 10⁶"),
        ("The leak rate is 2 × 10⁻⁷ mbar.", "2 × 10", "2 × 10⁻⁷"),
        ("The reference number is MV-7781, see below.", "7781", "MV-7781"),
        ("The ferry leaves at 15:30.", "15", "15:30"),
        ("The repair cost 4,2 million.", "4", "4,2"),
        ("The plant has 412 employees.", "412", "412"),
        ("The mayor is Otto Kranz.", "Otto Kranz", "Otto Kranz"),
    ],
)
def test_it_is_grown_to_the_whole_token(text: str, part: str, whole: str) -> None:
    selection, unit = _selection("What is it, then?", text, part)
    found = read_short_span(selection, [unit])
    assert found is not None
    assert found.text == whole
    assert text[found.start - 50 : found.end - 50] == whole


def test_what_the_question_says_and_what_nobody_is_sure_of_is_not_shown() -> None:
    selection, unit = _selection("Who is Otto Kranz?", "The mayor is Otto Kranz.", "Otto Kranz")
    assert read_short_span(selection, [unit]) is None
    selection, unit = _selection("Who is the mayor?", "The mayor is Otto Kranz.", "Otto Kranz", -6.0)
    assert read_short_span(selection, [unit]) is None


def test_money_is_no_length() -> None:
    selection, unit = _selection("How much does the boat cost?", "The boat is 14 metres long.", "14")
    assert read_short_span(selection, [unit]) is None


@pytest.mark.parametrize(
    ("question", "text", "right", "wrong"),
    [
        (
            "How many spores were counted in sample B?",
            "In sample B 3 × 10⁶ spores were counted, in sample A only 8 × 10³.",
            "3 × 10⁶",
            "8 × 10³",
        ),
        (
            "What is the amount of invoice INV-0117?",
            "Invoice INV-0117 is 480 euros and invoice INV-0118 is 1,250 euros.",
            "480",
            "1,250",
        ),
    ],
)
def test_what_belongs_to_another_identifier_is_not_shown(
    question: str, text: str, right: str, wrong: str
) -> None:
    selection, unit = _selection(question, text, wrong)
    assert read_short_span(selection, [unit]) is None
    selection, unit = _selection(question, text, right)
    found = read_short_span(selection, [unit])
    assert found is not None
    assert found.text == right
