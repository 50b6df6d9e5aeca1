"""What a reader of question and window gives, whatever model is behind it.

A window is a stretch of one document of some 200 words, laid out as the reader was trained on: on the first
line the context (title and headings above the window, joined by ` > `, or nothing), then the text itself.
There a heading stands on its own line as `## heading`, sentences of a paragraph follow each other after a
space, paragraphs and list items after a line break, and a table row is one line:
`Label column: label; Column: value; Column: value (unit)`, with `section > ` in front where it has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["UNSEEN", "Reader", "ReaderSpan", "Reading", "Window"]

UNSEEN = -10.0
"""Evidence logit of a unit that lies wholly behind what the model can take."""


@dataclass(frozen=True, slots=True)
class Window:
    """One text to read: its layout, and the spans of what can be quoted from it (sentences, items, rows)."""

    text: str
    units: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ReaderSpan:
    """A short answer: characters `start` to `end` of the window's text.

    `probability` is its share among all spans of that window and none at all, `logit` the sum of the
    logits of its ends.
    """

    start: int
    end: int
    probability: float
    logit: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What one window holds for the question.

    `answerable` is the logit that the answer is in it, `evidence` has one logit a unit, `null` is the logit
    of there being no short answer (compare it with those of `spans`). `spans` are the best few, best first;
    none overlaps a better one, crosses the end of a unit or cuts a word.
    """

    answerable: float
    evidence: tuple[float, ...]
    null: float
    spans: tuple[ReaderSpan, ...]


class Reader(Protocol):
    """Reads a question and windows together. Safe for several threads."""

    @property
    def name(self) -> str:
        """How people call the model."""
        ...

    @property
    def fingerprint(self) -> str:
        """Tells readers apart whose numbers differ."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The codes of the languages that it reads; with several, a question and its windows may differ."""
        ...

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window, in their order."""
        ...
