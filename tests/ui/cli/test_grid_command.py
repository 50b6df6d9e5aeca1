"""`citewell grid`: its JSON, its files, and that it goes on where it was killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.waiting import wait_until
from ui.cli import main

ROOT = Path(__file__).resolve().parents[3]
QUESTIONS = (
    "column,question,type\n"
    "opens,When does the office open?,\n"
    "pilot,How long are boats that need a pilot?,number\n"
)
ROW = {"document_id", "source", "cells"}
CELL = {"answer", "short_answer", "verdict", "confidence", "citations"}
CITATION = {"number", "document_id", "source", "page", "start", "end", "place", "quote", "boxes", "support"}


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grid")
    for number, (hour, metres) in enumerate([("eight", 20), ("nine", 25), ("ten", 30)]):
        (folder / f"harbour-{number}.txt").write_text(
            f"The harbour office opens at {hour}.\n\nBoats that are over {metres} metres long need a pilot.\n"
        )
    assert run("ingest", str(folder), "--library", str(folder / "library"), "--json") == 0
    return folder / "library"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.csv"
    path.write_text(QUESTIONS)
    return path


def rows_of(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_json_is_a_line_a_document(
    library: Path, questions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "grid.jsonl"
    assert run("grid", str(questions), "--library", str(library), "--json", "--output", str(output)) == 0
    out, err = capfd.readouterr()
    rows = rows_of(out)
    assert rows_of(output.read_text("utf-8")) == rows
    assert [Path(row["source"]).name for row in rows] == [f"harbour-{i}.txt" for i in range(3)]
    assert all(row.keys() == ROW and list(row["cells"]) == ["opens", "pilot"] for row in rows)
    cells = [cell for row in rows for cell in row["cells"].values()]
    assert all(cell.keys() >= CELL for cell in cells)
    citations = [citation for cell in cells for citation in cell["citations"]]
    assert citations
    assert all(citation.keys() == CITATION for citation in citations)
    assert [row["cells"]["pilot"]["value"] for row in rows] == [20, 25, 30]
    assert rows[1]["cells"]["pilot"]["unit"] == "metres"
    assert "nine" in rows[1]["cells"]["opens"]["answer"]
    assert "6 cells" in err
    assert run("grid", str(questions), "--library", str(library), "--json") == 0
    assert rows_of(capfd.readouterr().out) == rows


def test_some_documents_as_a_workbook_or_a_table(
    library: Path, questions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "grid.XLSX"
    asked = ["grid", str(questions), "--library", str(library), "--documents", "harbour-2.txt"]
    assert run(*asked, "--output", str(output)) == 0
    assert capfd.readouterr().out == ""
    sheet = load_workbook(output).active
    assert sheet["C2"].value == 30
    assert "need a pilot" in sheet["C2"].comment.text
    assert run(*asked) == 0
    shown = capfd.readouterr().out
    assert "harbour-2.txt" in shown
    assert "30 metres" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "grid.ods"], "ends in none of .csv, .xlsx, .jsonl"),
        (["--documents", "nowhere.txt"], "nowhere.txt"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_asked(
    arguments: list[str], message: str, library: Path, questions: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("grid", str(questions), "--library", str(library), *arguments) in (1, 2)
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err


def _count(library: Path, table: str) -> int:
    with closing(sqlite3.connect(library / "catalog.sqlite")) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_it_goes_on_where_it_was_ended(
    how: signal.Signals, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(8):
        (tmp_path / f"boat-{number}.txt").write_text(f"Boat {number} carries {number + 20} persons.\n")
    library, questions = tmp_path / "library", tmp_path / "questions.txt"
    assert run("ingest", str(tmp_path), "--library", str(library), "--json") == 0
    questions.write_text("".join(f"How many persons does the boat carry on day {i}?\n" for i in range(8)))
    total = 8 * 8
    process = subprocess.Popen(
        [sys.executable, "-m", "ui", "grid", str(questions), "--library", str(library), "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: _count(library, "grid_cells") >= 3)
    process.send_signal(how)
    _, err = process.communicate(timeout=60)
    kept, runs = _count(library, "grid_cells"), _count(library, "runs")
    assert 3 <= kept < total
    assert runs - kept <= (os.cpu_count() or 1)  # what was being worked on
    if how is signal.SIGINT:
        assert process.returncode == 1
        assert f"stopped: {total - kept} not asked yet; the same command goes on there" in err
    capfd.readouterr()
    assert run("grid", str(questions), "--library", str(library), "--json") == 0
    assert sum(len(row["cells"]) for row in rows_of(capfd.readouterr().out)) == total
    assert _count(library, "grid_cells") == total
    assert _count(library, "runs") - runs == total - kept


def test_the_questions_are_not_written_over(library: Path, questions: Path) -> None:
    assert run("grid", str(questions), "--output", str(questions), "--library", str(library)) == 2
    assert questions.read_text() == QUESTIONS
