"""LangChain's messages as the turns that chat templates know."""

from __future__ import annotations

from typing import Final

from langchain_core.messages import BaseMessage, ChatMessage

from rag.errors import UsageError

__all__ = ["turn_of"]

_ROLES: Final = {"system": "system", "human": "user", "ai": "assistant"}


def turn_of(message: BaseMessage, who: str) -> dict[str, str]:
    """A message as `role` and `content`; `who` takes it, for the error.

    Raises:
        UsageError: it is neither of the system, the user nor the assistant.
    """
    role = message.role if isinstance(message, ChatMessage) else _ROLES.get(message.type.lower())
    if role is None:
        raise UsageError(f"{who} takes system, user and assistant messages, not {message.type!r}")
    return {"role": role, "content": str(message.text)}
