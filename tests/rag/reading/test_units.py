from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.reading import quotable_units
from rag.schema import Block, BlockKind, Heading, Passage, RowHeader


def passage(text: str, start: int = 0, document_id: str = "d", title: str = "") -> Passage:
    return Passage(document_id, f"{document_id}.txt", title, 1, start, start + len(text), text, 1.0)


@given(st.text(max_size=400), st.integers(0, 10_000))
def test_a_unit_is_the_text_at_its_place(text: str, start: int) -> None:
    for unit in quotable_units([passage(text, start)]):
        assert text[unit.start - start : unit.end - start] == unit.text
        assert unit.text == unit.text.strip()


def test_table_rows_stay_whole_and_remember_their_header() -> None:
    rows = "Region\tSales 2023\tSales 2024\nNorth Inc. Ltd.\t1,204\t1,399\nSouth\t998\t1,012"
    units = quotable_units([passage(rows)])
    assert [unit.text for unit in units] == rows.split("\n")
    assert all(unit.is_row for unit in units)
    assert units[2].lead == "Region | Sales 2023 | Sales 2024"
    assert units[0].is_heading


def test_a_row_is_read_with_the_names_above_it() -> None:
    rows = "Region\tSales 2023\tSales 2024\nNorth\t1,204\t1,399"
    unit = quotable_units([passage(rows)])[1]
    assert unit.text == "North\t1,204\t1,399"
    assert unit.reading == "Region: North; Sales 2023: 1,204; Sales 2024: 1,399"


def test_a_row_whose_names_stand_in_another_chunk_is_read_with_those_stored() -> None:
    header = RowHeader(("", "2023", "2024"), ("Europe",), "Sales by region", "in millions")
    given = passage("North\t1,204\t1,399\nRest of the text.", 50)
    rows = (Block(50, 67, BlockKind.TABLE_ROW, header=header),)
    row, rest = quotable_units([replace(given, rows=rows)])
    assert row.reading == "Europe > North; 2023: 1,204; 2024: 1,399 (in millions)"
    assert row.lead == "Sales by region | 2023 | 2024"
    assert rest.reading == rest.text == "Rest of the text."


def test_records_of_a_csv_file_are_a_unit_each_however_long_their_lines_are() -> None:
    lines = [
        f"Shop: {name}; Town: Oslo; Manager: A. Berg; Remarks: renovated in part; see the file of {name}"
        for name in ("Alder", "Birch", "Cedar")
    ]
    text = "\n".join(lines)
    starts = [text.index(line) for line in lines]
    rows = tuple(Block(100 + start, 100 + start + 92, BlockKind.TABLE_ROW) for start in starts)
    # the chunk ends inside the last row
    units = quotable_units([replace(passage(text[:-1], 100), rows=rows)])
    assert [unit.text for unit in units] == [*lines[:2], lines[2][:-1]]
    assert all(unit.is_row and unit.lead == "" and unit.reading == unit.text for unit in units)
    assert all(unit.row is not None and unit.row.cells[3].column == "Remarks" for unit in units)
    assert units[0].row is not None
    assert units[0].row.cells[3].text == "renovated in part; see the file of Alder"


def test_text_around_records_is_cut_into_sentences() -> None:
    given = passage("One. Two.\n\na: 1; b: 2\n\nThree here. Four here.")
    rows = (Block(11, 21, BlockKind.TABLE_ROW),)
    units = quotable_units([replace(given, rows=rows)])
    assert [(unit.text, unit.is_row) for unit in units if ":" in unit.text or "here" in unit.text] == [
        ("a: 1; b: 2", True),
        ("Three here.", False),
        ("Four here.", False),
    ]


def test_markdown_rules_are_not_quoted() -> None:
    units = quotable_units([passage("| a | b |\n|---|---|\n| one | two |")])
    assert [unit.text for unit in units] == ["| a | b |", "| one | two |"] or [u.text for u in units] == [
        "| one | two |"
    ]


def test_a_place_in_two_passages_comes_once() -> None:
    text = "First sentence here. Second sentence here."
    whole, part = passage(text), passage(text[21:], 21)
    assert [unit.text for unit in quotable_units([whole, part])] == [text[:20], text[21:]]


def test_a_sentence_knows_the_one_before_it() -> None:
    first, second = quotable_units([passage("Ada was born in London. She wrote notes.")])
    assert (first.lead, second.lead) == ("", "Ada was born in London.")


def test_a_unit_knows_the_headings_above_it_and_each_small_section_its_own() -> None:
    text = "Trails\n\nBlue Ridge\n\n12 km, 480 m of ascent.\n\nMill Creek\n\n7 km, level."
    outline = (
        Heading(90, 96, 1, "Guide"),
        Heading(100, 106, 2, "Trails"),
        Heading(108, 118, 3, "Blue Ridge"),
        Heading(145, 155, 3, "Mill Creek"),
    )
    units = quotable_units([replace(passage(text, 100, title="Guide"), outline=outline)])
    told = {unit.text: unit.headings for unit in units if not unit.is_heading}
    assert told == {
        "12 km, 480 m of ascent.": ("Trails", "Blue Ridge"),
        "7 km, level.": ("Trails", "Mill Creek"),
    }
    assert [unit.text for unit in units if unit.is_heading] == ["Trails", "Blue Ridge", "Mill Creek"]
    assert "Trails > Mill Creek: 7 km, level." in [unit.in_place for unit in units]


def test_cells_know_their_places_and_names() -> None:
    text = "| Town | Mayor | River |\n|---|---|---|\n| Belk | Otto Kranz | |\n| Corin | Lia Bach | Sorn |"
    unit = next(u for u in quotable_units([passage(text, 50)]) if "Otto" in u.text)
    assert unit.row is not None
    for cell in unit.row.cells:
        assert text[cell.start - 50 : cell.end - 50] == cell.text
    assert [(cell.column, cell.text) for cell in unit.row.cells] == [
        ("Town", "Belk"),
        ("Mayor", "Otto Kranz"),
    ]
