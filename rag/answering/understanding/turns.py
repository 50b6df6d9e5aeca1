"""A conversation so far as turns: what was asked and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.schema import Message

__all__ = ["Turn", "turns_of"]


@dataclass(frozen=True)
class Turn:
    """One question with its answer; `about` are titles and headings of what the answer cites."""

    question: str
    answer: str = ""
    about: tuple[str, ...] = ()


def turns_of(history: Sequence[Message]) -> list[Turn]:
    """Turns, oldest first; a question without an answer is a turn too, an answer without a question none."""
    turns: list[Turn] = []
    for message in history:
        if message.role == "user":
            turns.append(Turn(message.content.strip()))
        elif message.role == "assistant" and turns:
            turns[-1] = Turn(turns[-1].question, message.content.strip(), message.about)
    return [turn for turn in turns if turn.question]
