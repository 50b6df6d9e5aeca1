"""The key-value cache of the last prompt, so that the next one that begins alike is not read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["PrefixCache", "can_be_cropped", "common_prefix"]


class PrefixCache:
    """Keeps one cache with the tokens it holds. Whoever computes owns it; no two may at once.

    System text and worked examples stand first in every prompt, and a follow-up question repeats its
    conversation: what both prompts begin with is read once.
    """

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._cache: Any = None

    def take(self, tokens: Sequence[int]) -> Any | None:
        """The kept cache, cut to what it shares with `tokens`; None where they share nothing.

        At least one token is left to be read, because the next one is predicted from it.
        """
        cache, kept = self._cache, self._tokens
        self.clear()
        if cache is None:
            return None
        shared = min(common_prefix(kept, tokens), len(tokens) - 1)
        if shared < 1:
            return None
        cache.crop(shared - len(kept))
        return cache

    def keep(self, tokens: Sequence[int], cache: Any) -> None:
        """Keep a cache that holds exactly `tokens`."""
        if cache.get_seq_length() == len(tokens):
            self._tokens, self._cache = list(tokens), cache

    def clear(self) -> None:
        """Give the memory back."""
        self._tokens, self._cache = [], None


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """How many items two sequences share from the start."""
    for place, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return place
    return min(len(a), len(b))


def can_be_cropped(cache: Any) -> bool:
    """Whether every layer remembers all tokens: sliding windows and recurrent states forget."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    return type(cache) is DynamicCache and all(type(layer) is DynamicLayer for layer in cache.layers)
