"""Values of typed columns: what the quotes bear, and nothing where they do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.typed_values import (
    Piece,
    TypedValue,
    date_value,
    number_value,
    one_of_value,
    pieces_of,
    yes_no_value,
)
from rag.schema import Answer, AnswerSentence, AnswerTable, Citation, Conflict, ShortAnswer, Support, Verdict


def whole(text: str) -> list[Piece]:
    return [Piece(text, 0, len(text), is_whole=True)]


def part(text: str, said: str) -> list[Piece]:
    start = text.index(said)
    return [Piece(text, start, start + len(said))]


@pytest.mark.parametrize(
    ("pieces", "value", "unit"),
    [
        (part("The rent is 1,250 euros, due on the 3rd.", "1,250"), 1250.0, "euros"),
        (part("Sales of $5.7 million in 2021.", "5.7"), 5_700_000.0, "$"),
        (whole("Deposit: €3,750"), 3750.0, "€"),
        (whole("It was EUR 2,388.00 at first."), 2388.0, "EUR"),
        (whole("Signed on 12 May 2019, it costs 500 euros."), 500.0, "euros"),
        (whole("On 5 May 2019 it cost 5 euros."), 5.0, "euros"),
        (whole("The flat has 46 square metres."), 46.0, "square metres"),
        (whole("The lift carries twelve persons."), 12.0, "persons"),
        (whole("The mine gave 1.25 million square metres."), 1_250_000.0, "square metres"),
        (whole("It costs 3 million euros."), 3_000_000.0, "euros"),
    ],
)
def test_the_one_number_is_told_with_its_unit(pieces: list[Piece], value: float, unit: str) -> None:
    question = "How many square metres, or euros?" if unit != "persons" else "How many persons?"
    assert number_value(question, pieces, "", "en") == TypedValue(value, unit)


def test_a_scale_that_is_not_known_stays_with_the_unit() -> None:
    pieces = whole("Der Umsatz beträgt 5,7 Millionen Euro.")
    assert number_value("Wie hoch ist der Umsatz?", pieces, "", "de") == TypedValue(5.7, "Millionen")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How much is it?", "Between 400 and 500 euros."),
        ("How much is it?", "It is to be agreed."),
        ("How much is it?", "The debt is $5 bn."),
        ("How much is it?", "The size is 1e5 bytes."),
        ("How many days' notice?", "Notice is three months."),
        ("How much does it cost?", "It weighs 30 kg."),
    ],
)
def test_there_is_no_number_where_the_quote_tells_none_or_several(question: str, text: str) -> None:
    assert number_value(question, whole(text), "", "en") is None


@pytest.mark.parametrize(
    ("language", "document", "value"),
    [
        ("de", "", 1250.0),
        ("en", "", 1.25),
        ("de", "Once it was 1,250.50 dollars.", None),
        ("en", "Once it was 1.250,50 euros.", None),
    ],
)
def test_a_point_before_three_digits_is_read_as_the_document_writes(
    language: str, document: str, value: float | None
) -> None:
    found = number_value("Betrag?", whole("Der Betrag: 1.250 Euro"), document, language)
    assert (found.value if found else None) == value


@pytest.mark.parametrize(
    ("said", "document", "value"),
    [
        ("The lease begins on March 5, 2024.", "", "2024-03-05"),
        ("Beginn am 1. Februar 2024", "", "2024-02-01"),
        ("合同自2023年6月1日起生效。", "", "2023-06-01"),
        ("since May 2019", "", "2019-05"),
        ("founded in 1998", "", "1998"),
        ("on 3/4/2024", "paid on 25/4/2024", "2024-04-03"),
        ("on 3/4/2024", "paid on 4/25/2024", "2024-03-04"),
        ("on 3/4/2024", "", None),
        ("on 3/4/2024", "25/4/2024 and 4/25/2024", None),
        ("on 5 March", "", None),
        ("from 1 May 2020 to 2 May 2021", "", None),
    ],
)
def test_a_day_is_told_as_far_as_it_is_sure(said: str, document: str, value: str | None) -> None:
    assert date_value(whole(said), document) == (None if value is None else TypedValue(value))


@pytest.mark.parametrize(
    ("question", "text", "language", "value"),
    [
        ("Are pets allowed?", "Pets are not allowed in the flat.", "en", "no"),
        ("Are pets allowed?", "Pets are allowed.", "en", "yes"),
        ("Are pets allowed?", "Pets allowed: no", "en", "no"),
        ("Sind Haustiere erlaubt?", "Haustiere erlaubt: ja", "de", "yes"),
        ("Are pets allowed?", "Pets are forbidden.", "en", None),
        ("Are pets allowed?", "Smoking is not allowed.", "en", None),
        (
            "Is subletting allowed?",
            "Subletting is allowed only with the landlord's written consent.",
            "en",
            None,
        ),
        ("Sind Haustiere erlaubt?", "Haustiere sind nicht erlaubt.", "de", None),
    ],
)
def test_yes_and_no_need_the_words_of_the_question(
    question: str, text: str, language: str, value: str | None
) -> None:
    assert yes_no_value(question, whole(text), "", language) == (None if value is None else TypedValue(value))


def test_what_a_model_wrote_says_yes_or_no() -> None:
    pieces = whole("Dogs and cats are kept at the tenant's risk.")
    assert yes_no_value("Are pets allowed?", pieces, "Yes, at the tenant's risk.", "en") == TypedValue("yes")


@pytest.mark.parametrize(
    ("pieces", "language", "value"),
    [
        (whole("The flat is heated by district heating."), "en", "district heating"),
        (whole("Heizung: Gas"), "de", "gas"),
        (whole("There is no gas in the flat."), "en", None),
        (whole("Die Wohnung wird nicht mit Gas beheizt."), "de", None),
        (part("Heating is by gas, not by a heat pump.", "by gas"), "en", "gas"),
        (whole("Heating is by gas and a heat pump."), "en", None),
        (whole("The gasket was renewed."), "en", None),
    ],
)
def test_a_choice_is_what_the_quote_says_alone(pieces: list[Piece], language: str, value: str | None) -> None:
    choices = ["gas", "heating", "district heating", "heat pump"]
    if value == "gas" or value is None:
        choices.remove("heating")
    assert one_of_value(choices, pieces, language) == (None if value is None else TypedValue(value))


QUOTE = "The rent is 900 euros."
ANSWER = Answer(
    question="How much is the rent?",
    text=QUOTE,
    sentences=(AnswerSentence(QUOTE, (1,)),),
    citations=(Citation(1, "d", "d.txt", 1, 100, 100 + len(QUOTE), QUOTE),),
    abstained=False,
    confidence=0.9,
    verdict=Verdict.STATED,
)


def test_values_are_read_from_the_short_answer_then_lit_cells_then_quotes() -> None:
    short = replace(ANSWER, short_answer=ShortAnswer("900 euros", "d", 112, 121, 1))
    assert [piece.said for piece in pieces_of(short)] == ["900 euros"]
    table = AnswerTable(("flat", "rent"), (("A", "900"),), ((0, 1),), ((1, 1),))
    assert [piece.said for piece in pieces_of(replace(ANSWER, table=table))] == ["900"]
    assert [(piece.said, piece.is_whole) for piece in pieces_of(ANSWER)] == [(QUOTE, True)]


@pytest.mark.parametrize(
    "changed",
    [
        {"abstained": True},
        {"verdict": Verdict.NEAR},
        {"conflicts": (Conflict(("900", "950"), (1, 1)),)},
        {"sentences": (AnswerSentence(QUOTE, (1,), Support.UNSUPPORTED),)},
    ],
)
def test_nothing_is_read_from_what_is_not_sure(changed: dict[str, object]) -> None:
    assert pieces_of(replace(ANSWER, **changed)) == []
