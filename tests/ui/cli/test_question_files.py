"""`ask --file`: order, resumption, and what is wrong with a file."""

import io
import json
from pathlib import Path

import pytest

from rag.errors import UsageError
from ui.cli.question_files import AnswerFile, Question, read_questions


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
        assert Question("1", "Who?") in answers
        assert Question("2", "When?") not in answers
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
        assert Question("1", "Who?") in answers


def test_marks_line_ends_and_blank_lines_of_other_systems_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = "\ufeffWho?\r\n\r\n  \r\nWho\u2028is it?\r\nWho?\n".encode()
    path = tmp_path / "questions.txt"
    path.write_bytes(data)
    expected = [Question("1", "Who?"), Question("4", "Who\u2028is it?"), Question("5", "Who?")]
    assert read_questions(path) == expected
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert read_questions(Path("-")) == expected


def test_answers_with_odd_line_ends_within_are_known_again(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with AnswerFile(path) as answers:
        answers.add({"id": "1", "question": "Who?", "answer": "one\u2028two\x85three"})
    with AnswerFile(path) as answers:
        assert Question("1", "Who?") in answers


def test_an_id_of_another_question_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with AnswerFile(path) as answers:
        answers.add({"id": "1", "question": "Who?", "answer": "Ada"})
        with pytest.raises(UsageError, match="answers another question under the id '1'"):
            _ = Question("1", "When?") in answers
