"""What may come next, guessed from what was written before: prompt lookup.

Saxena 2023 (https://github.com/apoorvumang/prompt-lookup-decoding) proposes what followed the last words
where they stood before. How much of it is right grows with how long the match is, and a pass over a long
proposal costs more than one over a single token: the proposal is as long as the match is worth
(SuffixDecoding, Oliaro et al. 2024, section 4), and where proposals are refused, fewer are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["PromptLookup"]

_SHORTEST: Final = 2
"""Tokens that a match has at least: after a single one, anything may follow."""
_PER_TOKEN: Final = 2
"""Tokens proposed for each token of the match."""
_LONGEST_MATCH: Final = 8
_PLACES: Final = 16
"""Latest places of a pair of tokens that are compared."""
_COST: Final = 1.0
"""Tokens that a proposal has to gain on average: a pass over several costs a CPU two to three of one."""
_MEMORY: Final = 0.7
"""Share of the average gain that an older proposal keeps."""
_HOPE: Final = 0.15
"""By how much the average recovers with each token that nothing was proposed for."""


class PromptLookup:
    """Proposes tokens for one text, which grows by `extend`; told by `judged` how many were right."""

    def __init__(self, longest: int) -> None:
        """`longest` is the most tokens proposed at a time; with 0 nothing is."""
        self._longest = longest
        self._tokens: list[int] = []
        self._places: dict[tuple[int, ...], list[int]] = {}
        self._gain = 3.0 * _COST

    def extend(self, tokens: Sequence[int]) -> None:
        """Take in what the text goes on with."""
        for token in tokens:
            self._tokens.append(token)
            end = len(self._tokens) - 1  # what ends before the newest token has something that follows it
            if end >= _SHORTEST:
                pair = tuple(self._tokens[end - _SHORTEST : end])
                self._places.setdefault(pair, []).append(end)

    def propose(self, room: int) -> list[int]:
        """What followed the longest match of the text's end, the latest of equal ones; at most `room`."""
        most = min(self._longest, room)
        if most < 1 or len(self._tokens) < _SHORTEST:
            return []
        place, match = self._best_match()
        if not match:
            return []
        if match < _LONGEST_MATCH and self._gain < _COST:
            self._gain += _HOPE
            return []
        return self._tokens[place : place + min(most, _PER_TOKEN * match)]

    def judged(self, right: int) -> None:
        """How many tokens of the last proposal were right."""
        self._gain = _MEMORY * self._gain + (1 - _MEMORY) * right

    def _best_match(self) -> tuple[int, int]:
        """Where the text goes on after the best match, and how long that is; 0 where there is none."""
        best = (0, 0)
        for place in reversed(self._places.get(tuple(self._tokens[-_SHORTEST:]), [])[-_PLACES:]):
            length = self._match(place)
            if length > best[1]:
                best = (place, length)
        return best

    def _match(self, place: int) -> int:
        """How many tokens before `place` are those at the text's end."""
        most = min(place, _LONGEST_MATCH)
        end = len(self._tokens)
        for length in range(most):
            if self._tokens[place - 1 - length] != self._tokens[end - 1 - length]:
                return length
        return most
