"""Files of questions, and of the answers to them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from rag.errors import UsageError

__all__ = ["AnswerFile", "Question", "read_questions"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a file; without an id of its own, the number of its line."""

    question_id: str
    text: str


def read_questions(path: Path) -> list[Question]:
    """A question a line, or JSON lines with `id` and `question`; `-` is standard input.

    Raises:
        UsageError: the file cannot be read, holds no question, an empty one, or an id twice.
    """
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"cannot read questions from {str(path)!r}: {reason}") from None
    questions = list(_parsed(text, path))
    if not questions:
        raise UsageError(f"{str(path)!r} holds no question")
    seen: set[str] = set()
    for question in questions:
        if question.question_id in seen:
            raise UsageError(f"{str(path)!r} holds the id {question.question_id!r} twice")
        seen.add(question.question_id)
    return questions


def _parsed(text: str, path: Path) -> Iterator[Question]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield _parse(line.strip(), number, path)


def _parse(line: str, number: int, path: Path) -> Question:
    if not line.startswith("{"):
        return Question(str(number), line)
    try:
        record: Any = json.loads(line)
        question = Question(str(record.get("id", number)), str(record["question"]))
    except (json.JSONDecodeError, KeyError):
        raise UsageError(
            f"{str(path)!r}, line {number}: not a JSON object with a `question`: {line[:80]!r}"
        ) from None
    if not question.text.strip():
        raise UsageError(f"{str(path)!r}, line {number}: the question is empty")
    return question


class AnswerFile:
    """JSON lines that are appended to, each safe on disk before the next question; None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file.

        Raises:
            UsageError: it cannot be written, or holds something else than answers.
        """
        self._file: IO[str] | None = None
        self._ids: set[str] = set()
        if path is None:
            return
        try:
            whole = self._read_ids(path.read_text("utf-8") if path.exists() else "", path)
            self._file = path.open("a", encoding="utf-8")
            self._file.truncate(whole)  # a line that an interruption cut short
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise UsageError(f"cannot write answers to {str(path)!r}: {reason}") from None

    def __contains__(self, question_id: str) -> bool:
        return question_id in self._ids

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, answer: dict[str, Any]) -> None:
        """Append an answer with its `id`."""
        self._ids.add(str(answer["id"]))
        if self._file is not None:
            self._file.write(json.dumps(answer, ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def _read_ids(self, text: str, path: Path) -> int:
        """Takes in the ids; returns how many bytes are whole lines."""
        whole = text[: text.rfind("\n") + 1]
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                self._ids.add(str(json.loads(line)["id"]))
            except (json.JSONDecodeError, KeyError, TypeError):
                raise UsageError(
                    f"{str(path)!r}, line {number}, is not an answer: name another file as --output"
                ) from None
        return len(whole.encode("utf-8"))
