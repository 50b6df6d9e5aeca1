"""All that the app says: a file a language, `en.toml` and `zh.toml`, with the same names in each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "Texts", "language_of"]


class Texts:
    """Every text of one language as an attribute; a text in braces is filled in where it is shown."""

    units: Mapping[str, Sequence[str]]
    """What is counted: how one of it is called, and how any other number."""
    status: Mapping[str, str]
    orders: Mapping[str, str]
    grid_rows: Mapping[str, str]
    measures: Mapping[str, Sequence[str]]
    """Name and meaning of each measure of an evaluation."""
    roles: Mapping[str, str]
    legs: Mapping[str, str]
    fusions: Mapping[str, str]
    stages: Mapping[str, str]

    def __init__(self, language: str) -> None:
        """Read the file of a language, such as `en`."""
        file = Path(__file__).with_name(f"{language}.toml")
        vars(self).update(tomllib.loads(file.read_text("utf-8")))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> str: ...

    def count(self, unit: str, number: int, written: str = "") -> str:
        """A number of one of `units` in words, `1 page` or `2 pages`; `written` is how it is shown."""
        return self.units[unit][number != 1].format(n=written or number)


ENGLISH: Final = Texts("en")
CHINESE: Final = Texts("zh")
LANGUAGES: Final[Mapping[str, Texts]] = {"en": ENGLISH, "zh": CHINESE}


def language_of(locale: str | None) -> str:
    """The language for a browser's locale such as `zh-CN`; English for those that are not spoken."""
    start = (locale or "").replace("_", "-").split("-")[0].lower()
    return start if start in LANGUAGES else "en"
