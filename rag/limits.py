"""How much one question may bring, by whatever way it comes: more is a clear error, or is not read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.errors import UsageError
from rag.schema import Message

__all__ = [
    "LONGEST_QUESTION",
    "LONGEST_TURN",
    "MOST_DOCUMENTS",
    "MOST_HISTORY",
    "MOST_TURNS",
    "check_request",
    "recent_turns",
]

LONGEST_QUESTION: Final = 10_000
"""Characters."""
MOST_DOCUMENTS: Final = 10_000
"""Documents that one question may be limited to by name."""
MOST_TURNS: Final = 100
LONGEST_TURN: Final = 20_000
"""Characters of one message of the conversation before."""
MOST_HISTORY: Final = 100_000
"""Characters of all messages before."""


def check_request(question: str, documents: Sequence[str] | None = None) -> None:
    """Refuse what is too long to be a question, or names too many documents.

    Raises:
        UsageError: the message names the limit and the size seen.
    """
    if len(question) > LONGEST_QUESTION:
        raise UsageError(
            f"a question may have {LONGEST_QUESTION:,} characters, not {len(question):,}: use fewer, "
            "and bring long texts as documents"
        )
    if documents is not None and len(documents) > MOST_DOCUMENTS:
        raise UsageError(
            f"a question may be limited to {MOST_DOCUMENTS:,} documents, not {len(documents):,}: "
            "name fewer, or none for all"
        )


def recent_turns(history: Sequence[Message]) -> list[Message]:
    """The end of a conversation that is read: its last hundred messages, each and all within the limits."""
    kept: list[Message] = []
    left = MOST_HISTORY
    for message in reversed(history[-MOST_TURNS:]):
        content = message.content[:LONGEST_TURN]
        left -= len(content)
        if left < 0:
            break
        kept.append(message if len(content) == len(message.content) else Message(message.role, content))
    return kept[::-1]
