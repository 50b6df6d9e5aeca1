"""What the reader says of each unit: is the answer in it, and which of its words are the short answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.models import Reader, Reading
from rag.reading.layout import LaidOut, lay_out
from rag.reading.question import Question
from rag.reading.units import Unit
from rag.schema import Passage
from rag.text import Said, has_cjk, likeliest_language, parted_sayings, said

__all__ = [
    "ReadSpan",
    "ReaderVotes",
    "read_alone",
    "reader_for",
    "said_of",
    "votes_of",
]

Floats = NDArray[np.float64]
_UNREAD: Final = -6.0
_MOST: Final = 8.0
_WINDOWS: Final = 5


@dataclass(frozen=True, slots=True)
class ReadSpan:
    """A short answer that the reader sees: its unit's index, its place in the document and its text.

    `logit` is how much likelier it is than that there is none in its window, in log odds; `share` is its
    share among the spans of the window.
    """

    unit: int
    start: int
    end: int
    text: str
    logit: float
    share: float


@dataclass(frozen=True)
class ReaderVotes:
    """Logits of each unit, shape (units,), and the spans that were seen, likeliest first.

    `evidence` is whether the unit answers, `answerable` whether its window does, `span` how much likelier
    its best span is than none; what was not read has the lowest. All are 0 where nothing was read.
    """

    evidence: Floats
    answerable: Floats
    span: Floats
    spans: tuple[ReadSpan, ...] = ()
    has_read: bool = False

    @classmethod
    def none(cls, count: int) -> ReaderVotes:
        """For `count` units that no reader has read."""
        zeros = np.zeros(count)
        return cls(zeros, zeros, zeros)

    def of(self, rows: Sequence[int] | NDArray[np.intp]) -> ReaderVotes:
        """The votes of some units, which are counted from 0 again."""
        place = {int(row): i for i, row in enumerate(rows)}
        spans = tuple(
            ReadSpan(place[s.unit], s.start, s.end, s.text, s.logit, s.share)
            for s in self.spans
            if s.unit in place
        )
        index = np.array([int(row) for row in rows], np.intp)
        return ReaderVotes(
            self.evidence[index], self.answerable[index], self.span[index], spans, self.has_read
        )


def reader_for(
    readers: Sequence[Reader], question: Question, others: Collection[str] = (), *, foreign: bool = False
) -> Reader | None:
    """The first reader that knows the language of a question; None where none does.

    `foreign` says that the passages are in other languages, `others` where they can be told: then it must
    know them all.
    """
    languages = {likeliest_language(question.text) if foreign else question.language, *others}
    if has_cjk(question.text):
        languages.add("zh")
    for reader in readers:
        if languages <= reader.languages and (len(reader.languages) > 1 or not foreign):
            return reader
    return None


def votes_of(
    reader: Reader | None,
    question: Question,
    units: Sequence[Unit],
    passages: Sequence[Passage],
    promise: Floats,
) -> ReaderVotes:
    """Let the reader read the windows with the most promising units, those that repeat others last.

    `promise`, shape (len(units),), says how much each unit promises before it is read.
    """
    if reader is None or not units:
        return ReaderVotes.none(len(units))
    laid = lay_out(units, passages)
    best = [max(window.units, key=lambda i: promise[i]) for window in laid]
    promising = np.argsort(-promise[best], kind="stable").tolist()
    ordered = _repeats_last([(tuple(units[i].text for i in laid[w].units), w) for w in promising])
    sayings = ((w, said_of(question, units[best[w]], passages)) for w in ordered)
    own, repeated = parted_sayings(sayings, _WINDOWS)
    read = [laid[i] for i in sorted([*own, *repeated][:_WINDOWS])]
    votes = {name: np.full(len(units), _UNREAD) for name in ("evidence", "answerable", "span")}
    spans: list[ReadSpan] = []
    for window, reading in zip(read, reader.read(question.asked, [w.window for w in read]), strict=True):
        for index, evidence in zip(window.units, reading.evidence, strict=True):
            votes["evidence"][index] = np.clip(evidence, _UNREAD, _MOST)
            votes["answerable"][index] = np.clip(reading.answerable, _UNREAD, _MOST)
        for span in _spans(window, reading):
            votes["span"][span.unit] = max(votes["span"][span.unit], np.clip(span.logit, _UNREAD, _MOST))
            spans.append(span)
    spans.sort(key=lambda span: -span.logit)
    return ReaderVotes(votes["evidence"], votes["answerable"], votes["span"], tuple(spans), has_read=True)


def read_alone(
    reader: Reader, question: Question, units: Sequence[Unit], passages: Sequence[Passage]
) -> float:
    """The logit that some units answer, read by themselves under their headings; that of the best window."""
    windows = [laid.window for laid in lay_out(units, passages)]
    logits = [reading.answerable for reading in reader.read(question.asked, windows)] if windows else []
    return float(np.clip(max(logits, default=_UNREAD), _UNREAD, _MOST))


def said_of(question: Question, unit: Unit, passages: Sequence[Passage]) -> Said:
    """What a unit says beside a question's own words."""
    return said(unit.reading, question.terms, f"{passages[unit.passage].naming} {unit.heading}")


def _repeats_last(windows: Sequence[tuple[tuple[str, ...], int]]) -> list[int]:
    """Windows by what they say and their index: those that say something of their own first."""
    first = dict(reversed(windows))
    own = [index for said, index in windows if first[said] == index]
    return own + [index for said, index in windows if first[said] != index]


def _spans(laid: LaidOut, reading: Reading) -> list[ReadSpan]:
    """The spans of a window that were copied in one piece, each in its unit."""
    window = laid.window
    found = []
    for span in reading.spans:
        place = laid.origin(span.start, span.end)
        inside = [
            index
            for index, (start, end) in zip(laid.units, window.units, strict=True)
            if start <= span.start and span.end <= end
        ]
        if place is not None and inside:
            text = window.text[span.start : span.end]
            logit = span.logit - reading.null
            found.append(ReadSpan(inside[0], *place, text, logit, span.probability))
    return found
