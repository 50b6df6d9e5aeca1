"""What a reader takes in and gives out: tokens of question and window, and the reading of their logits.

Training and run time share it, so that both see the same tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ModelError
from rag.models.reader import UNSEEN, ReaderSpan, Reading, Window
from rag.models.tokenizer import encodable
from rag.text.language import CJK

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Pair", "PairEncoder", "best_spans", "reading"]

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
    parts = []
    for start, end in window.units:
        inside = np.flatnonzero(
            (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
        )
        pairs = np.meshgrid(inside[may_begin[inside]], inside[may_end[inside]], indexing="ij")
        first, last = pairs
        parts.append(np.stack(pairs)[:, (last >= first) & (last - first < _LONGEST)])
    first, last = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.int64)
    if not len(first):
        return ()
    scores = starts[first] + ends[last]
    order = np.argsort(-scores, kind="stable")
    first, last, scores = first[order], last[order], scores[order]
    top = max(float(scores[0]), null)
    total = float(np.exp(scores - top).sum() + np.exp(null - top))
    chosen: list[tuple[float, int, int]] = []
    free = np.ones(len(first), bool)
    while len(chosen) < _WANTED and free.any():
        best = int(free.argmax())
        chosen.append((float(scores[best]), int(first[best]), int(last[best])))
        free &= (last < first[best]) | (first > last[best])
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
    """Whether a word may begin or end here: not in `re|form`, `1|.5` and `P-|17`; in `France|-based`."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if before.isalnum() and after.isalnum():
        return bool(_UNSPACED.match(before) or _UNSPACED.match(after))
    if after in _JOINERS and before.isalnum() and at + 1 < len(text):
        return not (text[at + 1].isalnum() and (before.isdigit() or text[at + 1].isdigit()))
    if before in _JOINERS and after.isalnum() and at > 1:
        return not (text[at - 2].isalnum() and (after.isdigit() or text[at - 2].isdigit()))
    return True


_UNSPACED = re.compile(f"[{CJK}\u0e00-\u0e7f]")
"""Letters of scripts that put no space between words, or, as Korean, write the smallest ones together."""
_JOINERS = frozenset(".,-/:_'’")


_SPECIAL_TOKENS = 3
"""[CLS] question [SEP] window [SEP]."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Question and window as tokens: `ids` and `kinds` (0 question, 1 window) of all of them.

    `offsets` (visible tokens of the window, 2) are their characters in the window's text; the first of them
    is token `first`.
    """

    ids: list[int]
    kinds: list[int]
    first: int
    offsets: np.ndarray


class PairEncoder:
    """Lays a question and windows out as tokens, each cut from the right where it is too long."""

    def __init__(self, tokenizer: Tokenizer, max_tokens: int, max_question_tokens: int) -> None:
        """Take a BERT-like tokenizer; its truncation and padding are switched off."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._max_question_tokens = max_question_tokens
        self._start, self._separator = (_id(tokenizer, token) for token in ("[CLS]", "[SEP]"))

    def pairs(self, question: str, texts: Sequence[str]) -> list[Pair]:
        """One pair a text, in their order."""
        asked = self._tokenizer.encode(encodable(question), add_special_tokens=False)
        asked_ids = asked.ids[: self._max_question_tokens]
        room = self._max_tokens - len(asked_ids) - _SPECIAL_TOKENS
        first = len(asked_ids) + 2
        pairs = []
        laid = [encodable(text) for text in texts]
        for text, tokens in zip(
            laid, self._tokenizer.encode_batch(laid, add_special_tokens=False), strict=True
        ):
            shown = tokens.ids[:room]
            ids = [self._start, *asked_ids, self._separator, *shown, self._separator]
            kinds = [0] * first + [1] * (len(shown) + 1)
            places = [(_begin(text, start, end), end) for start, end in tokens.offsets[:room]]
            pairs.append(Pair(ids, kinds, first, np.asarray(places, np.int64).reshape(-1, 2)))
        return pairs


def _begin(text: str, start: int, end: int) -> int:
    """Where a token begins without the space that some tokenizers count to it."""
    return start + 1 if end > start + 1 and text[start] == " " else start


def _id(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ModelError(f"the reader's tokenizer has no {token}: a reader needs one like BERT's")
    return int(found)


def reading(pair: Pair, window: Window, answerable: float, tokens: np.ndarray) -> Reading:
    """Make sense of the model's logits.

    Args:
        pair: what the model was given.
        window: the window in it.
        answerable: the logit at [CLS].
        tokens: start, end and evidence logit of each token, shape (tokens or more, 3 or more); further
            columns do not count.
    """
    logits = np.asarray(tokens, np.float64)[:, :3]
    starts, ends, evidence = logits[pair.first : pair.first + len(pair.offsets)].T
    null = float(logits[0, 0] + logits[0, 1])
    return Reading(
        answerable=answerable,
        evidence=_evidence(evidence, pair.offsets, window.units),
        null=null,
        spans=best_spans(starts, ends, null, pair.offsets, window),
    )


def _evidence(logits: np.ndarray, offsets: np.ndarray, units: Sequence[tuple[int, int]]) -> tuple[float, ...]:
    """The mean logit of each unit's visible tokens (a linear head over the mean of their states)."""
    scores = []
    for start, end in units:
        inside = (offsets[:, 0] < end) & (offsets[:, 1] > start)
        scores.append(float(logits[inside].mean()) if inside.any() else UNSEEN)
    return tuple(scores)
