"""A chat model that says what a test gives it to say, and takes tools as a real one does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable


class ScriptedChatModel(GenericFakeChatModel):
    """Says its messages in turn."""

    @classmethod
    def saying(cls, *messages: AIMessage) -> ScriptedChatModel:
        return cls(messages=iter(messages))

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        return self
