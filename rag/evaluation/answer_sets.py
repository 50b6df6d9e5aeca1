"""A file or a folder of questions, and the passages that come beside it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.errors import UsageError
from rag.evaluation.datasets import Entry
from rag.evaluation.questions import AnswerQuestion, entry_passages, read_entries, read_questions

__all__ = ["AnswerSet", "read_answer_set"]

_QUESTIONS = "questions.jsonl"
_CORPUS = "corpus.jsonl"


@dataclass(frozen=True)
class AnswerSet:
    """Questions, and the test collection's passages by id where there is one beside them."""

    name: str
    questions: tuple[AnswerQuestion, ...]
    entries: dict[str, Entry] = field(default_factory=dict, repr=False)

    def limited(self, limit: int | None, seed: int = 0) -> AnswerSet:
        """A sample of `limit` questions in the file's order, the same each time; all if there are no more."""
        if limit is None or limit >= len(self.questions):
            return self
        chosen = sorted(random.Random(seed).sample(range(len(self.questions)), limit))
        return replace(self, questions=tuple(self.questions[number] for number in chosen))

    def with_given_passages(self) -> AnswerSet:
        """Each question with passages to read: its own, else those its gold documents name.

        Raises:
            UsageError: a question has neither.
        """
        return replace(self, questions=tuple(map(self._given, self.questions)))

    def with_passages(self, names: Sequence[Sequence[str]]) -> AnswerSet:
        """Each question with the named passages of the collection, best first."""
        return replace(
            self,
            questions=tuple(
                replace(question, passages=entry_passages(self.entries[name] for name in own))
                for question, own in zip(self.questions, names, strict=True)
            ),
        )

    def _given(self, question: AnswerQuestion) -> AnswerQuestion:
        named = [self.entries[name] for name in question.near_documents if name in self.entries]
        if not question.passages and not named:
            raise UsageError(
                f"question {question.question_id!r} comes without passages: give them as `passages` in its "
                f"line, or name `documents` of a {_CORPUS} beside the file; or leave --passages-given out"
            )
        return question if question.passages else replace(question, passages=entry_passages(named))


def read_answer_set(path: Path, *, first_page: int = 0) -> AnswerSet:
    """Read a file of questions, or a folder that holds `questions.jsonl`, with a `corpus.jsonl` beside it.

    Raises:
        UsageError: a file cannot be read, or a line is not what it should be.
    """
    file = path / _QUESTIONS if path.is_dir() else path
    corpus = file.parent / _CORPUS
    entries = read_entries(corpus) if corpus.is_file() else {}
    questions = read_questions(file, entries, first_page=first_page)
    return AnswerSet(path.resolve().name, tuple(questions), entries)
