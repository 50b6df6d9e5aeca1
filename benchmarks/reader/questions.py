"""Questions as people type them: in lower case, as keywords, misspelt, politely."""

from __future__ import annotations

import random
import re

from rag.text import likeliest_language

__all__ = ["as_typed"]

_LITTLE = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "by",
        "with",
        "from",
        "which",
        "what",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "how",
        "why",
        "there",
        "it",
        "this",
        "that",
        "be",
        "been",
        "has",
        "have",
        "had",
        "can",
        "could",
        "would",
        "should",
        "will",
        "i",
        "me",
        "my",
        "you",
        "your",
        "please",
    ]
)
_POLITE = (
    "could you tell me {}",
    "can you please tell me {}",
    "i would like to know {}",
    "please, {}",
    "hi, {}",
    "do you know {}",
    "I need to find out {}",
    "{} please",
    "quick question: {}",
    "{} thanks!",
)
_WORD = re.compile(r"[^\W\d_]{5,}")


def as_typed(question: str, rng: random.Random) -> str:
    """The question itself in most cases, else a copy of it as someone in a hurry, or polite, types it."""
    draw = rng.random()
    if draw < 0.62:
        return question
    if draw < 0.74:
        return question.lower().rstrip(" ?.")
    if draw < 0.84:
        return _keywords(question)
    if draw < 0.92 or likeliest_language(question) != "en":
        return _misspelt(question, rng)
    inner = question[:1].lower() + question[1:] if question[1:2].islower() else question
    return rng.choice(_POLITE).format(inner)


def _keywords(question: str) -> str:
    kept = [word for word in question.rstrip(" ?.").split() if word.lower().strip(",'") not in _LITTLE]
    return " ".join(kept) if len(kept) >= 2 else question


def _misspelt(question: str, rng: random.Random) -> str:
    """One letter of a longer word swapped with its neighbour, left out or doubled."""
    words = list(_WORD.finditer(question))
    if not words:
        return question
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return question[:at] + question[at + 1] + question[at] + question[at + 2 :]
    return question[:at] + (question[at] * 2 if kind == 1 else "") + question[at + 1 :]
