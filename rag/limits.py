"""How much one question may bring, by whatever way it comes: more is a clear error, or is not read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.errors import UsageError
from rag.schema import Message

__all__ = [
    "LONGEST_QUESTION",
    "LONGEST_TURN",
    "MOST_COLUMNS",
    "MOST_DOCUMENTS",
    "MOST_HISTORY",
    "MOST_TURNS",
    "MOST_VALUES",
    "check_request",
    "check_values",
    "recent_turns",
]

LONGEST_QUESTION: Final = 10_000
"""Characters."""
MOST_DOCUMENTS: Final = 10_000
"""Documents that one question may be limited to by name."""
MOST_COLUMNS: Final = 200
"""Questions that one grid asks of each document."""
MOST_TURNS: Final = 100
LONGEST_TURN: Final = 20_000
"""Characters of one message of the conversation before."""
MOST_HISTORY: Final = 100_000
"""Characters of all messages before."""
MOST_VALUES: Final = 50_000
"""Values that the JSON of one request may hold: each of them can be wrong, and would be told."""


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


def check_values(given: object) -> None:
    """Refuse JSON that holds more values than any request needs.

    Raises:
        UsageError: the message names the limit.
    """
    count, waiting = 0, [given]
    while waiting:
        one = waiting.pop()
        inside = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        count += len(inside)
        if count > MOST_VALUES:
            raise UsageError(f"a request may hold {MOST_VALUES:,} values: name or send fewer things")
        waiting.extend(value for value in inside if isinstance(value, dict | list))


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
