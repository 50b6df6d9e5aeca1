"""Each format tells of a row what stands above and beside its values."""

from __future__ import annotations

import io
from typing import Any

from tests.fakes import row_statements as statements


def test_markdown(load) -> None:
    text = "| | 2022 | 2021 |\n|---|--:|--:|\n| Income | 6,098 | 5,802 |\n| Text | a | b |\n"
    assert statements(load(text, "a.md")) == [
        "2022 > Income: 6,098; 2021 > Income: 5,802",
        "2022 > Text: a; 2021 > Text: b",
    ]


def test_html_with_spans_and_a_head(load) -> None:
    text = """<html><body><table><caption>Sales (in millions)</caption>
    <thead><tr><th rowspan=2>Region<th colspan=2>Year</tr><tr><th>2022<th>2021</tr></thead>
    <tr><td rowspan=2>Europe<td>5<td>6</tr><tr><td>7<td>8</tr></table></body></html>"""
    document = load(text, "a.html")
    assert statements(document) == [
        "2022 > Europe: 5; 2021 > Europe: 6 (Year, in millions)",
        "2022 > Europe: 7; 2021 > Europe: 8 (Year, in millions)",
    ]
    assert {block.header.caption for block in document.blocks if block.header} == {"Sales (in millions)"}


def test_html_cells_with_parts_of_the_page_are_no_table(load) -> None:
    document = load("<table><tr><td><h1>Title</h1></td><td><ul><li>one</li></ul></td></tr></table>", "a.html")
    assert not any(block.header for block in document.blocks)


def word(rows: list[list[str]], change: Any = None) -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph("Table 1: Sales (in thousands)", style="Caption")
    table = document.add_table(len(rows), len(rows[0]))
    for cells, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text
    if change:
        change(table)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_word(load) -> None:
    content = word([["", "2022", "2021"], ["Costs:", "", ""], ["Rent", "1,200", "1,100"]])
    assert statements(load(content, "a.docx"))[1] == (
        "2022 > Costs > Rent: 1,200; 2021 > Costs > Rent: 1,100 (in thousands)"
    )


def test_word_with_merged_cells(load) -> None:
    def merge(table: Any) -> None:
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(2, 0).merge(table.cell(3, 0))

    rows = [["", "Years", ""], ["", "2022", "2021"], ["Rent", "1", "2"], ["", "3", "4"]]
    found = statements(load(word(rows, merge), "a.docx"))
    assert found == [
        "2022 > Rent: 1; 2021 > Rent: 2 (Years, in thousands)",
        "2022 > Rent: 3; 2021 > Rent: 4 (Years, in thousands)",
    ]
