"""`ask --file`: order, resumption, and what is wrong with a file."""

import json
from pathlib import Path

import pytest

from rag.errors import UsageError
from ui.cli.questions import AnswerFile, Question, read_questions


def write(folder: Path, text: str) -> Path:
    path = folder / "questions.txt"
    path.write_text(text, "utf-8")
    return path


def test_lines_and_json_lines_are_questions(tmp_path: Path) -> None:
    path = write(tmp_path, 'Who?\n\n{"id": "b", "question": "When?"}\n{"question": "Where?"}\n')
    assert read_questions(path) == [Question("1", "Who?"), Question("b", "When?"), Question("4", "Where?")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no question"),
        ('{"id": 1}\n', "line 1: not a JSON object with a `question`"),
        ('{"question": " "}\n', "line 1: the question is empty"),
        ('{"id": "a", "question": "x"}\n{"id": "a", "question": "y"}\n', "the id 'a' twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        read_questions(write(tmp_path, text))


def test_answers_are_added_and_known_again(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with AnswerFile(path) as answers:
        answers.add({"id": "1", "answer": "九"})
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": "2", "answer": "cut sh')
    with AnswerFile(path) as answers:
        assert "1" in answers
        assert "2" not in answers
        answers.add({"id": "2", "answer": "whole"})
    assert [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()] == ["1", "2"]


def test_another_file_is_not_written_over(tmp_path: Path) -> None:
    path = write(tmp_path, "My diary\n")
    with pytest.raises(UsageError, match="line 1, is not an answer"):
        AnswerFile(path)
    assert path.read_text("utf-8") == "My diary\n"


def test_nothing_is_kept_without_a_file() -> None:
    with AnswerFile(None) as answers:
        answers.add({"id": "1"})
        assert "1" in answers
