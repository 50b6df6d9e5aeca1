"""From a question and its conversation to what is asked."""

from __future__ import annotations

from collections.abc import Callable

from rag.answering.understanding.follow_ups import FollowUps
from rag.models.protocol import Embedder
from rag.text import detect_language

__all__ = ["FollowUps", "embedder_by_language"]


def embedder_by_language(
    first: Embedder | None, second: Callable[[], Embedder | None] | None
) -> Callable[[str], Embedder | None]:
    """The embedder for a text: the library's own for English, the second for other languages."""

    def chosen(text: str) -> Embedder | None:
        if second is None or detect_language(text) == "en":
            return first
        return second() or first

    return chosen
