"""Tables drawn on PDF pages: columns by where they stand, and the names above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingest.loaders.pdf.loader import document_tables
from tests.fakes import row_statements as statements

RIGHT = (330, 420, 510)


def statement_page(canvas: Any) -> None:
    canvas.setFont("Helvetica", 10)
    canvas.drawCentredString(390, 700, "Years ended")
    for x, year in zip(RIGHT, ("2022", "2021", "2020"), strict=True):
        canvas.drawCentredString(x - 18, 688, "December 31,")
        canvas.drawCentredString(x - 18, 676, year)
    rows: Sequence[tuple[str, Sequence[str]]] = (
        ("Revenue", ("17,606", "15,785", "12,868")),
        ("Operating expenses:", ()),
        ("    Research and development", ("2,987", "2,540", "2,188")),
        ("    Other", ("(35)", "—", "507")),
        ("Operating income", ("6,098", "5,802", "4,237")),
    )
    for i, (label, values) in enumerate(rows):
        y = 660 - 14 * i
        canvas.drawString(72 + 10 * (len(label) - len(label.lstrip())) / 4, y, label.strip())
        if i == 0 or i == 4:
            for x in RIGHT:
                canvas.drawString(x - 45, y, "$")
        for x, value in zip(RIGHT, values, strict=False):
            canvas.drawRightString(x, y, value)


def test_a_financial_statement(pdf, load_pdf) -> None:
    found = statements(load_pdf(pdf(statement_page)))
    years = [f"December 31, {year}" for year in (2022, 2021, 2020)]
    assert found[0] == (
        f"{years[0]} > Revenue: $17,606; {years[1]} > Revenue: $15,785; "
        f"{years[2]} > Revenue: $12,868 (Years ended)"
    )
    assert found[2].startswith(f"{years[0]} > Operating expenses > Research and development: 2,987; ")
    assert f"{years[1]} > Operating expenses > Other: —; " in found[3]
    assert found[4].startswith(f"{years[0]} > Operating income: $6,098; ")


def test_a_value_that_is_missing_does_not_move_the_others(pdf, load_pdf) -> None:
    def page(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        for y, cells in (
            (700, ("", "2022", "2021", "2020")),
            (686, ("Sales", "1,000", "2,000", "3,000")),
            (672, ("Grants", "", "", "50")),
            (658, ("Costs", "400", "", "600")),
        ):
            for x, cell in zip((110, *RIGHT), cells, strict=True):
                canvas.drawRightString(x, y, cell)

    found = statements(load_pdf(pdf(page)))
    assert found[1:] == ["2020 > Grants: 50", "2022 > Costs: 400; 2020 > Costs: 600"]


def test_prose_has_no_header(pdf, load_pdf, lines) -> None:
    text = ["These are lines of a paragraph that fill the page from one side to the other."] * 6
    assert not any(block.header for block in load_pdf(pdf(lines(*text))).blocks)


def test_the_grid_of_a_table(pdf) -> None:
    grid = next(iter(document_tables(pdf(statement_page))))
    assert [(cell.text, cell.column, cell.columns) for cell in grid[0]] == [("Years ended", 1, 3)]
    assert [cell.text for cell in grid[-1]] == ["Operating income", "$6,098", "$5,802", "$4,237"]
    assert [cell.column for cell in grid[-1]] == [0, 1, 2, 3]


def rows_page(*rows: Sequence[str], x: int = 0, above: str = "", below: str = "") -> Any:
    """A page with rows from its top on, moved by `x` points, and a line above and below them."""

    def page(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        if above:
            canvas.drawString(72, 714, above)
        for i, (label, *values) in enumerate(rows):
            canvas.drawString(72 + x, 700 - 14 * i, label)
            for right, value in zip(RIGHT, values, strict=False):
                canvas.drawRightString(right + x, 700 - 14 * i, value)
        if below:
            canvas.drawString(72, 700 - 14 * len(rows) - 20, below)

    return page


NAMED = (
    ("", "2022", "2021", "2020"),
    ("Sales", "1,000", "2,000", "3,000"),
    ("Costs:", "", "", ""),
    ("Wages", "400", "410", "600"),
)
GOING_ON = (("Rent", "50", "51", "52"), ("Heating", "7", "8", "9"))


def test_rows_on_the_next_page_stand_under_the_names_of_the_page_before(pdf, load_pdf) -> None:
    first = rows_page(*NAMED)
    for page in (
        rows_page(*GOING_ON),
        rows_page(*GOING_ON, x=-20),
        rows_page(*GOING_ON, above="Table 2 (continued)"),
    ):
        found = statements(load_pdf(pdf(first, page)))
        assert found[-2] == "2022 > Costs > Rent: 50; 2021 > Costs > Rent: 51; 2020 > Costs > Rent: 52"
        assert found[-1].startswith("2022 > Costs > Heating: 7; ")


def test_names_reach_over_several_pages(pdf, load_pdf) -> None:
    later = [rows_page(("Rent", f"{n}0", "51", "52"), (f"Heating {n}", "7", "8", "9")) for n in (1, 2)]
    found = statements(load_pdf(pdf(rows_page(*NAMED), *later)))
    assert (
        found[-1] == "2022 > Costs > Heating 2: 7; 2021 > Costs > Heating 2: 8; 2020 > Costs > Heating 2: 9"
    )


def test_another_table_on_the_next_page_keeps_to_itself(pdf, load_pdf) -> None:
    own = ("", "Berlin", "Paris", "Rome")
    for pages in (
        (rows_page(*NAMED), rows_page(own, *GOING_ON)),
        (rows_page(*NAMED), rows_page(*GOING_ON, above="Visitors by town and month are as follows")),
        (rows_page(*NAMED, below="The notes are part of these statements."), rows_page(*GOING_ON)),
        (rows_page(*NAMED), rows_page(*(row[:2] for row in GOING_ON), x=180)),
    ):
        assert not any("2022 > " in row for row in statements(load_pdf(pdf(*pages)))[-2:])


def test_what_stands_over_a_unit_titles_the_table(pdf, load_pdf) -> None:
    """Two tables alike, told apart by a word over their labels, with names of columns on several lines."""

    def page(canvas: Any) -> None:
        canvas.setFont("Helvetica", 9)
        for y, title, herring in ((700, "Spring", "41"), (560, "Whole Season", "96")):
            canvas.drawString(72, y, title)
            canvas.drawCentredString(420, y, "Change")
            for x, name in zip((220, 290), ("2031", "2030"), strict=True):
                canvas.drawCentredString(x, y - 18, name)
            canvas.drawString(72, y - 18, "(in thousands)")
            canvas.drawCentredString(390, y - 18, "Landed")
            canvas.drawCentredString(470, y - 18, "Sold")
            rows = (("Herring", herring, "38", "7.9", "6.1"), ("Plaice", "12", "15", "(20.0)", "(2.2)"))
            for i, cells in enumerate(rows):
                canvas.drawString(72, y - 40 - 16 * i, cells[0])
                for x, cell in zip((220, 290, 390, 470), cells[1:], strict=True):
                    canvas.drawCentredString(x, y - 40 - 16 * i, cell)

    found = [text for text in statements(load_pdf(pdf(page))) if "Herring" in text]
    assert "2031 > Spring > Herring: 41" in found[0]
    assert "2031 > Whole Season > Herring: 96; 2030 > Whole Season > Herring: 38" in found[1]


def test_numbers_that_stand_close_are_cells_of_their_own(pdf, load_pdf) -> None:
    """Numbers with decimals a space apart, and titles of groups in the middle of the table."""

    def page(canvas: Any) -> None:
        canvas.setFont("Helvetica", 9)
        for x, name in zip((253, 305), ("North", "South"), strict=True):
            canvas.drawCentredString(x + 10, 700, name)
        for x, name in zip((250, 276, 302, 328), ("dry", "wet", "dry", "wet"), strict=True):
            canvas.drawCentredString(x, 688, name)
        rows = (
            ("Oat, sown by hand", "41.2 47.9 42.3 48.5"),
            "",
            ("Rye, sown by hand", "80.8 88.5 81.1 89.0"),
            ("Rye, drilled", "84.1 90.9 85.2 91.7"),
        )
        for i, row in enumerate(rows):
            y = 672 - 12 * i
            if not row:
                canvas.drawCentredString(250, y, "After manuring")
                continue
            canvas.drawString(72, y, row[0])
            for x, cell in zip((241, 267, 293, 319), row[1].split(), strict=True):
                canvas.drawString(x, y, cell)

    found = statements(load_pdf(pdf(page)))
    assert found[0] == (
        "North > dry > Oat, sown by hand: 41.2; North > wet > Oat, sown by hand: 47.9; "
        "South > dry > Oat, sown by hand: 42.3; South > wet > Oat, sown by hand: 48.5"
    )
    assert "South > wet > After manuring > Rye, drilled: 91.7" in found[-1]
    assert any(text.startswith("North > dry > After manuring > Rye, sown by hand: 80.8") for text in found)


def test_tall_rows_are_of_one_table(pdf, load_pdf) -> None:
    """Rows with much room about their text keep the names of their columns."""

    def page(canvas: Any) -> None:
        canvas.setFont("Helvetica", 9)
        for i, cells in enumerate(
            (
                ("Cabin", "Berths", "Heating"),
                ("Larch", "12", "stove"),
                ("Birch", "8", "none"),
                ("Pine", "20", "boiler"),
            )
        ):
            for x, cell in zip((90, 200, 310), cells, strict=True):
                canvas.drawString(x, 700 - 48 * i, cell)

    found = statements(load_pdf(pdf(page)))
    assert found[-1] == "Berths > Pine: 20; Heating > Pine: boiler"


def test_models_side_by_side_with_measures_in_words(pdf, load_pdf) -> None:
    def page(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        for y, cells in (
            (700, ("", "DH-12", "DH-20", "DH-30")),
            (686, ("Water a day", "12 l", "20 l", "30 l")),
            (672, ("Power", "190 W", "310 W", "480 W")),
            (658, ("Room", "up to 18 m", "up to 32 m", "up to 50 m")),
        ):
            for x, cell in zip((72, 220, 320, 420), cells, strict=True):
                canvas.drawString(x, y, cell)

    found = statements(load_pdf(pdf(page)))
    assert found[-3:] == [
        "DH-12 > Water a day: 12 l; DH-20 > Water a day: 20 l; DH-30 > Water a day: 30 l",
        "DH-12 > Power: 190 W; DH-20 > Power: 310 W; DH-30 > Power: 480 W",
        "DH-12 > Room: up to 18 m; DH-20 > Room: up to 32 m; DH-30 > Room: up to 50 m",
    ]
