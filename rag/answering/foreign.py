"""Which passages are in another language than a question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rag.schema import Passage
from rag.text import is_foreign, likeliest_language

__all__ = ["all_foreign", "is_foreign_passage"]

_LEAST_LETTERS: Final = 40
"""Shorter passages, such as a line of names and figures, may look like any language."""


def is_foreign_passage(question: str, passage: Passage) -> bool:
    """Whether a passage is in another language than a question, as far as both can be told."""
    told = _told(passage.text)
    return bool(told) and is_foreign(question, told)


def all_foreign(question: str, passages: Sequence[Passage]) -> bool:
    """Whether every passage is in another language than a question."""
    return all(is_foreign_passage(question, passage) for passage in passages)


@lru_cache(maxsize=1_024)
def _told(text: str) -> str:
    """The language of a passage's prose; "" where there is too little to tell. Tables tell none."""
    prose = " ".join(line for line in text.splitlines() if "\t" not in line and "|" not in line)
    return likeliest_language(prose) if sum(map(str.isalpha, prose)) >= _LEAST_LETTERS else ""
