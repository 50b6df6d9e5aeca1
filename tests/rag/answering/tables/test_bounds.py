"""What is read of a table stays bounded, and what is no number, day or time is taken for none."""

from __future__ import annotations

import math
import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rag.answering.tables.choices import Said, choices_of
from rag.answering.tables.chooser import Chooser
from rag.answering.tables.columns import Holds, column_of, number_of
from rag.answering.tables.moments import day_of, duration_of, time_of
from rag.answering.tables.request import read_request
from rag.answering.tables.table_records import Collection, Field, Record, collections_of
from rag.reading import Unit
from rag.text import words


def alike(a: str, b: str) -> bool:
    """What `Said` says of two words, written down plainly."""
    size = max(4, min(len(a), len(b)) - 2)
    return a == b or (len(a) >= size and a[:size] == b[:size])


def test_words_of_a_question_are_found_as_when_each_is_compared_with_each() -> None:
    generator = random.Random(1)
    for _ in range(300):
        asked = ["".join(generator.choices("ab", k=generator.randint(1, 9))) for _ in range(6)]
        said = Said(" ".join(asked))
        own = words(" ".join(asked))
        for _ in range(30):
            word = "".join(generator.choices("ab", k=generator.randint(1, 9)))
            assert said.has(word) == any(alike(word, other) for other in own), (word, asked)


def unit(text: str, headings: tuple[str, ...]) -> Unit:
    return Unit(0, 0, "d", 0, len(text), text, headings=headings)


@pytest.mark.parametrize(("columns", "count"), [(100, 1), (101, 0)])
def test_a_table_of_more_columns_than_anybody_reads_is_none(columns: int, count: int) -> None:
    units = [unit(f"name {i}: {i}", ("List", f"Part {part}")) for part in range(2) for i in range(columns)]
    found = collections_of(units)
    assert len([one for one in found if one.label_name == ""]) == count


def test_the_chooser_is_asked_about_no_more_choices_than_it_can_weigh() -> None:
    cells = Unit(0, 0, "", 0, 0, "")
    names = [f"c{number}" for number in range(90)]
    records = tuple(
        Record(f"r{row}", tuple(Field(name, f"w{row}", cells) for name in names), cells) for row in range(8)
    )
    collection = Collection(records, "c0")
    assert len(choices_of("What?", collection)) > 1_000

    def never(*_: object) -> Any:
        raise AssertionError("was asked")

    assert read_request(cast("Chooser", SimpleNamespace(logits=never)), "What?", collection) is None


@pytest.mark.parametrize("value", ["1e999", "3E5", "1e-9", "9**9", "NaN", "inf", "9" * 5_000, "", "-"])
def test_what_is_no_number_is_none(value: str) -> None:
    assert number_of(value) is None
    assert column_of("c", [value] * 5).holds is not Holds.NUMBERS


@pytest.mark.parametrize("value", ["99999-99-99", "0000-00-00", "2024-13-01", "31/31/2024", "1-1-1-1-1"])
def test_what_is_no_day_is_none(value: str) -> None:
    assert day_of(value) is None


@pytest.mark.parametrize("value", ["9" * 400 + " h", "9" * 400 + " min", "1" * 10_000, "99:99", " " * 9_999])
def test_what_is_no_time_is_none(value: str) -> None:
    assert time_of(value) is None
    duration = duration_of(value)
    assert duration is None or math.isfinite(duration)
