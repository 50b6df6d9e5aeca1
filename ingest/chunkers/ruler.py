"""Measures a text in an embedder's own tokens: one pass over the text, then bisection."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.models.model_protocol import Embedder

__all__ = ["TokenRuler"]

_WINDOW: Final = 500_000
_LONGEST_TOKEN: Final = 32
_CHARACTERS_PER_TOKEN: Final = 2
_WINDOW_END: Final = re.compile(r"\s(?=\S)")
_SPACE: Final = re.compile(r"\s")


class TokenRuler:
    """How many tokens stand between any two offsets of one text.

    A token counts at the offset where it starts. A stretch of over 32 characters that a tokenizer
    takes as one unknown token, or passes over, counts as a token for every two characters: cut up,
    its pieces may become words that the tokenizer knows.
    """

    def __init__(self, text: str, embedder: Embedder) -> None:
        """Tokenise the text, in windows that end at white space so that memory stays bounded."""
        self._text = text
        parts = []
        start = 0
        while start < len(text):
            end = _window_end(text, start)
            spans = embedder.token_spans(text[start:end])
            parts.append(np.fromiter((span.start for span in spans), np.int64, len(spans)) + start)
            start = end
        starts = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        self._starts = _with_long_stretches(text, starts)

    def sizes(self, borders: Sequence[int]) -> list[int]:
        """Tokens between each border and the next."""
        before = np.searchsorted(self._starts, np.asarray(borders, np.int64))
        sizes: list[int] = np.diff(before).tolist()
        return sizes

    def count(self, start: int, end: int) -> int:
        """Tokens that start in `start` to `end`."""
        return int(self._starts.searchsorted(end) - self._starts.searchsorted(start))

    def cut(self, start: int, end: int, limit: int, separator: re.Pattern[str] = _SPACE) -> list[int]:
        """Offsets at which to cut a span so that no piece has more than `limit` tokens.

        Pieces end after a match of `separator` where there is one in their second half, else after
        white space, else between two tokens.
        """
        cuts = []
        while self.count(start, end) > limit:
            furthest = int(self._starts[int(self._starts.searchsorted(start)) + limit])
            # Several tokens may share one character (byte-level fallback): go on by one at least.
            furthest = max(furthest, start + 1)
            start = self._last_match(start, furthest, separator) or furthest
            if start >= end:
                break
            cuts.append(start)
        return cuts

    def _last_match(self, start: int, end: int, separator: re.Pattern[str]) -> int | None:
        for pattern in dict.fromkeys((separator, _SPACE)):
            ends = [match.end() for match in pattern.finditer(self._text, (start + end) // 2, end)]
            if ends and ends[-1] > start:
                return ends[-1]
        return None


def _window_end(text: str, start: int) -> int:
    """The end of a window: at the last line or word border inside it, so that no word is cut."""
    end = start + _WINDOW
    if end >= len(text):
        return len(text)
    for border in ("\n", " "):
        found = text.rfind(border, start + _WINDOW // 2, end)
        if found >= 0:
            return found + 1
    match = _WINDOW_END.search(text, end, end + _WINDOW)
    return match.end() if match else end


def _with_long_stretches(text: str, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    borders = np.concatenate([[0], starts, [len(text)]])
    extra = []
    for i in np.flatnonzero(np.diff(borders) > _LONGEST_TOKEN):
        stretch = text[borders[i] : borders[i + 1]]
        inked = len(stretch.rstrip())
        blank = len(stretch) - len(stretch.lstrip())
        if inked - blank > _LONGEST_TOKEN:
            first = int(borders[i])
            extra.append(np.arange(first + blank, first + inked, _CHARACTERS_PER_TOKEN, dtype=np.int64))
    return np.unique(np.concatenate([starts, *extra])) if extra else np.maximum.accumulate(starts)
