"""All that the app says, in one place and in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ui.app.texts.chinese import CHINESE
from ui.app.texts.english import ENGLISH
from ui.app.texts.form import Texts

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "Texts", "language_of"]

LANGUAGES: Final[Mapping[str, Texts]] = {"en": ENGLISH, "zh": CHINESE}


def language_of(locale: str | None) -> str:
    """The language for a browser's locale such as `zh-CN`; English for those that are not spoken."""
    start = (locale or "").replace("_", "-").split("-")[0].lower()
    return start if start in LANGUAGES else "en"
