"""docs/grid.md: its commands and its code give what the page shows."""

import csv
import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from rag.grid import ColumnType
from ui.cli import main

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "grid.md").read_text("utf-8")
FILES = dict(re.findall(r'```\w+ title="([^"]+)"\n(.*?)```', PAGE, re.DOTALL))


@pytest.fixture
def somewhere(tmp_path, monkeypatch):
    (tmp_path / "leases").mkdir()
    for name in ("leases/mill.txt", "leases/barn.txt", "questions.csv"):
        (tmp_path / name).write_text(FILES[name], "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CITEWELL_LIBRARY", raising=False)
    return tmp_path


def test_the_commands_make_the_file_that_is_shown(somewhere):
    (commands,) = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
    for command in commands.splitlines():
        with pytest.raises(SystemExit) as stop:
            main(command.split()[1:])
        assert not stop.value.code
    made = list(csv.DictReader(io.StringIO((somewhere / "leases.csv").read_text("utf-8"))))
    shown = list(csv.DictReader(io.StringIO(FILES["leases.csv"])))
    for line, wanted in zip(made, shown, strict=True):
        line["document"] = Path(line["document"]).name
        assert {name: line[name] for name in wanted} == wanted
        assert set(line) - set(wanted) == {f"{name}: source" for name in ("tenant", "rent", "begins", "pets")}


def test_the_code_runs(somewhere, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, {})
    printed = capsys.readouterr().out
    assert "mill.txt 900.0 euros | The monthly rent of the mill is 900 euros." in printed
    assert load_workbook(somewhere / "leases.xlsx").active["C2"].value == 1250


def test_every_type_is_explained():
    assert [name for name in ColumnType if f"| `{name}` |" not in PAGE] == []
