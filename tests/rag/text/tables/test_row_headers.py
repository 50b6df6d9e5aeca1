from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rag.text.tables import TableCell, row_context, row_headers, row_statement

Row = Sequence[TableCell | str]

INCOME: list[Row] = [
    ["CONSOLIDATED STATEMENTS OF INCOME"],
    ["(In millions)"],
    ["", "Years ended", "", ""],
    ["", "2022", "2021", "2020"],
    ["Revenue", "17,606", "15,785", "12,868"],
    ["Operating expenses:"],
    ["Research", "2,987", "2,540", "2,188"],
    ["Total operating expenses", "9,343", "8,118", "6,909"],
    ["Operating income", "6,098", "5,802", "—"],
]


def statements(rows: Sequence[Row], **known: object) -> list[str]:
    headers = row_headers(rows, **known)  # type: ignore[arg-type]
    texts = ["\t".join(cell if isinstance(cell, str) else cell.text for cell in row) for row in rows]
    return [row_statement(text, header) for text, header in zip(texts, headers, strict=True)]


def test_a_statement_of_income() -> None:
    headers = row_headers(INCOME)
    assert [header.is_header for header in headers] == [True] * 4 + [False] * 5
    assert headers[4].columns == ("", "Years ended > 2022", "Years ended > 2021", "Years ended > 2020")
    assert {header.unit for header in headers} == {"In millions"}
    assert {header.caption for header in headers} == {"CONSOLIDATED STATEMENTS OF INCOME"}
    assert [header.sections for header in headers[4:]] == [
        (),
        (),
        ("Operating expenses",),
        ("Operating expenses",),
        (),
    ]


def test_a_row_makes_sense_alone() -> None:
    assert statements(INCOME)[6] == (
        "2022 > Operating expenses > Research: 2,987; 2021 > Operating expenses > Research: 2,540; "
        "2020 > Operating expenses > Research: 2,188 (Years ended, In millions)"
    )


def test_what_stands_above_a_row() -> None:
    assert row_context(row_headers(INCOME)[6]).split("\n") == [
        "CONSOLIDATED STATEMENTS OF INCOME",
        "In millions",
        "Years ended",
        "2022 | 2021 | 2020",
        "Operating expenses",
    ]


def test_cells_over_several_columns_and_rows() -> None:
    rows: list[Row] = [
        [TableCell("Region", rows=2), TableCell("Sales", columns=2), TableCell("Cost", columns=2)],
        ["2021", "2022", "2021", "2022"],
        [TableCell("Europe", rows=2), "10", "11", "3", "4"],
        ["12", "13", "5", "6"],
    ]
    headers = row_headers(rows, header_rows=2)
    paths = ("Sales > 2021", "Sales > 2022", "Cost > 2021", "Cost > 2022")
    assert headers[2].columns == ("Region", *paths)
    assert headers[3].columns == paths
    assert headers[3].sections == ("Europe",)
    assert statements(rows, header_rows=2)[3].startswith(
        "Sales > 2021 > Europe: 12; Sales > 2022 > Europe: 13"
    )


def test_marked_names_need_no_numbers_below() -> None:
    rows: list[Row] = [
        [TableCell("Name", is_header=True), TableCell("Office", is_header=True)],
        ["Ada Lovelace", "Chair"],
    ]
    assert statements(rows)[1] == "Name: Ada Lovelace; Office: Chair"


def test_names_again_in_the_middle_take_the_place_of_the_first() -> None:
    rows: list[Row] = [["", "2022"], ["Sales", "1.5"], ["", "2019"], ["Sales", "0.5"]]
    assert statements(rows)[3] == "2019 > Sales: 0.5"


def test_a_table_without_names_stays_as_it_is() -> None:
    rows: list[Row] = [["Sales", "1,5", "2,5"], ["Cost", "1,0", "2,0"]]
    headers = row_headers(rows)
    assert not any(header.is_header or any(header.columns) for header in headers)
    assert statements(rows) == ["Sales: 1,5; 2,5", "Cost: 1,0; 2,0"]


CELLS = st.builds(
    TableCell,
    st.sampled_from(["", "2022", "1,204", "Sales", "Total", "Cost:", "—", "(in millions)", "x" * 130]),
    st.integers(1, 3),
    st.integers(1, 3),
    st.booleans(),
)


