"""The layout of the prompt as a LangChain chat template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, merge_message_runs
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder

from rag.schema import Message

__all__ = ["chat_messages", "chat_template", "lay_out"]

_CLASSES: Final[dict[str, type[BaseMessage]]] = {
    "system": SystemMessage,
    "user": HumanMessage,
    "assistant": AIMessage,
}
_ROLES: Final[dict[str, Literal["system", "user", "assistant"]]] = {
    "system": "system",
    "human": "user",
    "ai": "assistant",
}


def chat_template() -> ChatPromptTemplate:
    """The template; its variables are `system`, `examples`, `passages`, `history` and `question`.

    The passages open the conversation and the question ends it: a follow-up over the same passages
    then shares all but its end with the turn before, and a key-value cache need not read the long
    part again. Turns of one role that follow each other (the passages and what the user says next)
    are for `merge_message_runs` to join, since many models insist on roles that alternate.
    """
    return ChatPromptTemplate.from_messages(
        [
            ("system", "{system}"),
            MessagesPlaceholder("examples", optional=True),
            ("human", "{passages}"),
            MessagesPlaceholder("history", optional=True),
            ("human", "{question}"),
        ]
    )


def lay_out(
    system: str, examples: Sequence[Message], passages: str, history: Sequence[Message], question: str
) -> tuple[Message, ...]:
    """Fill the template; the result starts with the system turn and then alternates, user first."""
    filled = chat_template().format_messages(
        system=system,
        examples=chat_messages(examples),
        passages=passages,
        history=chat_messages(history),
        question=question,
    )
    merged = merge_message_runs(filled, chunk_separator="\n\n")
    return tuple(Message(_ROLES[message.type], str(message.content)) for message in merged)


def chat_messages(messages: Sequence[Message]) -> list[BaseMessage]:
    """Messages as LangChain chat models take them."""
    return [_CLASSES[message.role](content=message.content) for message in messages]
