"""Joins runs that are too small to stand alone to a neighbour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

__all__ = ["Run", "join_small"]


@dataclass(frozen=True, slots=True)
class Run:
    """A chunk in the making: its span, where its last block's own text ends, its size in tokens.

    `context` is what stands above its first row in a table that began before it, `context_tokens` the
    size of that.
    """

    start: int
    end: int
    body_end: int
    tokens: int
    headings: tuple[str, ...]
    only_headings: bool = False
    context: str = ""
    context_tokens: int = 0


def join_small(runs: Sequence[Run], min_tokens: int, limit: Callable[[tuple[str, ...]], int]) -> list[Run]:
    """Runs of which each below `min_tokens` is joined to the nearer neighbour, where both fit a chunk.

    Nearer is the neighbour that shares more of the heading path, and of two alike the smaller.
    Headings without text go with what follows. `limit` gives the most tokens under a path.
    """
    joined: list[Run] = []
    waiting = list(reversed(runs))
    while waiting:
        run = waiting.pop()
        if run.tokens >= min_tokens and not run.only_headings:
            joined.append(run)
            continue
        back = _joined_back(joined[-1], run, limit) if joined else None
        onward = _joined_onward(run, waiting[-1], limit) if waiting else None
        if onward and (back is None or _prefers_onward(joined[-1], run, waiting[-1])):
            waiting[-1] = onward
        elif back:
            joined[-1] = back
        else:
            joined.append(run)
    return joined


def _joined_back(before: Run, run: Run, limit: Callable[[tuple[str, ...]], int]) -> Run | None:
    return _joined(before, run, before.headings, limit)


def _joined_onward(run: Run, after: Run, limit: Callable[[tuple[str, ...]], int]) -> Run | None:
    shared = _shared(run.headings, after.headings)
    headings = after.headings if run.only_headings else after.headings[:shared]
    return _joined(run, after, headings, limit)


def _joined(
    first: Run, second: Run, headings: tuple[str, ...], limit: Callable[[tuple[str, ...]], int]
) -> Run | None:
    tokens = first.tokens + second.tokens
    if tokens + first.context_tokens > limit(headings):
        return None
    only_headings = first.only_headings and second.only_headings
    return replace(
        first,
        end=second.end,
        body_end=second.body_end,
        tokens=tokens,
        headings=headings,
        only_headings=only_headings,
    )


def _prefers_onward(before: Run, run: Run, after: Run) -> bool:
    if run.only_headings:
        return True
    back, onward = _shared(before.headings, run.headings), _shared(run.headings, after.headings)
    return onward > back or (onward == back and after.tokens < before.tokens)


def _shared(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
