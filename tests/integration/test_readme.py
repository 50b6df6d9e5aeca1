"""What the README and the page on configuration show runs as it stands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text("utf-8")
BOTH = README + CONFIGURATION


@pytest.fixture
def somewhere(tmp_path, monkeypatch):
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "march.txt").write_text(
        "The council met on 3 March 2024.\n\nInes Okafor wrote the minutes of March.\n"
    )
    (reports / "tides.txt").write_text("High water at Brackwater is at six in the evening.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_examples_run(somewhere, capsys):
    blocks = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(blocks) >= 2
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    names["library"].close()
    assert "added" in printed
    assert "Ines Okafor wrote the minutes of March." in printed
    assert "march.txt" in printed


def test_every_command_that_the_readme_names_exists():
    from typer.main import get_command

    from ui.cli import build

    known = set(get_command(build()).commands)
    named = set(re.findall(r"(?:^\s*|`)citewell ([a-z]+)", BOTH, re.M))
    assert named
    assert named <= known


def test_every_setting_that_the_readme_names_exists():
    from rag.settings import load_settings, parse_assignments

    for assignment in re.findall(r"--set (\w+\.\w+=[\w.]+)", BOTH):
        load_settings(overrides=parse_assignments([assignment]), environment={})
    settings = load_settings(environment={})
    for section, name in re.findall(r"`(generator|answering|retrieval|ingest)\.(\w+)`", BOTH):
        assert hasattr(getattr(settings, section), name)
    for variable in set(re.findall(r"CITEWELL_[A-Z]+__[A-Z_]+", BOTH)):
        value = "http://127.0.0.1:5" if variable.endswith("_URL") else "5"
        load_settings(environment={variable: value})


def test_every_file_that_a_page_links_is_there():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
    ]
    assert len(links) > 30
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
