"""The conversation so far, as exchanges of a question and its answer."""

from __future__ import annotations

from collections.abc import Sequence

from rag.prompting.fence import as_data
from rag.prompting.instructions import Language, asked
from rag.prompting.marks import without_marks
from rag.schema import Message

__all__ = ["Exchange", "exchange_turns", "exchanges_of"]

Exchange = tuple[str, str]


def exchanges_of(history: Sequence[Message]) -> list[Exchange]:
    """Questions with their answers; turns of one role that follow each other are joined.

    What comes before the first question, and a question without an answer, belongs to no exchange.
    """
    found: list[Exchange] = []
    waiting: list[str] = []
    for message in history:
        if message.role == "user":
            waiting.append(message.content)
        elif message.role == "assistant" and waiting:
            found.append(("\n\n".join(waiting), message.content))
            waiting = []
        elif message.role == "assistant" and found:
            question, answer = found.pop()
            found.append((question, f"{answer}\n\n{message.content}"))
    return found


def exchange_turns(exchange: Exchange, language: Language) -> tuple[Message, Message]:
    """An exchange as turns of the prompt, its answer without citation marks."""
    question, answer = exchange
    # the numbers of an earlier answer are those of other passages
    reply = as_data(without_marks(answer))
    return Message("user", asked(as_data(question), language)), Message("assistant", reply)
