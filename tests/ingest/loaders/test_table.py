from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.searching import examples


def test_each_row_makes_sense_alone(load, blocks) -> None:
    document = load('name,year,note\nAda,1815,"first, of many"\nAlan,1912,\n', "people.csv")
    assert blocks(document) == [
        ("table_row", "name: Ada; year: 1815; note: first, of many"),
        ("table_row", "name: Alan; year: 1912"),
    ]
    assert document.text == "\n".join(text for _, text in blocks(document))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(load, delimiter: str) -> None:
    rows = [["city", "people, counted", "area"], ["Bonn", "330,000", "141"], ["Köln", "1,080,000", "405"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    document = load(buffer.getvalue(), "a.csv")
    assert "city: Bonn; people, counted: 330,000; area: 141" in document.text
    assert document.media_type == ("text/tab-separated-values" if delimiter == "\t" else "text/csv")


def test_a_table_without_names_keeps_its_values(load) -> None:
    assert load("1,2\n3,4\n", "a.csv").text == "1; 2\n3; 4"


def test_years_are_names(load) -> None:
    assert load("item,2021,2022\nSales,5,6\n", "a.csv").text == "item: Sales; 2021: 5; 2022: 6"


def test_ragged_rows_and_line_breaks_in_cells(load) -> None:
    document = load('a,b\n"one\ntwo",2,3\n\n4\n', "a.csv")
    assert document.text == "a: one two; b: 2; column 3: 3\na: 4"


def test_a_quote_that_is_never_closed_swallows_nothing(load) -> None:
    rows = "".join(f'"row {i},{i}\n' if i == 5 else f"row {i},{i}\n" for i in range(500))
    assert load("name,value\n" + rows, "a.csv").text.count("\n") == 499


def test_large_tables_are_pages_of_whole_rows(load) -> None:
    document = load("id,value\n" + "".join(f"{i},v{i}\n" for i in range(2_500)), "a.csv")
    assert len(document.pages) == 3
    assert document.pages[1].label == "rows 1,001 to 2,000"
    assert document.text[document.pages[1].start :].startswith("id: 1000; value: v1000\n")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(60))
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cc"])), min_size=2, max_size=4),
        min_size=2,
        max_size=8,
    )
)
def test_any_table_makes_a_document(load, rows: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["first", "second"], *rows])
    load(buffer.getvalue().encode("utf-8", "replace"), "a.csv")


def test_lines_above_the_names_are_no_rows(load, blocks) -> None:
    text = "sep=;\nBranches\nAs of: 31.03.2024\n\nNo.;Town;Sales (EUR)\n55;Köln;987,50\n56;Ulm;1,25\n"
    document = load(text.replace("\n", "\r\n").encode("cp1252"), "a.csv")
    assert document.metadata["encoding"] == "cp1252"
    assert blocks(document) == [
        ("paragraph", "Branches"),
        ("paragraph", "As of: 31.03.2024"),
        ("table_row", "No.: 55; Town: Köln; Sales (EUR): 987,50"),
        ("table_row", "No.: 56; Town: Ulm; Sales (EUR): 1,25"),
    ]


def test_a_form_names_each_value(load, blocks) -> None:
    text = "Project,Pier\nManager,Aoife Byrne\nBudget,780000\nStart,May 2024\n"
    assert [line for _, line in blocks(load(text, "a.csv"))] == [
        "Project: Pier",
        "Manager: Aoife Byrne",
        "Budget: 780000",
        "Start: May 2024",
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Kunde;Ort\nZoé;Besançon\n", "cp1252"),
        ("Nombre;Ciudad\nMuñoz;Logroño\n", "cp1252"),
        ("Name;Preis\nMüller;12,50 €\n", "cp1252"),
        ("Jméno;Město\nŘehoř;Plzeň\n", "cp1250"),
        ("Ad;Şehir\nGülşah;Iğdır\n", "cp1254"),
    ],
)
def test_a_few_letters_tell_the_code_page(load, text: str, encoding: str) -> None:
    document = load(text.encode(encoding), "a.csv")
    assert text.split("\n")[1].split(";")[1] in document.text


def test_a_row_of_one_word_titles_the_rows_below_it(load, blocks) -> None:
    text = (
        "Dish,Price,Milk\nSoups,,\nLentil,6.20,no\nPea,5.90,no\nMains,,\nTrout,19.80,no\nRisotto,15.50,yes\n"
    )
    told = blocks(load(text, "menu.csv"))
    assert told[0] == ("heading3", "Soups")
    assert told[3] == ("heading3", "Mains")
    assert told[5] == ("table_row", "Dish: Risotto; Price: 15.50; Milk: yes")


def test_rows_that_lack_values_are_no_titles(load, blocks) -> None:
    text = "Bird,Length,Weight\nKestrel,,\nBuzzard,,\nKite,61,900\n"
    assert blocks(load(text, "birds.csv"))[0] == ("table_row", "Bird: Kestrel")


def test_comments_above_a_short_table_are_no_rows(load, blocks) -> None:
    rows = ["id\tfish\tlength\tnote", "1\tpike\t655\tfree", "2\troach\t180\tcut"]
    text = "\n".join(["# by FieldLog", "# operator: Ida", "# net 3", *rows])
    told = blocks(load(text, "fish.tsv"))
    assert [kind for kind, _ in told] == ["paragraph"] * 3 + ["table_row"] * 2
    assert told[-1][1] == "id: 2; fish: roach; length: 180; note: cut"
