"""What is kept and told about the work itself: run records and checks of the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Check", "Example", "Message", "RunRecord"]


@dataclass(frozen=True, slots=True)
class Example:
    """A worked question-passages-answer triple for the prompt (few-shot demonstration)."""

    example_id: str
    question: str
    answer: str
    passages: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat prompt.

    `about` are titles and headings of what an answer cites: what a follow-up question may be about.
    """

    role: Literal["system", "user", "assistant"]
    content: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that made one answer, so that it can be shown and replayed.

    `settings`, `answer` and `why` are plain JSON values; `prompt` is empty when no model wrote.
    """

    run_id: str
    created_at: str
    question: str
    library_version: int
    settings: dict[str, Any]
    model: str
    prompt: tuple[Message, ...]
    answer: dict[str, Any]
    timings: dict[str, float]
    why: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant of the store and whether it holds."""

    name: str
    ok: bool
    detail: str = ""
