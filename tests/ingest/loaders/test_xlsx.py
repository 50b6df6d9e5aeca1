from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from ingest.loaders.cell_values import shown
from rag.errors import DocumentError, EmptyDocumentError
from tests.fakes import row_statements, zipped


@pytest.fixture
def book() -> Callable[[Callable[[Any], None]], bytes]:
    def made(write: Callable[[Any], None]) -> bytes:
        import openpyxl

        workbook = openpyxl.Workbook()
        write(workbook)
        buffer = io.BytesIO()
        workbook.save(buffer)
        return buffer.getvalue()

    return made


def rows(document: Any) -> dict[str, tuple[str, ...]]:
    return {document.text[b.start : b.end]: b.header.columns for b in document.blocks if b.header}


def test_values_come_as_shown_under_their_names(load, book) -> None:
    def write(workbook: Any) -> None:
        sheet = workbook.active
        sheet.title = "Budget"
        for row in (["Item", "Sum", "Share", "On"], ["Books", 1200.5, 0.25, datetime(2024, 5, 1)]):
            sheet.append(row)
        sheet["B2"].number_format = '#,##0.00 "EUR"'
        sheet["C2"].number_format = "0%"

    document = load(book(write), "a.xlsx")
    assert rows(document)["Books\t1,200.50 EUR\t25%\t2024-05-01"] == ("Item", "Sum", "Share", "On")
    assert document.pages[0].label == "Budget"


def test_merged_names_reach_over_their_columns(load, book) -> None:
    def write(workbook: Any) -> None:
        sheet = workbook.active
        for row in (["Item", "Planned", None], [None, "Spring", "Autumn"], ["Books", 5, 6]):
            sheet.append(row)
        sheet.merge_cells("B1:C1")

    found = rows(load(book(write), "a.xlsx"))
    assert found["Books\t5\t6"] == ("Item", "Planned > Spring", "Planned > Autumn")


def test_sheets_are_pages_and_hidden_ones_are_told(load, book) -> None:
    def write(workbook: Any) -> None:
        workbook.active.append(["first"])
        hidden = workbook.create_sheet("Secret")
        hidden.append(["hidden words"])
        hidden.sheet_state = "hidden"
        workbook.create_sheet("Last").append(["last"])

    document = load(book(write), "a.xlsx")
    assert [page.label for page in document.pages] == ["Sheet", "Last"]
    assert "hidden words" not in document.text
    assert document.warnings == ("sheet Secret: hidden, left out",)


def test_a_sparse_sheet_costs_what_it_holds(load, book) -> None:
    def write(workbook: Any) -> None:
        workbook.active["A1"] = "near"
        workbook.active["XFD1048576"] = "far"

    document = load(book(write), "a.xlsx")
    assert document.text == "Sheet\n\nnear\n\nfar"


