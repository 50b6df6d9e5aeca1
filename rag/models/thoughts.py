"""Thoughts of reasoning models, which are no part of an answer: `<think>…</think>` and its like.

Servers that know a model's form put its thoughts beside the answer (`reasoning_content`), where nobody here
reads them. Others leave them in it, and some templates open them in the prompt, so that only their end shows.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["ThoughtFilter", "without_thoughts"]

_MARKS: Final = {"<think>": "</think>", "<thinking>": "</thinking>", "[THINK]": "[/THINK]"}
"""How thoughts begin and end: DeepSeek, Qwen and most others, Granite's kin, Magistral."""
_MARK: Final = re.compile("|".join(map(re.escape, (*_MARKS, *_MARKS.values()))))
_ENDS: Final = frozenset(_MARKS.values())
_LONGEST: Final = max(map(len, _ENDS))


class ThoughtFilter:
    """A text as it comes, without its thoughts.

    What stands between a beginning and the next end is left out, beginnings inside included. An end that
    nothing began is passed on: what came before it was a thought, and is out already (`without_thoughts`).
    """

    def __init__(self) -> None:
        self._held = ""
        self._told = self._thought = False
        self.thinking = False
        """Whether a thought has begun and not ended."""

    def feed(self, text: str) -> str:
        """What the next piece adds to the answer; the beginning of a possible mark is held back."""
        self._held += text
        told = []
        while match := _MARK.search(self._held):
            before, self._held = self._held[: match.start()], self._held[match.end() :]
            if not self.thinking:
                told.append(self._from_first_word(before))
            is_end = match[0] in _ENDS
            if is_end and not self.thinking:
                told.append(match[0])
            self.thinking = not is_end
            self._thought = self._thought or is_end
        kept = _open_mark(self._held)
        if not self.thinking:
            told.append(self._from_first_word(self._held[: len(self._held) - kept]))
        self._held = self._held[len(self._held) - kept :]
        return "".join(told)

    def end(self) -> str:
        """What was held back, once nothing more comes."""
        held, self._held = self._held, ""
        return "" if self.thinking else self._from_first_word(held)

    def _from_first_word(self, text: str) -> str:
        """Without the blank lines that stand between thoughts and answer."""
        if self._thought and not self._told:
            text = text.lstrip()
        self._told = self._told or bool(text.strip())
        return text


def without_thoughts(text: str) -> str:
    """A whole text without its thoughts: also those that have only an end, and those that were cut short."""
    if not _MARK.search(text):
        return text
    filtered = ThoughtFilter()
    told = filtered.feed(text) + filtered.end()
    ends = [match.end() for match in _MARK.finditer(told)]
    return told[ends[-1] :].lstrip() if ends else told


def _open_mark(text: str) -> int:
    """How many characters at the end of a text may be the beginning of a mark."""
    marks = (*_MARKS, *_ENDS)
    sizes = range(min(_LONGEST - 1, len(text)), 0, -1)
    return next((size for size in sizes if any(mark.startswith(text[-size:]) for mark in marks)), 0)
