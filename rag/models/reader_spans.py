"""From the logits of a window's tokens to the best short answers in it."""

from __future__ import annotations

import numpy as np

from rag.models.reader import ReaderSpan, Window

__all__ = ["best_spans"]

_LONGEST = 40
"""Tokens of the longest short answer."""
_WANTED = 5


def best_spans(
    starts: np.ndarray, ends: np.ndarray, null: float, offsets: np.ndarray, window: Window
) -> tuple[ReaderSpan, ...]:
    """The best few spans that lie within a unit and cut no word; none overlaps a better one.

    Args:
        starts: logit of each visible token of the window to begin the answer, shape (tokens,).
        ends: the same for its last token, shape (tokens,).
        null: sum of both logits at [CLS].
        offsets: first and one-past-last character of each token, shape (tokens, 2).
        window: what was read.
    """
    may_begin = np.array([_is_edge(window.text, int(at)) for at in offsets[:, 0]], bool)
    may_end = np.array([_is_edge(window.text, int(at)) for at in offsets[:, 1]], bool)
    found: list[tuple[float, int, int]] = []
    for start, end in window.units:
        inside = np.flatnonzero(
            (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
        )
        firsts, lasts = inside[may_begin[inside]], inside[may_end[inside]]
        first, last = np.meshgrid(firsts, lasts, indexing="ij")
        kept = (last >= first) & (last - first < _LONGEST)
        first, last = first[kept], last[kept]
        scores = starts[first] + ends[last]
        found.extend(zip(scores.tolist(), first.tolist(), last.tolist(), strict=True))
    if not found:
        return ()
    found.sort(key=lambda span: -span[0])
    scores = np.array([score for score, _, _ in found])
    top = max(float(scores[0]), null)
    total = float(np.exp(scores - top).sum() + np.exp(null - top))
    chosen: list[tuple[float, int, int]] = []
    for score, first_token, last_token in found:
        if all(last_token < a or first_token > b for _, a, b in chosen):
            chosen.append((score, first_token, last_token))
            if len(chosen) == _WANTED:
                break
    return tuple(
        ReaderSpan(
            start=int(offsets[a, 0]),
            end=int(offsets[b, 1]),
            probability=float(np.exp(score - top)) / total,
            logit=score,
        )
        for score, a, b in chosen
    )


def _is_edge(text: str, at: int) -> bool:
    """Whether a word may begin or end here: not in `re|form`, `1|.5`, `P-|17`; but in `France|-based`."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if before.isalnum() and after.isalnum():
        return False
    if after in _JOINERS and before.isalnum() and at + 1 < len(text):
        return not (text[at + 1].isalnum() and (before.isdigit() or text[at + 1].isdigit()))
    if before in _JOINERS and after.isalnum() and at > 1:
        return not (text[at - 2].isalnum() and (after.isdigit() or text[at - 2].isdigit()))
    return True


_JOINERS = frozenset(".,-/:_'’")
