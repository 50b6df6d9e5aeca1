"""What happens on the way to an answer, as it happens."""

from __future__ import annotations

from dataclasses import dataclass

from rag.schema import Answer, AnswerSentence, Citation, Passage, RunRecord

__all__ = ["AnswerEvent", "Finished", "PassagesFound", "Searching", "SentenceReady", "TokenWritten"]


@dataclass(frozen=True, slots=True)
class Searching:
    """The library is being searched for this question: a follow-up question as it was understood."""

    question: str


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The passages that the answer is made from, best first."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class TokenWritten:
    """A piece of a generator's draft, not yet checked: show it as a draft only."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceReady:
    """A sentence of the answer with the citations that its numbers stand for."""

    sentence: AnswerSentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer, and the record of how it came about. Always the last event."""

    answer: Answer
    record: RunRecord


AnswerEvent = Searching | PassagesFound | SentenceReady | TokenWritten | Finished
