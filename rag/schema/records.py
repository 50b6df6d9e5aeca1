"""What is kept and told about the work itself: run records and checks of the store."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

__all__ = ["Check", "Example", "Message", "RunRecord", "Stages"]


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

    `settings`, `answer` and `why` are plain JSON values; `prompt` is empty when no model wrote. `tokens` are
    `input` and `output`, all that a model read and wrote for it; empty where its endpoint does not tell.
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
    tokens: dict[str, int] = field(default_factory=dict)


class Stages(dict[str, float]):
    """Seconds of a question's way by stage, with the moment that each ended, and a model's tokens.

    `ended` are nanoseconds since 1970. `tokens` are None where a model was asked and did not tell them.

    >>> stages = Stages()
    >>> stages["retrieve"] = 0.2
    >>> stages.count({"input_tokens": 90, "output_tokens": 7})
    >>> stages.tokens, list(stages.ended)
    ((90, 7), ['retrieve'])
    """

    ended: dict[str, int]
    tokens: tuple[int, int] | None

    def __new__(cls, *_: Any) -> Self:
        """Begin with no stage; also a copy does."""
        made = super().__new__(cls)
        made.ended, made.tokens = {}, (0, 0)
        return made

    def __setitem__(self, stage: str, seconds: float) -> None:
        """A stage has ended now."""
        super().__setitem__(stage, seconds)
        self.ended[stage] = time.time_ns()

    def count(self, usage: Mapping[str, Any] | None) -> None:
        """Add what a model read and wrote, as LangChain tells it; None where it is not told."""
        if usage is None or self.tokens is None:
            self.tokens = None
        else:
            read, written = self.tokens
            self.tokens = (read + int(usage["input_tokens"]), written + int(usage["output_tokens"]))


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant of the store and whether it holds."""

    name: str
    ok: bool
    detail: str = ""
