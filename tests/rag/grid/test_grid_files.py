"""Grids as files: quotes in notes, numbers as numbers, and no text that is run as a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from rag.grid import Cell, Row, cell_text, grid_csv, grid_jsonl, grid_xlsx, read_columns
from rag.schema import Citation, DocumentInfo, Verdict

EVIL = '=HYPERLINK("https://evil.example","x")'
COLUMNS = read_columns("column,question,type\nrent,How much?,number\nbegins,When?,date\n=1+1,Who?,\n", "mine")


def info(source: str) -> DocumentInfo:
    return DocumentInfo("d" * 16, source, "0" * 64, "text/plain", "", "en", 1, 1, 9, "2026-01-01T00:00:00")


def cell(told: str, value: Any = None, unit: str = "", verdict: Verdict = Verdict.STATED) -> Cell:
    quote = f"It says: {told}."
    cited = (Citation(1, "d" * 16, "a.txt", 1, 5, 5 + len(quote), quote),)
    return Cell(told, told, verdict, 0.8, cited, value=value, unit=unit)


ROWS = [
    Row(
        info("a.txt"),
        {
            "rent": cell("1,250 euros", 1250.0, "euros"),
            "begins": cell("5 March 2024", "2024-03-05"),
            "=1+1": cell(EVIL, verdict=Verdict.NEAR),
        },
    ),
    Row(
        info("+1.txt"),
        {
            "rent": cell("-4.5 °C", -4.5, "°C"),
            "begins": Cell("", "", Verdict.NOT_FOUND, 0.1, reason="no passage tells a day"),
            "=1+1": Cell.failed("the model failed"),
        },
    ),
    Row(info("c.txt")),
]


def test_csv_has_values_units_texts_and_sources() -> None:
    first, second, third = csv.DictReader(io.StringIO(grid_csv(COLUMNS, ROWS)))
    assert (first["rent"], first["rent: unit"], first["rent: text"]) == ("1250", "euros", "1,250 euros")
    assert first["begins"] == "2024-03-05"
    assert first["rent: source"] == "“It says: 1,250 euros.” (a.txt, characters 5–26)\nstated, 80%"
    assert second["rent"] == "-4.5"  # a number, and no formula
    assert second["begins: source"] == "not found\nno passage tells a day"
    assert second["'=1+1: source"] == "the model failed"
    assert {*third.values()} == {"c.txt", ""}


def test_no_text_of_a_csv_is_a_formula() -> None:
    table = list(csv.reader(io.StringIO(grid_csv(COLUMNS, ROWS))))
    assert f"'{EVIL}" in table[1]
    assert table[2][0] == "'+1.txt"
    texts = [text for line in table for text in line if text not in ("-4.5",)]
    assert not [text for text in texts if text.lstrip().startswith(("=", "+", "-", "@"))]


@pytest.fixture
def sheet() -> Any:
    return load_workbook(io.BytesIO(grid_xlsx(COLUMNS, ROWS))).active


def test_xlsx_has_numbers_days_and_the_quotes_in_notes(sheet: Any) -> None:
    heads = [place.value for place in sheet[1]]
    assert heads == ["document", "rent", "rent: unit", "rent: text", "begins", "begins: text", "=1+1"]
    assert [place.value for place in sheet[2]] == [
        *("a.txt", 1250, "euros", "1,250 euros"),
        *(datetime(2024, 3, 5), "5 March 2024", EVIL),
    ]
    assert "“It says: 1,250 euros.” (a.txt, characters 5–26)" in sheet["B2"].comment.text
    assert "no passage tells a day" in sheet["E3"].comment.text
    assert sheet["D2"].comment is None
    assert sheet["B4"].comment is None
    shaded = {place.coordinate for line in sheet for place in line if place.fill.fgColor.rgb == "00FFF2CC"}
    assert shaded == {"G2", "G3"}  # doubtful, and failed


def test_no_text_of_an_xlsx_is_a_formula(sheet: Any) -> None:
    assert "f" not in {place.data_type for line in sheet for place in line}
    assert (sheet["G2"].value, sheet["G2"].hyperlink) == (EVIL, None)
    assert sheet["G2"].quotePrefix
    assert sheet["G1"].quotePrefix
    assert not sheet["D2"].quotePrefix


def test_what_excel_cannot_hold_is_left_out() -> None:
    (row,) = [Row(info("a.txt"), {"=1+1": cell("bell \x07" + "x" * 40_000)})]
    kept = load_workbook(io.BytesIO(grid_xlsx(COLUMNS, [row]))).active["F2"].value
    assert kept.startswith("bell x")
    assert len(kept) == 32_000


def test_json_lines_are_rows_of_the_contract() -> None:
    first, second, third = (json.loads(line) for line in grid_jsonl(COLUMNS, ROWS).splitlines())
    assert first.keys() == {"document_id", "source", "cells"}
    assert {"answer", "short_answer", "verdict", "confidence", "citations"} <= first["cells"]["rent"].keys()
    assert (first["cells"]["rent"]["value"], first["cells"]["rent"]["unit"]) == (1250.0, "euros")
    assert second["error"] == second["cells"]["=1+1"]["error"] == "the model failed"
    assert third["cells"] == {}


def test_a_cell_is_read_as_value_and_unit_or_as_its_text() -> None:
    told = [
        cell_text(ROWS[0].cells["rent"]),
        cell_text(ROWS[0].cells["=1+1"]),
        cell_text(cell("5", 5.0, "€")),
    ]
    assert told == ["1,250 euros", EVIL, "5 €"]
