"""What a way of answering came to, before it is made into an answer and its record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rag.schema import (
    AnswerSentence,
    AnswerTable,
    Citation,
    Conflict,
    Coverage,
    Example,
    Message,
    ShortAnswer,
)

__all__ = ["Outcome"]


@dataclass(frozen=True)
class Outcome:
    """Sentences with their citations, or an abstention with its `reason`.

    `support` is the share of what was written that its evidence supports; 1 for quotes. `written` is the
    checked text of a model; empty for quotes. `gives_way` says that quotes are to stand in its place.
    `notes` go into the run record's `why`.
    """

    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    reason: str = ""
    support: float = 1.0
    model: str = ""
    written: str = ""
    gives_way: bool = False
    prompt: tuple[Message, ...] = ()
    examples: tuple[Example, ...] = ()
    cut: tuple[str, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)
    short_answer: ShortAnswer | None = None
    conflicts: tuple[Conflict, ...] = ()
    table: AnswerTable | None = None
    coverage: Coverage | None = None
