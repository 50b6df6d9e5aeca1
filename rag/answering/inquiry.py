"""One question on its way: what was asked, what was found, and all that its answer needs."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.answering.reasons import reasons_for
from rag.answering.understanding import Understood
from rag.errors import UsageError
from rag.reading import TermWeights, TextSource
from rag.retrieval import Retrieval
from rag.schema import Message, Passage, Stages, Step
from rag.text import are_apart

__all__ = ["Inquiry", "check_question", "spelt", "suggested"]


@dataclass(frozen=True)
class Inquiry:
    """A question with its passages and all that its answer needs.

    `question` stands alone; `asked` is what was asked, which may be a follow-up question. `suggested` are
    words that the library does not hold, each with one that it does. `documents` are those that were
    searched, None for all; `foreign` says that the passages are in other languages than the question.
    """

    question: str
    passages: tuple[Passage, ...]
    source: TextSource
    weight: TermWeights
    history: Sequence[Message]
    timings: Stages
    stop: threading.Event | None
    asked: str = ""
    kind: str = "lookup"
    suggested: tuple[tuple[str, str], ...] = ()
    retrieval: Retrieval | None = None
    documents: Sequence[str] | None = None
    foreign: bool = False
    started: float = field(default_factory=time.perf_counter)

    @property
    def stopped(self) -> bool:
        """Whether the one who asked has gone."""
        return self.stop is not None and self.stop.is_set()

    @property
    def is_all_foreign(self) -> bool:
        """Whether there are passages, each in another language than the question."""
        return bool(self.passages) and all(map(self.is_foreign_to, self.passages))

    def is_foreign_to(self, passage: Passage) -> bool:
        """Whether a passage is in another language than the question, as far as both can be told.

        Tables do not tell theirs: names and figures look the same in many.
        """
        prose = (line for line in passage.text.splitlines() if "\t" not in line and "|" not in line)
        return are_apart(self.question, " ".join(prose))

    @property
    def found(self) -> Step:
        """The step that found its passages."""
        return Step("find", {"question": self.question}, len(self.passages))

    def is_suggested_in(self, reason: str) -> bool:
        """Whether a reason names all that a question back would."""
        return all(known in reason for _, known in self.suggested)

    @property
    def question_back(self) -> str:
        """A question back for each name that the library does not hold and nearly does; "" without one."""
        if not self.suggested:
            return ""
        return reasons_for(self.question).naming("did_you_mean", (known for _, known in self.suggested))


def spelt(understood: Understood) -> str:
    """The question with slips in common words mended; names are left as they are written."""
    question = understood.question
    for typed, known in understood.corrected:
        if typed.islower():
            question = re.sub(rf"\b{re.escape(typed)}\b", known, question)
    return question


def suggested(understood: Understood) -> tuple[tuple[str, str], ...]:
    """The names that the library does not hold, each with one that it does."""
    return tuple(pair for pair in understood.corrected if not pair[0].islower())


def check_question(question: str) -> None:
    """See that a question holds a word.

    Raises:
        UsageError: it does not.
    """
    if not any(map(str.isalnum, question)):
        raise UsageError(f"the question {question!r} holds no word: ask with words")
