"""A follow-up question made standalone by a generator, and checked by code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from rag.answering.understanding.turns import Turn
from rag.models.thoughts import without_thoughts
from rag.schema import Message, Stages
from rag.text import content_words, has_cjk, numbers

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["ask_generator", "is_faithful"]

_SYSTEM: Final = (
    "Rewrite the last question so that it can be understood without the conversation. Put names in the "
    "place of pronouns, and complete what was left out. Keep its language. Add nothing else and do not "
    "answer it. Write the question only."
)
_LONGEST: Final = 400
_TURNS: Final = 3
_NEW_SHARE: Final = 0.25


def ask_generator(
    generator: BaseChatModel, question: str, turns: Sequence[Turn], stages: Stages
) -> str | None:
    """The generator's rewriting, or None where it is not one line that keeps to the conversation.

    Whatever the generator raises counts as no rewriting: rules stand in. Its tokens go into `stages`.
    """
    from rag.prompting import chat_messages

    told = "\n".join(f"Q: {turn.question}\nA: {turn.answer}" for turn in turns[-_TURNS:])
    prompt = (Message("system", _SYSTEM), Message("user", f"{told}\n\nLast question: {question}"))
    try:
        message = generator.invoke(chat_messages(prompt))
    except Exception:  # an endpoint or a model may raise anything
        stages.count(None)
        return None
    stages.count(getattr(message, "usage_metadata", None))
    written = without_thoughts(_text(message.content))
    lines = [line.strip() for line in written.strip().splitlines() if line.strip()]
    text = (
        re.sub(r"^(?:(?:standalone |rewritten )?question\s*:|Q:)\s*", "", lines[0], flags=re.I)
        if lines
        else ""
    )
    text = text.strip('"“” ')
    return text if len(lines) == 1 and is_faithful(text, question, turns) else None


def is_faithful(text: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether a rewriting is a question that keeps this one's words and takes new ones from the turns.

    All numbers must come from the conversation, and all but a quarter of its content words; half of the
    question's own content words must be kept.
    """
    if not text or len(text) > _LONGEST or has_cjk(text) != has_cjk(question):
        return False
    said = "\n".join([question, *(f"{turn.question}\n{turn.answer}" for turn in turns)])
    wanted, given = content_words(question), content_words(text)
    new = given - content_words(said)
    kept = not wanted or len(wanted & given) >= len(wanted) / 2
    return kept and numbers(text) <= numbers(said) and len(new) <= _NEW_SHARE * max(1, len(given))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else part.get("text", "") for part in content)