@given(st.lists(st.lists(CELLS, max_size=5), max_size=8), st.none() | st.integers(0, 3))
def test_every_table_gets_a_header_for_each_cell_and_loses_none(
    rows: list[list[TableCell]], known: int | None
) -> None:
    known = None if known is None else min(known, len(rows))
    headers = row_headers(rows, header_rows=known)
    assert [len(header.columns) for header in headers] == [len(row) for row in rows]
    for row, header in zip(rows, headers, strict=True):
        statement = row_statement("\t".join(cell.text for cell in row), header)
        assert all(cell.text in statement for cell in row)


def test_a_form_is_read_as_labels_and_values() -> None:
    rows: list[Row] = [["Project", "Pier"], ["Manager", "Aoife"], ["Budget", "780000"], ["Start", "May 2024"]]
    assert statements(rows) == ["Project: Pier", "Manager: Aoife", "Budget: 780000", "Start: May 2024"]
    pairs: list[Row] = [["Insured", "Dora Low", "Year", "2019"], ["Make", "Volta", "VIN", "WB10"]]
    assert statements(pairs) == ["Insured: Dora Low; Year: 2019", "Make: Volta; VIN: WB10"]


def test_names_above_numbers_make_no_form() -> None:
    rows: list[Row] = [["Town", "Inhabitants"], ["Ghent", "265,000"], ["Namur", "111,000"]]
    assert statements(rows)[1] == "Inhabitants > Ghent: 265,000"
    spanned: list[Row] = [["", "2022"], ["Costs", "9 %"], ["Fees", "4"], ["Total", "about 20 %"]]
    assert statements(spanned)[1] == "2022 > Costs: 9 %"


def test_names_of_words_and_a_first_row_that_is_one_of_a_series() -> None:
    words: list[Row] = [["Task", "Week 1", "Week 2"], ["Boiler", "Ines", "Paul"], ["Yard", "Tarek", "Ines"]]
    assert statements(words)[1] == "Task: Boiler; Week 1: Ines; Week 2: Paul"
    series: list[Row] = [["K1", "front door"], ["K2", "mailbox"], ["K3", "cellar"]]
    assert statements(series) == ["K1: front door", "K2: mailbox", "K3: cellar"]
    numbered: list[Row] = [["", "2022", "2021"], ["Item 1", "5", "6"], ["Item 2", "7", "8"]]
    assert statements(numbered)[1] == "2022 > Item 1: 5; 2021 > Item 1: 6"


def test_marks_say_yes_and_no() -> None:
    rows: list[Row] = [["Feature", "Basic", "Plus"], ["Sign-on", "✗", "✓"], ["Log", "", "x"]]
    assert statements(rows)[1:] == [
        "Basic > Sign-on: ✗ (no); Plus > Sign-on: ✓ (yes)",
        "Basic > Log: no (empty); Plus > Log: x (yes)",
    ]
    assert statements([["☒", "Winter tyres"], ["☐", "Roof box"]]) == [
        "Winter tyres: ☒ (yes)",
        "Roof box: ☐ (no)",
    ]


def test_names_above_all_columns_but_the_first_need_no_number_below() -> None:
    rows: list[Row] = [
        ["", "Basic", "Extra"],
        ["Help", "by letter", "by telephone"],
        ["Depth", "up to 18 m", "up to 32 m"],
        ["Colour", "grey", "blue"],
    ]
    assert [header.is_header for header in row_headers(rows)] == [True, False, False, False]
    assert statements(rows)[1] == "Basic > Help: by letter; Extra > Help: by telephone"


def test_a_second_row_of_names_that_are_alike_stays_one() -> None:
    rows: list[Row] = [
        ["", "Plan", "Actual"],
        ["Item", "EUR", "EUR"],
        ["Rope", "120", "90"],
        ["Paint", "40", "44"],
    ]
    assert [header.is_header for header in row_headers(rows)] == [True, True, False, False]


def test_a_column_of_few_kinds_makes_no_form() -> None:
    rows: list[Row] = [
        ["Risk", "Likelihood", "Owner", "What is done"],
        ["Second beam late", "medium", "Bea Nkem", "Weekly visit"],
        ["Nest on the bank", "low", "Petra Wynd", "No light at night"],
        ["High water in May", "medium", "Jory Madd", "Pad raised by 60 cm"],
    ]
    assert statements(rows)[2].endswith("Likelihood: low; Owner: Petra Wynd; What is done: No light at night")
    form: list[Row] = [
        ["Insured", "Dora Nilsen", "Year", "2019"],
        ["Town", "Belk", "Premium", "410"],
        ["Agent", "Otto Kranz", "Excess", "80"],
    ]
    assert "Town: Belk" in statements(form)[1]
