"""docs/sql.md shows what the commands print and the code does."""

import json
import re
from pathlib import Path

import pytest

from ui.cli import main

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "sql.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("prices.md").write_text(block("markdown"), "utf-8")
    exec(block("python"), {})
    printed = capsys.readouterr().out
    assert f"```\n{printed}```" in PAGE
    with pytest.raises(SystemExit) as stop:
        main(["tables", "prices.md", "--library", "my-library"])
    assert not stop.value.code
    assert block("console") == f"$ citewell tables prices.md\n{capsys.readouterr().out}"


def test_the_json_of_the_commands(tmp_path, capsys):
    (tmp_path / "prices.md").write_text(block("markdown"), "utf-8")
    library = str(tmp_path / "library")

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([*arguments, "--library", library])
        return stop.value.code or 0, capsys.readouterr().out

    assert run("ingest", str(tmp_path / "prices.md"))[0] == 0
    code, out = run("tables", "--json")
    rooms, _ = json.loads(out)["tables"]
    assert code == 0
    assert rooms.keys() >= {
        "name",
        "document_id",
        "source",
        "title",
        "page",
        "place",
        "start",
        "end",
        "rows",
        "totals",
    }
    assert rooms["columns"][2] == {
        "name": "price_per_day",
        "header": "Price per day",
        "type": "DECIMAL(18,2)",
        "unit": "€",
    }
    code, out = run("sql", "SELECT room, seats FROM prices__rooms WHERE seats > 50", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["columns"] == [{"name": "room", "type": "VARCHAR"}, {"name": "seats", "type": "BIGINT"}]
    (row,) = told["rows"]
    assert row["values"] == ["Large hall", 80]
    assert [citation["quote"] for citation in row["citations"]] == ["Large hall", "80"]
    assert row["citations"][0].keys() >= {
        "number",
        "document_id",
        "source",
        "page",
        "start",
        "end",
        "place",
        "quote",
    }
    code, out = run("sql", "SELECT room, seats FROM prices__rooms")
    assert code == 0
    assert "Garden" in out
    assert "prices.md, Rooms" in out