def test_broken_and_empty_workbooks_are_clear_errors(load, book) -> None:
    data = book(lambda workbook: None)
    with pytest.raises(EmptyDocumentError):
        load(data, "a.xlsx")
    at = data.index(b"xl/worksheets/sheet1.xml") + 40
    with pytest.raises(DocumentError, match="broken XLSX"):
        load(data[:at] + bytes(80) + data[at + 80 :], "a.xlsx")


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "General", ""),
        (True, "General", "TRUE"),
        (0.1 + 0.2, "General", "0.3"),
        (1234567, "General", "1234567"),
        (1234567, "#,##0", "1,234,567"),
        (-5, "#,##0_);(#,##0)", "(5)"),
        (-5, "0.0", "-5.0"),
        (0.305, "0.0%", "30.5%"),
        (1300, "$#,##0", "$1,300"),
        (12, "#,##0.00 [$€-407]", "12.00 €"),
        (12, "[$€-407] #,##0.00", "€ 12.00"),
        (5, '0" kg"', "5 kg"),
        (3, '"Q"0', "Q3"),
        (1500, "0.00E+00", "1.50E+03"),
        (datetime(2024, 5, 1, 10, 30), "dd.mm.yyyy hh:mm", "2024-05-01 10:30"),
        (float("nan"), "0.0", "nan"),
    ],
)
def test_numbers_by_their_formats(value: Any, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


def test_formulas_that_were_never_computed_are_told(load, book) -> None:
    def write(workbook: Any) -> None:
        for row in (["Item", "Sum"], ["Books", 5], ["Maps", 7], ["Total", "=SUM(B2:B3)"]):
            workbook.active.append(row)

    document = load(book(write), "a.xlsx")
    assert document.warnings == (
        "1 formula has no stored value, left out: open the file in a spreadsheet program and save it",
    )


def test_hidden_rows_and_columns_are_left_out_and_told(load, book) -> None:
    def write(workbook: Any) -> None:
        sheet = workbook.active
        sheet.title = "Prices"
        for row in (["Valve", "Price", "Cost"], ["Alpha", 24, 7], ["Beta", 31, 8], ["Gamma", 40, 9]):
            sheet.append(row)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    document = load(book(write), "a.xlsx")
    assert document.text.endswith("Valve\tPrice\nAlpha\t24\nGamma\t40")
    assert document.warnings == (
        "sheet Prices: row 3: hidden, left out",
        "sheet Prices: column C: hidden, left out",
    )


def test_notes_at_cells_are_told_with_their_places(load, book) -> None:
    def write(workbook: Any) -> None:
        from openpyxl.comments import Comment

        for row in (["Valve", "Price"], ["Alpha", 24], ["Beta", 31]):
            workbook.active.append(row)
        workbook.active["B3"].comment = Comment("Provisional.", "Kim")

    assert load(book(write), "a.xlsx").text.endswith("Comment on B3 (Beta, 31): Provisional.")


RICH = (
    '<r><t xml:space="preserve">3 × 10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>6</t></r>'
    '<r><t xml:space="preserve"> of CO</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>2</t></r>'
)


def test_raised_text_in_cells(load, book) -> None:
    def write(workbook: Any) -> None:
        workbook.active.append(["Count", "RICH"])

    with zipfile.ZipFile(io.BytesIO(book(write))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert any("<t>RICH</t>" in part for part in parts.values())
    parts = {name: part.replace("<t>RICH</t>", RICH) for name, part in parts.items()}
    assert load(zipped(parts), "a.xlsx").text.endswith("Count\t3 × 10⁶ of CO₂")


def test_raised_text_that_cells_share(load, book) -> None:
    def write(workbook: Any) -> None:
        workbook.active.append(["Count", 0])

    strings = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si>{RICH}</si></sst>'
    with zipfile.ZipFile(io.BytesIO(book(write))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    parts["xl/sharedStrings.xml"] = strings
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    )
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = re.sub(r'<c r="B1"[^>]*>', '<c r="B1" t="s">', sheet)
    assert load(zipped(parts), "a.xlsx").text.endswith("Count\t3 × 10⁶ of CO₂")


def test_an_empty_row_below_the_names(load, book) -> None:
    def write(workbook: Any) -> None:
        for row in (["", "Sales", "Profit"], [], ["East", 512, 90], ["West", 430, 77]):
            workbook.active.append(row)

    assert rows(load(book(write), "a.xlsx"))["East\t512\t90"] == ("", "Sales", "Profit")


def test_labels_and_values_are_no_table_with_names(load, book) -> None:
    def write(workbook: Any) -> None:
        for row in (
            ["Project", "Pier"],
            ["Manager", "Aoife Byrne"],
            ["Budget", 780000],
            ["Start", "May 2024"],
        ):
            workbook.active.append(row)

    assert row_statements(load(book(write), "a.xlsx")) == [
        "Project: Pier",
        "Manager: Aoife Byrne",
        "Budget: 780000",
        "Start: May 2024",
    ]


def test_tables_side_by_side_are_read_one_after_the_other(load, book) -> None:
    def write(workbook: Any) -> None:
        for row in (("Item", "Paid", None, None, "Town", "People"), ("Rent", 900, None, None, "Ulm", 12)):
            workbook.active.append(row)

    document = load(book(write), "a.xlsx")
    assert document.text.split("\n\n")[1:] == ["Item\tPaid\nRent\t900", "Town\tPeople\nUlm\t12"]
