"""What a question may want of a table, and how it is laid out for the reader."""

from __future__ import annotations

from rag.answering.tables.choices import Choice, Operation, Relation, choices_of
from rag.answering.tables.table_records import Collection, Field, Record
from rag.reading import Unit

COLUMNS = ["Paint", "Price (EUR)", "Stock", "Delivered"]
ROWS = [
    ["Linen Cream", "18.50", "sold out", "3 May 2024"],
    ["Dusk Harbour", "24.00", "in stock", "12 May 2024"],
    ["Copper Lane", "9.90", "in stock", ""],
]


def table(columns: list[str], rows: list[list[str]]) -> Collection:
    unit = Unit(0, 0, "", 0, 0, "")
    records = tuple(
        Record(row[0], tuple(Field(n, v, unit) for n, v in zip(columns, row, strict=True)), unit)
        for row in rows
    )
    return Collection(records, columns[0])


def texts(question: str, columns: list[str], rows: list[list[str]]) -> list[str]:
    return [choice.text for choice in choices_of(question, table(columns, rows))]


def chosen(question: str, text: str) -> tuple[Choice, Collection]:
    held = table(COLUMNS, ROWS)
    return next(choice for choice in choices_of(question, held) if choice.text == text), held


def test_operations_follow_what_columns_hold() -> None:
    told = texts("?", COLUMNS, ROWS)
    assert {"list Paint", "count Paint", "largest Price (EUR)", "sum of Price (EUR)"} <= set(told)
    assert {"latest Delivered", "earliest Delivered"} <= set(told)
    assert not any(text.startswith(("largest Stock", "sum of Delivered", "tell Paint")) for text in told)


def test_few_values_are_all_offered_and_of_many_those_that_are_named() -> None:
    assert {"Stock: sold out", "Stock: not in stock"} <= set(texts("?", COLUMNS, ROWS))
    many = [
        [f"Person {i}", name]
        for i, name in enumerate(["Anna", "Bo", "Cleo", "Dora", "Eva", "Finn", "Gus", "Hal", "Ida"])
    ]
    told = texts("What did Doras team win?", ["No.", "Coach"], many)
    assert "Coach: Dora" in told
    assert "Coach: Anna" not in told


def test_cells_that_list_things_offer_each() -> None:
    rows = [["Anna", "Mon, Wed"], ["Bo", "Wed, Fri"], ["Cleo", "Mon"]]
    told = texts("who is here on Wednesday", ["Name", "Days"], rows)
    assert {"Days: Mon", "Days: Wed", "Days: Fri"} <= set(told)
    rows = [["A", "1,200"], ["B", "1,300"]]
    assert "Miles: 200" not in texts("200 miles", ["Van", "Miles"], rows)


def test_literals_bound_the_columns_that_they_can() -> None:
    told = texts("delivered after 5 May under 20 euros", COLUMNS, ROWS)
    assert {"Price (EUR) under 20", "Delivered after 5 May"} <= set(told)
    assert "Delivered after 20" not in told
    assert "Price (EUR) under 5 May" not in told


def test_a_column_with_zeros_can_be_above_nothing() -> None:
    rows = [["Chess", "0"], ["Judo", "4"]]
    assert "Places left over 0" in texts("any left?", ["Club", "Places left"], rows)
    assert "Price (EUR) over 0" not in texts("any left?", COLUMNS, ROWS)


def test_conditions_hold_of_records() -> None:
    for question, text, expected in [
        ("?", "Stock: sold out", [True, False, False]),
        ("?", "Stock: not sold out", [False, True, True]),
        ("?", "Delivered: empty", [False, False, True]),
        ("?", "Delivered: filled", [True, True, False]),
        ("under 20", "Price (EUR) under 20", [True, False, True]),
        ("at least 18.50", "Price (EUR) at least 18.50", [True, True, False]),
        ("after 3 May", "Delivered after 3 May", [False, True, False]),
        ("since 3 May", "Delivered from 3 May", [True, True, False]),
        ("in May 2024", "Delivered in May 2024", [True, True, False]),
    ]:
        choice, held = chosen(question, text)
        assert [choice.holds(r, held.columns[choice.column]) for r in held.records] == expected, text


def test_an_operation_and_a_condition_say_what_they_are() -> None:
    choice, _ = chosen("?", "smallest Price (EUR)")
    assert (choice.operation, choice.column, choice.relation) == (Operation.SMALLEST, "Price (EUR)", None)
    choice, _ = chosen("?", "Stock: not sold out")
    assert (choice.relation, choice.value) == (Relation.NOT, "sold out")
