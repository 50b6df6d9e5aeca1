"""One SELECT over tables: rows, and citations of the cells that they come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest import ingest_paths
from rag.errors import QueryError
from rag.queries import query_process, querying
from rag.queries.query_tables import read_tables
from rag.queries.querying import run_query
from rag.schema import QueryResult
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder

ROOMS = "Room,Seats,Price,Projector\nLarge,80,€1250,yes\nSmall,12,€140,no\nGarden,40,€300,yes\n"
STAFF = "Room,Staff\nLarge,5\nGarden,2\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("sql")
    (folder / "rooms.csv").write_text(ROOMS, "utf-8")
    (folder / "staff.csv").write_text(STAFF, "utf-8")
    with Store.open(folder / "library") as opened:
        paths = [folder / "rooms.csv", folder / "staff.csv"]
        list(ingest_paths(paths, opened, HashingEmbedder(), load_settings(environment={})))
        yield opened


def cited(store: Store, result: QueryResult) -> list[list[str]]:
    for row in result.rows:
        for citation in row.citations:
            assert store.text(citation.document_id, citation.start, citation.end) == citation.quote
    return [[citation.quote for citation in row.citations] for row in result.rows]


@pytest.mark.parametrize(
    ("statement", "rows", "quotes"),
    [
        ("SELECT room FROM rooms WHERE seats > 50", [("Large",)], [["Large", "80"]]),
        ("FROM staff", [("Large", 5), ("Garden", 2)], [["Large", "5"], ["Garden", "2"]]),
        ("SELECT sum(price) FROM rooms", [(1690,)], [["€1250", "€140", "€300"]]),
        ("SELECT count(*) FROM rooms WHERE projector", [(2,)], [["yes", "yes"]]),
        ("SELECT count(*) FROM staff", [(2,)], [["Large", "Garden"]]),
        (
            "SELECT projector, max(price) FROM rooms GROUP BY projector ORDER BY 1",
            [(False, 140), (True, 1250)],
            [["€140", "no"], ["€1250", "yes", "€300", "yes"]],
        ),
        (
            "SELECT projector FROM rooms GROUP BY ALL HAVING count(*) > 1",
            [(True,)],
            [["yes", "yes"]],
        ),
        ("SELECT DISTINCT projector FROM rooms ORDER BY 1 LIMIT 1", [(False,)], [["no"]]),
        (
            "SELECT r.price / s.staff AS each FROM rooms r JOIN staff s USING (room) ORDER BY each",
            [(150.0,), (250.0,)],
            [["Garden", "€300", "Garden", "2"], ["Large", "€1250", "Large", "5"]],
        ),
        (
            "WITH dear AS (SELECT * FROM rooms WHERE seats > 50) SELECT * EXCLUDE (seats) FROM dear",
            [("Large", 1250, True)],
            [["Large", "80", "€1250", "yes"]],
        ),
        (
            "SELECT room FROM staff UNION ALL SELECT room FROM rooms WHERE room = 'Small'",
            [("Large",), ("Garden",), ("Small",)],
            [["Large"], ["Garden"], ["Small"]],
        ),
        (
            "SELECT r.room, s.staff FROM rooms r LEFT JOIN staff s ON r.room = s.room WHERE s.staff IS NULL",
            [("Small", None)],
            [["Small"]],
        ),
        (
            "SELECT sum(n) FROM (SELECT room, seats AS n FROM rooms) t WHERE room <> 'Small'",
            [(120,)],
            [["Large", "80", "Garden", "40"]],
        ),
        ("SELECT 1 + 1", [(2,)], [[]]),
    ],
)
def test_rows_cite_the_cells_that_they_come_from(store, statement, rows, quotes):
    result = run_query(store, statement)
    assert [row.values for row in result.rows] == rows
    assert cited(store, result) == quotes
    assert result.complete
    assert result.note == ""


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT room FROM rooms UNION SELECT room FROM staff",
        "SELECT room FROM rooms INTERSECT SELECT room FROM staff",
        "WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r, staff",
        "SELECT seats - lag(seats) OVER (ORDER BY seats) AS more FROM rooms",
        "SELECT #2 FROM rooms",
        "SELECT x FROM rooms t(x, y, z)",
        "WITH t(x, y) AS (SELECT room, seats FROM rooms) SELECT y FROM t",
        "SELECT r.room FROM rooms r POSITIONAL JOIN staff",
        "SELECT Rooms FROM rooms",
        "SELECT r FROM rooms r",
    ],
)
def test_it_is_said_where_the_cells_cannot_be_told(store, statement):
    result = run_query(store, statement)
    assert len(result.rows) > 1
    assert not any(row.citations for row in result.rows)
    assert "cannot be told" in result.note


def test_what_an_inner_query_reads_is_said_not_to_be_cited(store):
    result = run_query(store, "SELECT room FROM rooms WHERE price > (SELECT avg(price) FROM rooms)")
    assert [row.values for row in result.rows] == [("Large",)]
    assert "inside an expression" in result.note


def test_rows_over_the_limit_are_left_out_and_told(store):
    result = run_query(store, "SELECT * FROM range(2000), staff")
    assert len(result.rows) == 1_000
    assert not result.complete
    assert "first 1,000 rows" in result.note


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT * FROM room", "there is no table 'room' (near: rooms): `citewell tables`"),
        ("SELECT prise FROM rooms", 'Candidate bindings: "price"'),
        ("SELEC 1", "Parser Error: syntax error"),
        ("DROP TABLE rooms", "may only read"),
        ("SELECT t.room FROM (SELECT room, ['0:0'] AS \"__Rows\" FROM staff) t", "may begin with __"),
        ("SELECT t.room FROM (SELECT * FROM staff) t(room, __rows)", "may begin with __"),
        ("SELECT * RENAME (staff AS __rows) FROM staff", "may begin with __"),
        (
            "WITH pg_settings AS (WITH RECURSIVE x AS (SELECT 1 a UNION ALL SELECT 2 FROM x WHERE a < 2)"
            " SELECT * FROM pg_settings) SELECT * FROM pg_settings",
            "no table 'pg_settings'",
        ),
        (
            "WITH RECURSIVE pg_settings AS (SELECT name FROM pg_settings UNION ALL"
            " SELECT 'x' FROM pg_settings WHERE false) SELECT * FROM pg_settings",
            "no table 'pg_settings'",
        ),
        (
            'WITH "duc\N{KELVIN SIGN}db_tables" AS (SELECT 1) SELECT * FROM duckdb_tables',
            "no table 'duckdb_tables'",
        ),
        ("SELECT 1 FROM " + ", ".join(f"t{i}" for i in range(51)), "50 tables, not 51"),
        ("SELECT 1; SELECT 2", "may only read"),
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv reads something else"),
        ("SELECT current_setting('threads')", "current_setting cannot be called"),
        ("SELECT '" + "a" * 10_000 + "'", "10,000 characters, not 10,009"),
    ],
)
def test_errors_say_what_is_wrong(store, statement, message):
    with pytest.raises(QueryError) as raised:
        run_query(store, statement)
    assert message in str(raised.value)
    assert raised.value.exit_code == 2


def test_it_is_stopped_when_its_time_is_over(store):
    with pytest.raises(QueryError, match=r"took more than 0\.2 seconds"):
        run_query(store, "SELECT sum(x) FROM range(1000000000000) t(x)", 0.2)


def test_a_document_is_read_once_however_its_tables_are_spelled(store, monkeypatch):
    read = []

    def counted(*arguments):
        read.append(arguments)
        return read_tables(*arguments)

    monkeypatch.setattr(querying, "read_tables", counted)
    names = ("rooms", "Rooms", "rOoms", "ROOMS")
    result = run_query(store, " UNION ALL ".join(f"SELECT seats FROM {name}" for name in names))
    assert len(result.rows) == 12
    assert result.tables == ("rooms",)
    assert all(quotes for quotes in cited(store, result))
    assert len(read) == 1


@pytest.mark.parametrize("made", [["0:0"], ["9:9"], ["x"], ["-1:-1"]])
def test_rows_that_a_statement_makes_up_are_not_cited(store, made):
    fields = json.dumps({"__rows": made})
    statement = (
        "SELECT t.room FROM (SELECT room, unnest(from_json("
        f"'{fields}', '{{\"__rows\":[\"VARCHAR\"]}}')) FROM staff) t"
    )
    assert cited(store, run_query(store, statement)) == [["Large"], ["Garden"]]


@pytest.mark.parametrize("source", ["9:9", "0:99", "-1:0", "x", "1", "1:2:3"])
def test_what_is_not_there_is_not_cited(source):
    assert querying._known([[source]], []) is None


@pytest.mark.parametrize("value", ["DATE '12000-01-01'", "TIMESTAMP '12000-01-01'", "[DATE '12000-01-01']"])
def test_days_that_python_does_not_know_are_told_as_text(store, value):
    (row,) = run_query(store, f"SELECT {value}").rows
    assert "12000-01-01" in str(row.values[0])


def test_a_value_that_cannot_be_fetched_is_an_error(monkeypatch):
    def fetched(*_):
        raise OverflowError("date value out of range")

    monkeypatch.setattr(query_process, "_fetched", fetched)
    brief = {"statement": "SELECT 1", "seconds": 5, "megabytes": 256, "rows": 5}
    with pytest.raises(QueryError, match="date value out of range"):
        query_process.answered(brief, lambda _: [])
