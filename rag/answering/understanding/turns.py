"""A conversation so far as turns: what was asked and what was answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.schema import Message

__all__ = ["Turn", "turns_of"]

_MOST_TURNS: Final = 20
_CITATION: Final = re.compile(r" ?\[\d{1,3}(?:, \d{1,3}){0,20}\]")
_MOST_READ: Final = 2_000
"""Characters of a question or an answer: what is spoken of stands at its beginning."""


@dataclass(frozen=True)
class Turn:
    """One question with its answer; `about` are titles and headings of what the answer cites."""

    question: str
    answer: str = ""
    about: tuple[str, ...] = ()


def turns_of(history: Sequence[Message]) -> list[Turn]:
    """The last twenty turns, oldest first, each by its beginning.

    A question without an answer is a turn too, an answer without a question none. Marks of citations
    are no part of what was said.
    """
    turns: list[Turn] = []
    for message in history:
        if message.role == "user":
            turns.append(Turn(message.content[:_MOST_READ].strip()))
        elif message.role == "assistant" and turns:
            answer = _CITATION.sub("", message.content[:_MOST_READ]).strip()
            turns[-1] = Turn(turns[-1].question, answer, message.about)
    return [turn for turn in turns if turn.question][-_MOST_TURNS:]
