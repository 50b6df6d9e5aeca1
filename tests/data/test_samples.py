import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from ingest.loaders import load_document
from rag.resources import resource
from rag.settings import IngestSettings

SAMPLES = resource("data", "samples")
DOCUMENTS = SAMPLES / "documents"
QUESTIONS = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text("utf-8").splitlines()]
MADE = ("annual-report-2025.pdf", "atlas-restoration-report.pdf", "lending-and-rooms.docx")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location("make_samples", SAMPLES / "make_samples.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    loaded = {path.name: load_document(path, IngestSettings()).text for path in DOCUMENTS.iterdir()}
    return {name: " ".join(text.split()) for name, text in loaded.items()}


def test_the_script_makes_the_same_bytes_each_time(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        monkeypatch.setattr(script, "DOCUMENTS", folder)
        script.main()
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]
    assert set(made[0]) == set(MADE)


def test_the_shipped_files_are_what_the_script_makes(
    script: ModuleType, texts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "DOCUMENTS", tmp_path)
    script.main()
    for name in MADE:
        # texts, not bytes: another version of reportlab may compress otherwise
        made = load_document(tmp_path / name, IngestSettings()).text
        assert " ".join(made.split()) == texts[name]


def test_the_samples_are_small_and_many_kinds() -> None:
    files = list(DOCUMENTS.iterdir())
    assert sum(path.stat().st_size for path in files) < 1_000_000
    assert {path.suffix for path in files} == {".pdf", ".docx", ".md", ".html", ".csv", ".txt"}


def test_a_paragraph_that_runs_over_two_columns_and_a_hyphen_is_read_as_one(texts: dict[str, str]) -> None:
    assert "had reached it for fourteen decades, and shows" in texts["atlas-restoration-report.pdf"]


def test_questions_have_ids_of_their_own_and_some_have_no_answer() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS) >= 20
    assert sum(not question["answers"] for question in QUESTIONS) >= 4
    asked_of = {name for question in QUESTIONS for name in question["documents"]}
    assert asked_of == {path.name for path in DOCUMENTS.iterdir()}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_each_gold_quote_stands_in_its_document(question: dict, texts: dict[str, str]) -> None:
    assert len(question["quotes"]) == len(question["documents"])
    assert bool(question["answers"]) == bool(question["quotes"])
    for quote, name in zip(question["quotes"], question["documents"], strict=True):
        assert quote in texts[name]
