"""All that the app says, a module a page, both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ui.app.texts import answers, asking, frame, library, quality, status, why

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "Texts", "language_of"]


@dataclass(frozen=True, kw_only=True)
class Texts(
    frame.FrameTexts,
    asking.AskingTexts,
    answers.AnswerTexts,
    library.LibraryTexts,
    why.WhyTexts,
    quality.QualityTexts,
    status.StatusTexts,
):
    """Every text by name; a language is one value of this class.

    A text in braces is filled in where it is shown; Markdown only where the English text has it.
    """


def _language(*pages: object) -> Texts:
    every: dict[str, Any] = {}
    for page in pages:
        every |= vars(page)
    return Texts(**every)


_PAGES: Final = (frame, asking, answers, library, why, quality, status)
ENGLISH: Final = _language(*(page.ENGLISH for page in _PAGES))
CHINESE: Final = _language(*(page.CHINESE for page in _PAGES))
LANGUAGES: Final[Mapping[str, Texts]] = {"en": ENGLISH, "zh": CHINESE}


def language_of(locale: str | None) -> str:
    """The language for a browser's locale such as `zh-CN`; English for those that are not spoken."""
    start = (locale or "").replace("_", "-").split("-")[0].lower()
    return start if start in LANGUAGES else "en"
