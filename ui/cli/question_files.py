"""Files of questions, and of the answers to them."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from rag.errors import UsageError

__all__ = ["AnswerFile", "Question", "read_file_text", "read_questions"]


_LINE_END: Final = re.compile(r"\r\n|\n|\r")
"""Other characters that Unicode counts as ends of lines may stand within a question or an answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a file; without an id of its own, the number of its line."""

    question_id: str
    text: str


def read_questions(path: Path) -> list[Question]:
    """One question per line, or JSON lines with `id` and `question`; `-` is standard input.

    Raises:
        UsageError: the file cannot be read, holds no question, an empty one, or an id twice.
    """
    questions = list(_parsed(read_file_text(path), path))
    if not questions:
        raise UsageError(f"{str(path)!r} holds no question")
    seen: set[str] = set()
    for question in questions:
        if question.question_id in seen:
            raise UsageError(f"{str(path)!r} holds the id {question.question_id!r} twice")
        seen.add(question.question_id)
    return questions


def read_file_text(path: Path) -> str:
    """The text of a file of questions; `-` is standard input.

    Raises:
        UsageError: it cannot be read, or is not UTF-8.
    """
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"cannot read questions from {str(path)!r}: {reason}") from None


def _parsed(text: str, path: Path) -> Iterator[Question]:
    for number, line in enumerate(_LINE_END.split(text), 1):
        if line.strip():
            yield _parse(line.strip(), number, path)


def _parse(line: str, number: int, path: Path) -> Question:
    if not line.startswith("{"):
        return Question(str(number), line)
    try:
        record: Any = json.loads(line)
        question = Question(str(record.get("id", number)), str(record["question"]))
    except (ValueError, KeyError, RecursionError):
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
        self._path = path
        self._questions: dict[str, str | None] = {}
        if path is None:
            return
        try:
            whole = self._read_ids(path.read_text("utf-8") if path.exists() else "", path)
            self._file = path.open("a", encoding="utf-8")
            self._file.truncate(whole)  # a line that an interruption cut short
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise UsageError(f"cannot write answers to {str(path)!r}: {reason}") from None

    def __contains__(self, question: Question) -> bool:
        """Whether a question is answered already.

        Raises:
            UsageError: its id is there with another question: the answers are those of another file.
        """
        if question.question_id not in self._questions:
            return False
        answered = self._questions[question.question_id]
        if answered not in (None, question.text):
            raise UsageError(
                f"{str(self._path)!r} answers another question under the id {question.question_id!r}: "
                f"{str(answered)[:80]!r}, not {question.text[:80]!r}; name another file as --output, or give "
                "the questions ids of their own"
            )
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, answer: dict[str, Any]) -> None:
        """Append an answer with its `id`."""
        self._questions[str(answer["id"])] = answer.get("question")
        if self._file is not None:
            self._file.write(json.dumps(answer, ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def _read_ids(self, text: str, path: Path) -> int:
        """Takes in ids and questions; returns how many bytes are whole lines."""
        whole = text[: text.rfind("\n") + 1]
        for number, line in enumerate(_LINE_END.split(whole)[:-1], 1):
            try:
                told = json.loads(line)
                self._questions[str(told["id"])] = told.get("question")
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise UsageError(
                    f"{str(path)!r}, line {number}, is not an answer: name another file as --output"
                ) from None
        return len(whole.encode("utf-8"))
