"""The words of the project as frozen data: what the parts hand to each other.

Offsets are character offsets into a document's text, counted from 0, end exclusive.
Pages are numbered from 1. Boxes are in points (1/72 inch), origin at the page's top left.
"""

from rag.schema.answers import (
    Answer,
    AnswerSentence,
    AnswerTable,
    Citation,
    Conflict,
    Coverage,
    ShortAnswer,
    Step,
    Support,
    Verdict,
)
from rag.schema.documents import (
    METADATA,
    PAGE_BREAK,
    PROPERTIES,
    TEXT_SOURCE,
    Block,
    BlockKind,
    Document,
    DocumentInfo,
    Page,
    RowHeader,
    source_name,
    without_controls,
)
from rag.schema.passages import Box, Chunk, ChunkPlace, Heading, Hit, Leg, Passage, Place, Span, StoredChunk
from rag.schema.queries import QueryColumn, QueryResult, QueryRow, QueryTable, ResultColumn
from rag.schema.records import Check, Example, Message, RunRecord, Stages

__all__ = [
    "METADATA",
    "PAGE_BREAK",
    "PROPERTIES",
    "TEXT_SOURCE",
    "Answer",
    "AnswerSentence",
    "AnswerTable",
    "Block",
    "BlockKind",
    "Box",
    "Check",
    "Chunk",
    "ChunkPlace",
    "Citation",
    "Conflict",
    "Coverage",
    "Document",
    "DocumentInfo",
    "Example",
    "Heading",
    "Hit",
    "Leg",
    "Message",
    "Page",
    "Passage",
    "Place",
    "QueryColumn",
    "QueryResult",
    "QueryRow",
    "QueryTable",
    "ResultColumn",
    "RowHeader",
    "RunRecord",
    "ShortAnswer",
    "Span",
    "Stages",
    "Step",
    "StoredChunk",
    "Support",
    "Verdict",
    "source_name",
    "without_controls",
]
