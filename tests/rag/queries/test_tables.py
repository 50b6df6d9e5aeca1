"""Tables of documents as tables of SQL: names, types, units, places."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import ingest_paths
from rag.queries import query_tables
from rag.queries.names import document_names, named_apart, sql_name
from rag.queries.query_tables import ReadTable, read_tables
from rag.queries.querying import list_tables, run_query
from rag.queries.typed_columns import typed, unit_beside
from rag.schema import QueryTable
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "library") as opened:
        yield opened


def add(store: Store, path: Path, text: str = "") -> None:
    if text:
        path.write_text(text, "utf-8")
    (result,) = ingest_paths([path], store, HashingEmbedder(), load_settings(environment={}))
    assert result.status == "added", result.error


def held(table: QueryTable) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


def whole(store: Store) -> list[ReadTable]:
    (info,) = store.documents()
    return read_tables(store, info, "it")


def test_a_table_in_german_number_format(store, tmp_path):
    add(
        store,
        tmp_path / "Umsätze 2024.csv",
        "Monat;Umsatz;Anteil;Stand\n"
        "Januar;1.250,50 €;12,5 %;31.01.2024\nFebruar;2.300,00 €;87,5 %;29.02.2024\n",
    )
    (table,) = list_tables(store)
    assert table.name == "umsätze_2024"
    assert held(table) == {
        "monat": "VARCHAR",
        "umsatz": "DECIMAL(18,1)",
        "anteil": "DECIMAL(18,1)",
        "stand": "DATE",
    }
    assert [column.unit for column in table.columns] == ["", "€", "%", ""]
    assert [column.header for column in table.columns] == ["Monat", "Umsatz", "Anteil", "Stand"]
    (found,) = run_query(store, "SELECT sum(umsatz), max(stand) FROM umsätze_2024").rows
    assert found.values == (3550.5, "2024-02-29")


def test_two_tables_in_one_document_under_one_heading(store, tmp_path):
    first = "| Year | Sales |\n|-|-|\n| 2016 | 135 |\n| 2017 | 177 |\n"
    second = "| Year | Patents |\n|-|-|\n| 2016 | 4 |\n| 2017 | (3) |\n"
    add(store, tmp_path / "report.md", f"# Report\n\n## Money\n\n{first}\nAnd then:\n\n{second}")
    sales, patents = list_tables(store)
    assert (sales.name, patents.name) == ("report__money", "report__money_2")
    assert held(sales) == {"year": "INTEGER", "sales": "BIGINT"}
    assert held(patents) == {"year": "INTEGER", "patents": "BIGINT"}
    assert run_query(store, f"SELECT patents FROM {patents.name} WHERE year = 2017").rows[0].values == (-3,)


def test_a_table_goes_on_under_a_repeated_head(store, tmp_path):
    head = "<tr><th>Town</th><th>Staff</th></tr>"
    rows = [
        f"<tr><td>{town}</td><td>{i}</td></tr>" for i, town in enumerate(("Porto", "Lyon", "Graz", "Brno"))
    ]
    add(
        store,
        tmp_path / "towns.html",
        f"<h1>Towns</h1><table>{head}{''.join(rows[:2])}{head}{''.join(rows[2:])}</table>",
    )
    (table,) = list_tables(store)
    assert table.rows == 4


def test_merged_heads_and_groups(store, tmp_path):
    add(
        store,
        tmp_path / "quarters.html",
        "<h1>Quarters</h1><table><tr><th rowspan=2>Region</th>"
        "<th colspan=2>2023</th><th colspan=2>2024</th></tr>"
        "<tr><th>Q1</th><th>Q2</th><th>Q1</th><th>Q2</th></tr>"
        "<tr><td>North</td><td>10</td><td>12</td><td>14</td><td>15</td></tr>"
        "<tr><td>South</td><td>7</td><td>9</td><td>8</td><td>11</td></tr></table>",
    )
    (table,) = list_tables(store)
    assert list(held(table)) == ["region", "_2023_q1", "_2023_q2", "_2024_q1", "_2024_q2"]


def test_totals_are_left_out_and_counted(store, tmp_path):
    add(
        store,
        tmp_path / "staff.md",
        "| Town | Staff |\n|-|-|\n| Porto | 120 |\n| Lyon | 50 |\n| Total | 170 |\n",
    )
    (table,) = list_tables(store)
    assert (table.rows, table.totals) == (2, 1)
    assert run_query(store, "SELECT sum(staff) FROM staff").rows[0].values == (170,)


def test_cells_of_a_sheet_have_their_place(store, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Pay"
    for row in [
        ["Name", "Salary", "Since"],
        ["Ana", 3200.5, datetime.date(2020, 1, 5)],
        ["Bo", 2800, datetime.date(2021, 7, 1)],
    ]:
        book.active.append(row)
    book.create_sheet("Cars").append(["Plate", "Kilometres"])
    book["Cars"].append(["NG 114", 120_000])
    book.save(tmp_path / "lists.xlsx")
    add(store, tmp_path / "lists.xlsx")
    pay, cars = list_tables(store)
    assert (pay.name, cars.name) == ("lists__pay", "lists__cars")
    assert held(pay) == {"name": "VARCHAR", "salary": "DECIMAL(18,1)", "since": "DATE"}
    assert held(cars) == {"plate": "VARCHAR", "kilometres": "BIGINT"}  # what names a row is no number
    (row,) = run_query(store, "SELECT salary FROM lists__pay WHERE name = 'Bo'").rows
    assert [citation.place.told() for citation in row.citations] == ["Pay!A3", "Pay!B3"]


def test_every_cell_is_told_with_its_place(store, tmp_path):
    add(
        store,
        tmp_path / "mixed.md",
        "# Mixed\n\n| Room | Price | Free from | Projector |\n|-|-|-|-|\n"
        "| Large | €1,250.50 | 2024-03-01 | yes |\n"
        "| Small | on request | 2024-04-15 | no |\n"
        "| Garden | €300 | | yes |\n| Attic | €90 | 2024-05-02 | |\n\n"
        "## Choir\n\n- Nora Feld, alto, since 2015\n"
        "- Ivy Lacey, soprano, since 2023\n- Bo Lund, bass, since 2001\n",
    )
    (info,) = store.documents()
    rooms, choir = whole(store)
    assert held(rooms.told)["price"] == "DECIMAL(18,1)"
    assert held(rooms.told)["price_text"] == "VARCHAR"
    assert held(rooms.told)["projector"] == "BOOLEAN"
    assert held(choir.told)["since"] == "INTEGER"
    for table in (rooms, choir):
        for row, places in zip(table.rows, table.places, strict=True):
            for value, place in zip(row, places, strict=True):
                if isinstance(value, str) and not value[0].isdigit():
                    assert store.text(info.document_id, *place) == value
    assert [row[1] for row in rooms.rows] == ["1250.5", None, "300", "90"]


def test_names_of_documents_stay_and_differ(store, tmp_path):
    table = "Name,Price\na,1\nb,2\n"
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        add(store, tmp_path / folder / "order.csv", table + folder + ",3\n")
    first, second = sorted((table.name for table in list_tables(store)), key=len)
    assert first == "_order"  # ORDER is a word of SQL
    assert second.startswith("_order_")
    for name in (first, second):
        assert run_query(store, f"SELECT count(*) FROM {name}").rows[0].values == (3,)


def test_a_name_with_a_part_of_an_id_may_be_taken(store, tmp_path):
    (tmp_path / "two").mkdir()
    for path in ("report.csv", "two/report.csv"):
        add(store, tmp_path / path, f"Name,Price\na,1\n{path},2\n")
    first, second = sorted(store.documents(), key=lambda info: info.added_at)
    taken = replace(first, document_id="c" * 64, source=f"report_{second.document_id[:6]}.csv", added_at="0")
    names = document_names([taken, first, second])
    assert sorted(names.values()) == sorted(info.document_id for info in (taken, first, second))
    assert names["report"] == first.document_id


def test_many_equal_names_are_looked_up_once_each():
    class Counted(str):
        asked = 0

        def __hash__(self):
            Counted.asked += 1
            return super().__hash__()

    names = named_apart([Counted("a")] * 500)
    assert names[-1] == "a_500"
    assert Counted.asked < 5_000


def test_only_so_many_tables_of_a_document_are_placed(store, tmp_path, monkeypatch):
    monkeypatch.setattr(query_tables, "_MOST_PLACED", 1)
    first = "| Year | Sales |\n|-|-|\n| 2016 | 135 |\n| 2017 | 177 |\n"
    second = "| Year | Patents |\n|-|-|\n| 2016 | 4 |\n| 2017 | 3 |\n"
    add(store, tmp_path / "parts.md", f"# Report\n\n## Money\n\n{first}\nAnd then:\n\n{second}")
    assert [table.place is None for table in list_tables(store)] == [False, True]


@pytest.mark.parametrize(
    ("values", "kind", "told"),
    [
        (["1", "2", ""], "BIGINT", [1, 2, None]),
        (["1.5", "2.25"], "DECIMAL(18,2)", ["1.5", "2.25"]),
        (["1,250", "(40)"], "BIGINT", [1250, -40]),
        (["2016", "2017"], "INTEGER", [2016, 2017]),
        (["3/4/2024", "3/14/2024"], "DATE", ["2024-03-04", "2024-03-14"]),
        (["March 2024", "May 2024"], "VARCHAR", ["March 2024", "May 2024"]),  # no day is made up
        (["7:30", "6.15 pm"], "TIME", ["07:30", "18:15"]),
        (["1 h 30", "45 min"], "BIGINT", [90, 45]),
        (["ja", "nein", ""], "BOOLEAN", [True, False, None]),
        (["x", "", "x"], "BOOLEAN", [True, None, True]),
        (["✓", "x"], "BOOLEAN", [True, False]),
        (["800 m", "2 km"], "VARCHAR", ["800 m", "2 km"]),  # not of one unit
    ],
)
def test_types(values, kind, told):
    assert typed("it", values) == (kind, told)


def test_units():
    assert unit_beside("Price", ["€1,250.50", "€140"]) == "€"
    assert unit_beside("Price", ["1.250,50 € je Tag", "140 € je Tag"]) == "€ je Tag"
    assert unit_beside("Cost", ["12", "13"], "in thousands") == "in thousands"
    assert unit_beside("Town", ["Porto", "Lyon"]) == ""


@given(st.lists(st.text(max_size=80), max_size=8))
def test_names_are_taken_by_sql_as_they_stand(texts):
    import duckdb

    names = named_apart([sql_name(text, "column") for text in texts])
    assert len(set(names)) == len(texts)
    if names:
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE it ({', '.join(f'{name} INT' for name in names)})")
            assert [row[0] for row in connection.execute("DESCRIBE it").fetchall()] == names
