"""From the reader's logits to a request."""

from __future__ import annotations

import pytest

from rag.answering.tables.choices import Operation, choices_of
from rag.answering.tables.request import Request, leaves_out, request_of
from rag.answering.tables.table_records import Collection, Field, Record
from rag.reading import Unit

COLUMNS = ["Tool", "Place", "Holder", "Worth"]
ROWS = [
    ["Saw", "shed", "", "40"],
    ["Drill", "shed", "Marta", "120"],
    ["Ladder", "loft", "Jon", "85"],
    ["Sander", "loft", "", "60"],
]


def table() -> Collection:
    unit = Unit(0, 0, "", 0, 0, "")
    fields = [tuple(Field(n, v, unit) for n, v in zip(COLUMNS, row, strict=True)) for row in ROWS]
    records = tuple(Record(row[0], held, unit) for row, held in zip(ROWS, fields, strict=True))
    return Collection(records, "Tool")


def request(taken: dict[str, float], question: str = "over 50") -> Request | None:
    """What comes of these choices with their logits, all others at -6."""
    held = table()
    choices = choices_of(question, held)
    assert set(taken) <= {choice.text for choice in choices}
    return request_of(choices, [taken.get(choice.text, -6.0) for choice in choices], held)


def labels(taken: dict[str, float]) -> list[str]:
    found = request(taken)
    assert found is not None
    return [record.label for record in found.records]


def test_the_likeliest_operation_is_done() -> None:
    found = request({"list Tool": 1.0, "count Tool": 3.0})
    assert found is not None
    assert found.operation is Operation.COUNT
    assert request({"Place: shed": 5.0}) is None


def test_conditions_select_records() -> None:
    assert labels({"list Tool": 4.0, "Place: shed": 4.0}) == ["Saw", "Drill"]
    assert labels({"list Tool": 4.0, "Holder: empty": 4.0}) == ["Saw", "Sander"]
    assert labels({"list Tool": 4.0, "Worth over 50": 4.0, "Place: loft": 4.0}) == ["Ladder", "Sander"]
    assert labels({"list Tool": 4.0, "Holder: Marta": 4.0, "Holder: Jon": 4.0}) == ["Drill", "Ladder"]


@pytest.mark.parametrize(
    ("likelier", "other", "expected"),
    [
        ("Place: shed", "Place: not shed", ["Saw", "Drill"]),
        ("Place: not shed", "Place: shed", ["Ladder", "Sander"]),
        ("Holder: filled", "Holder: empty", ["Drill", "Ladder"]),
        ("Worth over 50", "Worth under 50", ["Drill", "Ladder", "Sander"]),
    ],
)
def test_of_two_that_exclude_each_other_the_likelier_counts(
    likelier: str, other: str, expected: list[str]
) -> None:
    assert labels({"list Tool": 4.0, likelier: 3.0, other: 2.0}) == expected


def test_sureness_is_that_of_all_decisions() -> None:
    sure = request({"list Tool": 6.0, "Place: shed": 6.0})
    less = request({"list Tool": 6.0, "Place: shed": 0.5})
    torn = request({"list Tool": 6.0, "Place: shed": 6.0, "Place: loft": -0.2})
    told = request({"list Tool": 6.0, "Place: shed": 6.0, "tell Worth": 0.1})
    assert sure
    assert less
    assert torn
    assert told
    assert sure.sureness > 0.9
    assert less.sureness < 0.7
    assert torn.sureness < 0.7
    assert told.sureness == pytest.approx(sure.sureness)
    assert told.shown == ("Worth",)


@pytest.mark.parametrize(
    ("question", "taken", "left_out"),
    [
        ("Which tools are in the shed?", ["list Tool"], True),
        ("Which tools are in the shed?", ["list Tool", "Place: shed"], False),
        ("Which tools are worth over 50?", ["list Tool"], True),
        ("What are all four tools worth together?", ["sum of Worth"], False),
        ("What are all five tools worth together?", ["sum of Worth"], True),
        ("Which tool is worth exactly forty?", ["list Tool", "Worth: 40"], False),
    ],
)
def test_what_a_question_names_is_not_left_out(question: str, taken: list[str], left_out: bool) -> None:
    held = table()
    choices = choices_of(question, held)
    found = request_of(choices, [4.0 if choice.text in taken else -6.0 for choice in choices], held)
    assert found is not None
    assert leaves_out(question, found, choices, held) is left_out
