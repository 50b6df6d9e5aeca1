"""Why there is no answer, in the question's language; the texts are data, `data/language/reasons.json`.

In a language without texts of its own a reason is left out: half a reply in English would puzzle more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Final

from rag.answering.understanding.speech import speech_language
from rag.reading import read_question
from rag.resources import resource
from rag.text import detect_language, has_cjk

__all__ = ["Reasons", "reasons_for", "reply_language"]

_OF_SCRIPTS: Final = frozenset({"zh", "ja", "ko"})


class Reasons:
    """The reasons in one language; empty texts where it has none."""

    def __init__(self, language: str) -> None:
        self._texts = _texts().get(language, {})
        self._comma = "、" if language == "zh" else ", "
        self._semicolon = "；" if language == "zh" else "; "

    def told(self, name: str, **given: str) -> str:
        """One reason with what is filled in."""
        return self._texts.get(name, "").format(**given)

    def naming(self, name: str, names: Iterable[str]) -> str:
        """One reason with the names that it tells."""
        return self.told(name, names=self._comma.join(names))

    def of_parts(self, parts: Iterable[str]) -> str:
        """That parts of the question are not answered."""
        return self.told("parts", parts=self._semicolon.join(parts))


def reasons_for(question: str) -> Reasons:
    """The reasons in the language of a question."""
    return Reasons(reply_language(question))


def reply_language(question: str) -> str:
    """The language that a question is answered in, such as `de`.

    Statistics take a short line in Latin letters for English, where its small words may tell better.
    """
    if has_cjk(question):
        detected = detect_language(question)
        return detected if detected in _OF_SCRIPTS else "zh"
    language = read_question(question).language
    return speech_language(question) if language == "en" else language


@cache
def _texts() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads(
        resource("data", "language", "reasons.json").read_text("utf-8")
    )
    return read
