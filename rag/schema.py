"""The words of the project as frozen data: what the parts hand to each other.

Offsets are character offsets into a document's text, counted from 0, end exclusive.
Pages are numbered from 1. Boxes are in points (1/72 inch), origin at the page's top left.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

__all__ = [
    "Answer",
    "AnswerSentence",
    "Block",
    "BlockKind",
    "Box",
    "Check",
    "Chunk",
    "Citation",
    "Conflict",
    "Document",
    "DocumentInfo",
    "Example",
    "Hit",
    "Message",
    "Page",
    "Passage",
    "RowHeader",
    "RunRecord",
    "ShortAnswer",
    "Span",
    "StoredChunk",
    "Support",
]

Leg = Literal["dense", "lexical", "fused", "reranked"]
PAGE_BREAK = "\f"


class Span(NamedTuple):
    """A half-open range of characters of a document's text."""

    start: int
    end: int


class Box(NamedTuple):
    """A rectangle on a page, in points, origin at the page's top left."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class BlockKind(StrEnum):
    """What a structural span of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    CODE = "code"
    HEADER = "header"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class RowHeader:
    """What a table's row needs in order to make sense alone; see `rag.text.tables`.

    `columns` holds for each cell of the row the names that stand above it, outermost first, joined by
    " > " ("2022 > First quarter"); empty where there is none. `sections` are the titled groups of rows
    that it stands in, outermost first. The first `labels` cells say what the row is about. `unit` is
    what the table says of its numbers ("in millions"). `is_header` marks rows that hold names.
    """

    columns: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    caption: str = ""
    unit: str = ""
    labels: int = 1
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A structural span; `level` is 1 to 6 for headings and 0 for all else.

    `header` is there for rows of tables whose structure is known.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    header: RowHeader | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page, sheet, slide or section: the span of its text, and its geometry where there is one.

    Pages tile the document's text: the first starts at 0, each starts where the one before ends,
    the last ends at the text's length. All but the last end with a form feed (`PAGE_BREAK`).
    `geometry` is a `rag.geometry.PageGeometry` as bytes.
    """

    number: int
    start: int
    end: int
    label: str = ""
    width: float | None = None
    height: float | None = None
    geometry: bytes | None = field(default=None, repr=False)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as loaded: its whole text, its pages, and its structure.

    `blocks` are in order of `start` and do not overlap; they need not cover the text.
    """

    source: str
    sha256: str
    media_type: str
    title: str
    language: str
    text: str = field(repr=False)
    pages: tuple[Page, ...] = field(repr=False)
    blocks: tuple[Block, ...] = field(default=(), repr=False)
    metadata: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def document_id(self) -> str:
        """16 hexadecimal digits; other content under the same name is another document."""
        named = f"{self.source}\0{self.sha256}".encode("utf-8", "surrogatepass")  # undecodable file names
        return hashlib.sha256(named).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document as the library lists it, without its text.

    `loaded_by` and `chunked_by` name the rules (settings and version of the code) by which it was read
    and cut; empty where they are not known.
    """

    document_id: str
    source: str
    sha256: str
    media_type: str
    title: str
    language: str
    pages: int
    chunks: int
    characters: int
    added_at: str
    metadata: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    file: str | None = None
    loaded_by: str = ""
    chunked_by: str = ""

    @property
    def name(self) -> str:
        """The last part of the source, as people call the document."""
        return self.source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or self.source


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of a document with its place in the outline. Chunks tile the document's text.

    `context` is what stands above its first row in a table that began before it: caption, unit, names
    of columns, sections. It is embedded and indexed with the chunk and shown to a model.
    """

    ordinal: int
    start: int
    end: int
    first_page: int
    last_page: int
    headings: tuple[str, ...] = ()
    context: str = ""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the store returns it; `text` is sliced from the document's text."""

    chunk_id: int
    document_id: str
    source: str
    title: str
    ordinal: int
    start: int
    end: int
    first_page: int
    last_page: int
    headings: tuple[str, ...]
    text: str = field(repr=False)
    context: str = ""


class Hit(NamedTuple):
    """One search result of one leg, best first; a higher score is better."""

    chunk_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk, or merged neighbours, as retrieved for a question.

    `score` ranks, filters and is shown; `scores` holds each leg's own (`dense` is a cosine,
    `lexical` is BM25), absent where that leg did not find the passage. `context` is that of its first
    chunk; `rows` are those blocks in it that are rows of tables with a known header.
    """

    document_id: str
    source: str
    title: str
    page: int
    start: int
    end: int
    text: str = field(repr=False)
    score: float
    scores: dict[str, float] = field(default_factory=dict)
    chunk_ids: tuple[int, ...] = ()
    headings: tuple[str, ...] = ()
    leg: Leg = "fused"
    context: str = ""
    rows: tuple[Block, ...] = field(default=(), repr=False)


class Support(StrEnum):
    """How far the cited evidence bears out a sentence."""

    SUPPORTED = "supported"
    PARTIAL = "partial"
    CONTRADICTED = "contradicted"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quote: `document.text[start:end] == quote`, copied by code, never typed by a model."""

    number: int
    document_id: str
    source: str
    page: int
    start: int
    end: int
    quote: str
    boxes: tuple[Box, ...] = ()
    support: Support = Support.SUPPORTED


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer with the numbers of its citations."""

    text: str
    citations: tuple[int, ...] = ()
    support: Support = Support.SUPPORTED


@dataclass(frozen=True, slots=True)
class Example:
    """A worked question-passages-answer triple for the prompt (few-shot demonstration)."""

    example_id: str
    question: str
    answer: str
    passages: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat prompt.

    `about` are titles and headings of what an answer cites: what a follow-up question may be about.
    """

    role: Literal["system", "user", "assistant"]
    content: str
    about: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question got: cited sentences, or an abstention with the nearest passages.

    `confidence` is the probability, 0 to 1, that the answer is right. `reason` says why it
    abstained, or what part of the question it leaves open. `cut` lists what did not fit the prompt.
    `timings` are seconds by stage. `understood` is the standalone question that a follow-up question was
    taken for; empty where it stood alone. `conflicts` are also told by a sentence each.
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
    cached: bool = False


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that made one answer, so that it can be shown and replayed.

    `settings`, `answer` and `why` are plain JSON values; `prompt` is empty when no model wrote.
    """

    run_id: str
    created_at: str
    question: str
    library_version: int
    settings: dict[str, Any]
    model: str
    prompt: tuple[Message, ...]
    answer: dict[str, Any]
    timings: dict[str, float]
    why: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant of the store and whether it holds."""

    name: str
    ok: bool
    detail: str = ""
