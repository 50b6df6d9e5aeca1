"""What is searched and what is found: chunks, hits, passages."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal, NamedTuple

from rag.schema.documents import Block

__all__ = ["Box", "Chunk", "Heading", "Hit", "Leg", "Passage", "Place", "Span", "StoredChunk"]

Leg = Literal["dense", "lexical", "fused", "reranked"]


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


class ChunkPlace(NamedTuple):
    """Which document a stored chunk is of, and its number there, without its text."""

    chunk_id: int
    document_id: str
    source: str
    title: str
    ordinal: int


class Heading(NamedTuple):
    """A heading of a document: where it stands, its level (1 is the outermost) and its text on one line."""

    start: int
    end: int
    level: int
    text: str


class Hit(NamedTuple):
    """One search result of one leg, best first; a higher score is better."""

    chunk_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk, or merged neighbours, as retrieved for a question.

    `score` ranks, filters and is shown; `scores` holds each leg's own (`dense` is a cosine,
    `lexical` is BM25), absent where that leg did not find the passage. `context` is that of its first
    chunk; `rows` are those blocks in it that are rows of tables; `outline` are the headings inside it
    and, before them, those that it begins under, all in reading order. `place` is what people call where
    it begins.
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
    outline: tuple[Heading, ...] = field(default=(), repr=False)
    place: Place | None = None

    @property
    def naming(self) -> str:
        """What names it: its document's title and file."""
        return f"{self.title} {PurePath(self.source).stem.replace('_', ' ')}"


class Span(NamedTuple):
    """A half-open range of characters of a document's text."""

    start: int
    end: int


class Place(NamedTuple):
    """Where people find a span: `unit` is page, slide, row or nothing, `name` its number or a name.

    >>> Place("slide", "4").told(), Place("", "Sales!B7").told()
    ('slide 4', 'Sales!B7')
    """

    unit: str
    name: str

    @classmethod
    def read(cls, told: str) -> Place:
        """The place that `told` told."""
        unit, _, name = told.partition(" ")
        return cls(unit, name) if unit in ("page", "slide", "row") and name.isdecimal() else cls("", told)

    def told(self) -> str:
        """The place in English."""
        return f"{self.unit} {self.name}".strip()


class Box(NamedTuple):
    """A rectangle on a page, in points, origin at the page's top left."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
