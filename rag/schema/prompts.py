"""What a model is shown beside passages: turns of a chat and worked examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Example", "Message"]


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
