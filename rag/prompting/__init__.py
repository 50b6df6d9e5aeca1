"""The chat prompt: instructions, fenced passages, worked examples, the conversation, the question."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag.prompting.builder import Prompt, PromptBuilder, estimate_tokens, token_counter, within_window
from rag.prompting.fence import as_data, fenced, without_marks
from rag.prompting.instructions import NO_ANSWER, says_no_answer, system_text

if TYPE_CHECKING:
    from rag.prompting.template import chat_messages, chat_template

__all__ = [
    "NO_ANSWER",
    "Prompt",
    "PromptBuilder",
    "as_data",
    "chat_messages",
    "chat_template",
    "estimate_tokens",
    "fenced",
    "says_no_answer",
    "system_text",
    "token_counter",
    "within_window",
    "without_marks",
]


def __getattr__(name: str) -> Any:
    if name in ("chat_messages", "chat_template"):
        return getattr(import_module("rag.prompting.template"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
