"""The parts of a question that asks for several things."""

from __future__ import annotations

import re
from typing import Final

from rag.reading import read_question

__all__ = ["question_parts", "separate_questions"]

_PARTS: Final = re.compile(
    r"(?<!\s)\s*+(?:(?:(?<=\s)|,\s+)and\s+"
    r"(?=(?:is|are|was|were|do|does|did|(?:(?:about|at|by|for|from|in|of|on|since|to|until|with)\s)?"
    r"(?:what|who|whom|whose|when|where|why|how|which))\b)"
    r"|[;；?？]|，(?=.{2,60}[什谁誰哪多几幾何如怎]))\s*",
    re.IGNORECASE,
)

_REFERS: Final = re.compile(
    r"\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|one)\b|[它他她其这這那]",
    re.IGNORECASE,
)
"""Words that stand for what another part of the question names."""


def question_parts(question: str) -> list[str]:
    """The parts of a question, in order; the question itself, without its mark, where there is one."""
    return [part.strip(" ,，") for part in _PARTS.split(question) if part and part.strip(" ,，")]


def separate_questions(question: str) -> list[str]:
    """The parts of a question that asks for several things, where each says what it is about; else none.

    "Where and when was Ada born" is one question, and so is "who sells it and what does it cost".
    """
    parts = question_parts(question)
    apart = all(read_question(part).terms and not _REFERS.search(part) for part in parts)
    return parts if len(parts) > 1 and apart else []
