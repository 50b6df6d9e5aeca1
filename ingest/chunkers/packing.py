"""Where to cut a row of pieces so that runs are full, even, and end at good borders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["pack"]

_RUN: Final = 1.0
_FINEST: Final = 16


def pack(
    tokens: Sequence[int], border_costs: Sequence[float], limit: int, leads: Sequence[int] | None = None
) -> list[int]:
    """The index of the first piece of each run, at the least cost of the whole row.

    A run of n tokens costs `1 + (1 - n / limit)²` and the cost of the border before it: few runs,
    of even size, that end where `border_costs` are low. Found by dynamic programming over all
    rows of cuts, as Knuth and Plass (1981, "Breaking Paragraphs into Lines") break lines.
    `border_costs[i]` is the cost of cutting before piece i; the first is not used. `leads[i]` are tokens
    that a run needs besides its own where it begins with piece i. No run is over `limit` with them,
    unless it is a single piece.
    """
    if not tokens:
        return []
    firsts = _glued(tokens, limit // _FINEST)
    before = [0]
    for first, following in zip(firsts, [*firsts[1:], len(tokens)], strict=True):
        before.append(before[-1] + sum(tokens[first:following]))
    cost = [0.0] * len(before)
    came_from = [0] * len(before)
    earliest = 0
    for end in range(1, len(before)):
        while earliest < end - 1 and before[end] - before[earliest] > limit:
            earliest += 1
        best = float("inf")
        for start in range(earliest, end):
            size = before[end] - before[start] + (leads[firsts[start]] if leads else 0)
            if size > limit and start < end - 1:
                continue
            slack = 1.0 - min(size, limit) / limit
            border = border_costs[firsts[start]] if start else 0.0
            total = cost[start] + border + _RUN + slack * slack
            if total < best:
                best, came_from[end] = total, start
        cost[end] = best
    runs = []
    end = len(before) - 1
    while end > 0:
        end = came_from[end]
        runs.append(firsts[end])
    return runs[::-1]


def _glued(tokens: Sequence[int], finest: int) -> list[int]:
    """First pieces of groups of up to `finest` tokens: bounds the work on rows of tiny pieces."""
    firsts = [0]
    size = tokens[0]
    for i in range(1, len(tokens)):
        if size + tokens[i] > finest:
            firsts.append(i)
            size = 0
        size += tokens[i]
    return firsts
