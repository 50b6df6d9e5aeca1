"""The parts of a question that asks for several things."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["question_parts"]

_PARTS: Final = re.compile(
    r"(?<!\s)\s*+(?:(?:(?<=\s)|,\s+)and\s+"
    r"(?=(?:is|are|was|were|do|does|did|(?:(?:about|at|by|for|from|in|of|on|since|to|until|with)\s)?"
    r"(?:what|who|whom|whose|when|where|why|how|which))\b)"
    r"|[;；?？]|，(?=.{2,60}[什谁誰哪多几幾何如怎]))\s*",
    re.IGNORECASE,
)


def question_parts(question: str) -> list[str]:
    """The parts of a question, in order; the question itself, without its mark, where there is one."""
    return [part.strip(" ,，") for part in _PARTS.split(question) if part and part.strip(" ,，")]
