"""What a question gets: sentences, citations, short answers, conflicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rag.schema.passages import Box, Passage, Place
from rag.schema.records import Example

__all__ = [
    "Answer",
    "AnswerSentence",
    "AnswerTable",
    "Citation",
    "Conflict",
    "Coverage",
    "ShortAnswer",
    "Step",
    "Support",
    "Verdict",
]


class Support(StrEnum):
    """How far the cited evidence supports a sentence."""

    SUPPORTED = "supported"
    PARTIAL = "partial"
    CONTRADICTED = "contradicted"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quote: `document.text[start:end] == quote`, copied by code, never typed by a model.

    `place` is what people call the place, filled in by `rag.places`.
    """

    number: int
    document_id: str
    source: str
    page: int
    start: int
    end: int
    quote: str
    boxes: tuple[Box, ...] = ()
    support: Support = Support.SUPPORTED
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer with the numbers of its citations.

    `own_words` says that the program made it itself, as a greeting or a count is: it is no quote.
    `starts_line` says that it begins a line, as the items of a list do.
    """

    text: str
    citations: tuple[int, ...] = ()
    support: Support = Support.SUPPORTED
    own_words: bool = False
    starts_line: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Values that passages tell of one thing, which exclude each other; `citations` has one for each."""

    values: tuple[str, ...]
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The name, number, date or place that a question asks for: `document.text[start:end] == text`.

    `citation` is the number of the citation that holds it.
    """

    text: str
    document_id: str
    start: int
    end: int
    citation: int

    def __str__(self) -> str:
        """The words themselves."""
        return self.text


class Verdict(StrEnum):
    """How an answer stands."""

    STATED = "stated"
    PIECED = "pieced together"
    NEAR = "near"
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """Rows of a document's table that answer, as they stand there, or a row for each thing that is compared.

    `lit` are the cells that answer, as (row, column); `citations` has a number for each cell, 0 where the
    cell is empty or no citation holds it. Each row has `len(columns)` cells.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lit: tuple[tuple[int, int], ...] = ()
    citations: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done for a question, with what it was done on and how much it found."""

    action: str
    arguments: dict[str, Any] = field(default_factory=dict)
    found: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was read for an answer that claims to be complete: `read` of `of` units, and where."""

    documents: int
    pages: int
    sections: int
    read: int
    of: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question got: cited sentences, or an abstention with the nearest passages.

    `confidence` is the probability, 0 to 1, that the answer is right. `reason` says why it
    abstained, or what part of the question it leaves open. `cut` lists what did not fit the prompt.
    `timings` are seconds by stage. `understood` is the standalone question that a follow-up question was
    taken for, or that which a kept answer was made for; empty where it stood alone. `conflicts` are also told
    by a sentence each.
    `kind` is what the question wants, `verdict` how the answer stands, `steps` what was done for it,
    `coverage` how much was read where completeness is claimed, `table` the rows that answer.
    `cached` says that it was made earlier, for the same question on the same library.
    """

    question: str
    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    abstained: bool
    confidence: float
    passages: tuple[Passage, ...] = ()
    examples: tuple[Example, ...] = ()
    reason: str = ""
    cut: tuple[str, ...] = ()
    model: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    run_id: str = ""
    understood: str = ""
    short_answer: ShortAnswer | None = None
    conflicts: tuple[Conflict, ...] = ()
    kind: str = "lookup"
    verdict: Verdict = Verdict.NOT_FOUND
    steps: tuple[Step, ...] = ()
    coverage: Coverage | None = None
    table: AnswerTable | None = None
    cached: bool = False

    @property
    def is_rated(self) -> bool:
        """Whether its confidence means something to people.

        That of a refusal is about the answer that was not given, and a greeting is neither right nor wrong.
        """
        is_own = bool(self.sentences) and all(sentence.own_words for sentence in self.sentences)
        return not self.abstained and not (is_own and not self.citations)
