"""A question of the whole is answered by the row that sums up the parts, seen from its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answering.totals import with_totals
from rag.reading import Unit, quotable_units, read_question
from rag.schema import Passage

_HARVEST = (
    ("Harvest of apples in tonnes", "2019", "2020"),
    ("Upper valley", "120", "90"),
    ("Lower valley", "310", "(20)"),
    ("Coast", "—", "45"),
    ("Estate", "430", "115"),
)


def _rows(table: Sequence[Sequence[str]]) -> list[Unit]:
    text = "\n".join("\t".join(cells) for cells in table)
    units = quotable_units([Passage("d", "orchard.txt", "", 1, 0, len(text), text, 1.0)])
    return [unit for unit in units if unit.row is not None and not unit.row.is_header]


def _told(question: str, label: str, table: Sequence[Sequence[str]] = _HARVEST) -> list[str]:
    rows = _rows(table)
    told = [unit for unit in rows if unit.text.startswith(label)]
    return [unit.text.split("\t")[0] for unit in with_totals(read_question(question), told, rows)]


@pytest.fixture(autouse=True)
def _the_table_is_read() -> None:
    assert [unit.text.split("\t")[0] for unit in _rows(_HARVEST)] == [row[0] for row in _HARVEST[1:]]


def test_a_part_that_is_not_asked_for_gives_way_to_the_whole() -> None:
    assert _told("How much was the harvest of apples in tonnes in 2019?", "Lower valley") == ["Estate"]


def test_a_part_that_is_asked_for_stays() -> None:
    assert _told("How much was the harvest of the lower valley in 2019?", "Lower valley") == ["Lower valley"]


def test_another_word_for_a_part_keeps_the_part() -> None:
    assert _told("How much was the harvest by the sea in 2019?", "Coast") == ["Coast"]
    assert _told("How much was the seaside harvest in 2019?", "Coast") == ["Coast"]


def test_the_parts_stay_where_one_of_them_is_wanted() -> None:
    assert _told("What was the largest harvest of apples in 2019?", "Lower valley") == ["Lower valley"]


def test_a_last_row_that_is_no_sum_is_one_more_part() -> None:
    table = (*_HARVEST[:-1], ("Hill", "431", "300"))
    assert _told("How much was the harvest of apples in 2019?", "Lower valley", table) == ["Lower valley"]
