"""Files of columns: lines, JSON lines, CSV; and what is wrong with one."""

import pytest

from rag.errors import UsageError
from rag.grid import AskedColumn, ColumnType, read_columns

HEAT = AskedColumn("heat", "What heats it?", ColumnType.ONE_OF, ("gas", "oil"))


def test_lines_are_columns_called_as_they_ask() -> None:
    assert read_columns("\ufeffWho?\r\n\r\n  When?  \n", "mine") == [
        AskedColumn("Who?", "Who?"),
        AskedColumn("When?", "When?"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"column": "heat", "question": "What heats it?", "type": "one_of", "choices": ["gas", "oil"]}',
        "Question;Column;Choices\nWhat heats it?;heat;gas|oil|gas\n",
        "type,question,column,choices\none_of,What heats it?,heat,gas | oil\n",
    ],
)
def test_json_lines_and_csv_say_the_same(text: str) -> None:
    assert read_columns(text, "mine") == [HEAT]


def test_a_question_in_csv_may_have_commas_and_lines() -> None:
    (column,) = read_columns('column,question\nfee,"What is the fee,\nin euros?"\n', "mine")
    assert column.question == "What is the fee,\nin euros?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n", "holds no question"),
        ('{"column": "a"}', "line 1: there is no `question`"),
        ("column,question\na,\n", "line 2: there is no `question`"),
        ("Who?\n{not json}", "line 2: not a JSON object"),
        ("Who?\nWho?", "the column 'Who\\?' twice"),
        ('{"question": "Who?", "type": "colour"}', "no type 'colour': choose one of text, number"),
        ('{"question": "Who?", "type": "one_of", "choices": "gas"}', "two `choices` or more"),
        ('{"question": "Who?", "choices": 5}', "`choices` is a list, not 5"),
        ("column,question\na," + "x" * 200_000, "cannot be read as CSV"),
        ("x" * 10_001, "10,000 characters"),
        ('{"question": "Who?", "column": "\\ud800"}', "line 1: it holds half a character"),
        ("\n".join(f"Who is {i}?" for i in range(201)), "200 at most"),
    ],
)
def test_what_is_wrong_is_told(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_columns(text, "mine")
