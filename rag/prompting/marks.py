"""Citation marks `[n]` in worked examples and earlier answers."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_marks"]

_MARK: Final = re.compile(r"(?<![ \t])[ \t]*\[\d{1,2}\](?=[\s.,;:!?)\[，。、；：！？）]|$)")


def without_marks(text: str) -> str:
    """The text without marks such as `[2]` that end a word, a clause or a sentence."""
    return _MARK.sub("", text)
