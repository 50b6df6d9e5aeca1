"""Rows are told by the cells that are asked for, sentences under the headings that they need."""

from __future__ import annotations

from dataclasses import replace

from rag.answering.telling import lit_cells, table_of, told_unit
from rag.reading import Unit, quotable_units, read_question
from rag.schema import Heading, Passage

_TABLE = (
    "Duty\tWeek 1\tWeek 2\tWeek 3\nBoiler\tInes\tPaul\tTarek\nYard\tTarek\tInes\tPaul\n"
    "Stairs\tPaul\tTarek\tInes\n17\tInes\tInes\tPaul"
)


def _units(text: str, title: str = "", outline: tuple[Heading, ...] = ()) -> list[Unit]:
    passage = Passage("d", "d.txt", title, 1, 0, len(text), text, 1.0)
    return quotable_units([replace(passage, outline=outline)])


def _row(first: str) -> Unit:
    return next(unit for unit in _units(_TABLE) if unit.text.startswith(first))


def test_a_row_is_told_by_its_label_and_the_cell_in_the_column_asked_for() -> None:
    question = read_question("Who does the boiler in week 3?")
    unit = _row("Boiler")
    assert told_unit(question, unit) == "Boiler – Week 3: Tarek"
    assert unit.row is not None
    assert [unit.row.cells[i].text for i in lit_cells(question, unit.row)] == ["Tarek"]


def test_the_cell_of_the_short_answer_is_told_whatever_the_words_say() -> None:
    unit = _row("Yard")
    start = _TABLE.index("Ines", _TABLE.index("Yard"))
    assert told_unit(read_question("Whose turn is it?"), unit, (start, start + 4)) == "Yard – Week 2: Ines"


def test_a_row_is_told_whole_where_nothing_tells_its_cells_apart() -> None:
    told = told_unit(read_question("Who cares for the stairs?"), _row("Stairs"))
    assert told == "Stairs – Week 1: Paul; Week 2: Tarek; Week 3: Ines"
    told = told_unit(read_question("Who cares for the stairs?"), _row("17"))
    assert told == "Duty: 17; Week 1: Ines; Week 2: Ines; Week 3: Paul"


def test_a_person_is_not_told_by_a_cell_without_a_name() -> None:
    table = "Hazard\tHazard level\tOwner\nHigh water\tlow\tPetra Wynd\nLate beam\tmedium\tJory Madd"
    unit = next(unit for unit in _units(table) if unit.text.startswith("High"))
    told = told_unit(read_question("Who looks after the hazard of high water?"), unit)
    assert told == "High water – Hazard level: low; Owner: Petra Wynd"
    assert told_unit(read_question("How great is the hazard level of high water?"), unit).endswith(
        "level: low"
    )


def test_the_table_of_an_answer_has_a_citation_for_each_cell_and_the_answer_lit() -> None:
    question = read_question("Who does the boiler in week 3?")
    unit = _row("Boiler")
    table = table_of(question, [unit], {unit: 4}, {})
    assert table is not None
    assert table.columns == ("Duty", "Week 1", "Week 2", "Week 3")
    assert table.rows == (("Boiler", "Ines", "Paul", "Tarek"),)
    assert table.lit == ((0, 3),)
    assert table.citations == ((4, 4, 4, 4),)


def test_prose_has_no_table() -> None:
    question = read_question("Who came?")
    assert table_of(question, _units("Ada came. Bo left."), {}, {}) is None


def test_a_short_sentence_is_told_under_its_headings_and_a_long_one_only_where_it_needs_them() -> None:
    text = (
        "Blue Ridge\n\n12 km, 480 m of ascent.\n\n"
        "The path was laid by the forestry office in the summer of 1974 and mended twice since then."
    )
    outline = (Heading(0, 10, 2, "Blue Ridge"),)
    short, long = (unit for unit in _units(text, outline=outline) if not unit.is_heading)
    length = read_question("How long is the Blue Ridge?")
    assert told_unit(length, short) == "Blue Ridge: 12 km, 480 m of ascent."
    office = read_question("Which office laid the path in 1974?")
    assert told_unit(office, long) == long.text
    assert told_unit(read_question("Who laid the Blue Ridge path?"), long).startswith("Blue Ridge: The path")


def test_a_heading_that_asks_is_followed_by_its_answer() -> None:
    text = "Can I pay by card?\n\nYes, from 10 euros upwards."
    unit = next(
        u for u in _units(text, outline=(Heading(0, 18, 2, "Can I pay by card?"),)) if not u.is_heading
    )
    told = told_unit(read_question("Do you take cards?"), unit)
    assert told == "Can I pay by card? Yes, from 10 euros upwards."
