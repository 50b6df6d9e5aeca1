"""A question on its way to an answer, with its passages."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.attribution import TermWeights, TextSource
from rag.retrieval import Retrieval
from rag.schema import Message, Passage
from rag.text import are_apart

__all__ = ["Inquiry"]


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
    timings: dict[str, float]
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
        """Whether whoever asked wants no more."""
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
