"""What the tools take and give: forms whose JSON schemas tell a model what to send and what comes back."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from rag.limits import LONGEST_QUESTION, MOST_DOCUMENTS
from rag.reading.quote_check import LONGEST_QUOTE
from rag.schema import AnswerSentence, AnswerTable, Conflict, Coverage, ShortAnswer, Support, Verdict

__all__ = [
    "AddRequest",
    "Added",
    "AddedFile",
    "AskRequest",
    "CitationEntry",
    "DocumentEntry",
    "DocumentList",
    "Documents",
    "End",
    "FoundPassages",
    "ListRequest",
    "PageRequest",
    "PageShown",
    "PassageEntry",
    "Place",
    "QuotePlace",
    "QuoteVerification",
    "ReadRequest",
    "SearchRequest",
    "ShownText",
    "Start",
    "ToldAnswer",
    "VerifyRequest",
    "WordsApart",
]

_MOST_PASSAGES = 50
_MOST_LISTED = 200
_LONGEST_NAME = 4_096
_FARTHEST = 10**9
"""No document has so many pages or characters."""


def _as_list(value: object) -> object:
    """A list that came as its JSON text, or a single name, as models write them now and then."""
    if isinstance(value, str):
        with suppress(ValueError, RecursionError):
            read = json.loads(value)
            return read if isinstance(read, list) else [value]
        return [value]
    return value


Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=_LONGEST_NAME,
        description="A document by its document_id, or by its source or file name",
    ),
]
Documents = Annotated[
    list[Annotated[str, Field(max_length=_LONGEST_NAME)]],
    BeforeValidator(_as_list),
    Field(max_length=MOST_DOCUMENTS, description="Only these documents (ids or file names); empty for all"),
]
Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(
        min_length=1,
        max_length=LONGEST_QUESTION,
        description="A whole question in plain language, which needs no earlier turn to be understood",
    ),
]
Start = Annotated[int, Field(description="Offset of the first character in the document's text, from 0")]
End = Annotated[int, Field(description="Offset behind the last character: text[start:end] is what is told")]
Uri = Annotated[str, Field(description="The resource that holds the page")]
Place = Annotated[str, Field(description="What people call the place: page 3, a sheet's cells, a heading")]
Cursor = Annotated[
    str | None, Field(max_length=_LONGEST_NAME, description="next_cursor of the answer before, to go on")
]
NextCursor = Annotated[str | None, Field(description="Give it as cursor to get more; null at the end")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SearchRequest(_Request):
    """What `search` takes."""

    question: Question
    top_k: int | None = Field(None, ge=1, le=_MOST_PASSAGES, description="How many passages")
    documents: Documents = []


class AskRequest(_Request):
    """What `ask` takes."""

    question: Question
    documents: Documents = []


class ListRequest(_Request):
    """What `list_documents` takes."""

    limit: int = Field(50, ge=1, le=_MOST_LISTED, description="How many documents")
    cursor: Cursor = None


class ReadRequest(_Request):
    """What `read_document` takes."""

    document: Name
    first_page: int | None = Field(None, ge=1, le=_FARTHEST, description="Begin at this page, from 1")
    last_page: int | None = Field(
        None, ge=1, le=_FARTHEST, description="End with this page; only first_page if left out"
    )
    start: int | None = Field(None, ge=0, le=_FARTHEST, description="Begin at this character instead, from 0")
    end: int | None = Field(None, ge=0, le=_FARTHEST, description="End before this character")
    cursor: Cursor = None


class VerifyRequest(_Request):
    """What `verify` takes."""

    document: Name
    quote: str = Field(
        min_length=1, max_length=LONGEST_QUOTE, description="The words as you mean to quote them"
    )


class PageRequest(_Request):
    """What `show_page` takes."""

    document: Name
    page: int = Field(ge=1, le=_FARTHEST, description="The page, from 1")
    start: int | None = Field(
        None, ge=0, le=_FARTHEST, description="Mark the text from this offset of the document"
    )
    end: int | None = Field(None, ge=0, le=_FARTHEST, description="Mark it up to this offset")


class AddRequest(_Request):
    """What `add_document` takes."""

    path: str = Field(
        min_length=1, max_length=_LONGEST_NAME, description="A file, by its path in the shared folder"
    )


class DocumentEntry(BaseModel):
    """A document of the library."""

    document_id: str
    source: str
    title: str
    media_type: str
    language: str
    pages: int
    characters: int
    added_at: str
    warnings: list[str] = Field(description="What of the file could not be read")
    uri: str


class DocumentList(BaseModel):
    """Documents, by source."""

    documents: list[DocumentEntry]
    total: int = Field(description="How many documents the library holds")
    next_cursor: NextCursor


class PassageEntry(BaseModel):
    """A passage as it stands in a document."""

    document_id: str
    source: str
    title: str
    page: int
    place: Place
    start: Start
    end: End
    headings: list[str]
    text: str
    score: float = Field(description="Ranks the passages of one search; more is better")
    uri: Uri


class FoundPassages(BaseModel):
    """The passages that fit a question best, best first."""

    question: str
    passages: list[PassageEntry]


class QuotePlace(BaseModel):
    """Text of a document with its place."""

    document_id: str
    source: str
    page: int
    place: Place
    start: Start
    end: End
    quote: str = Field(description="The document's own text there, copied by the program")
    uri: Uri


class CitationEntry(QuotePlace):
    """A quote that a sentence of the answer rests on, by its number."""

    number: int
    support: Support


class ToldAnswer(BaseModel):
    """An answer with its citations."""

    question: str
    answer: str
    abstained: bool = Field(description="No answer was found; passages hold what is nearest")
    verdict: Verdict
    confidence: float | None = Field(
        description="The probability, 0 to 1, that the answer is right; null where none was found"
    )
    reason: str = Field(description="Why there is no answer, or what it leaves open")
    short_answer: ShortAnswer | None
    sentences: list[AnswerSentence]
    citations: list[CitationEntry]
    conflicts: list[Conflict] = Field(description="Values that documents tell of one thing, each cited")
    table: AnswerTable | None
    coverage: Coverage | None
    passages: list[PassageEntry] = Field(description="The nearest passages, where there is no sure answer")
    run_id: str


class ShownText(BaseModel):
    """A part of a document's text."""

    document_id: str
    source: str
    title: str
    pages: int
    characters: int = Field(description="Of the whole document")
    first_page: int = Field(description="The page on which the text begins")
    last_page: int = Field(description="The page on which it ends")
    start: Start
    end: End
    text: str
    next_cursor: NextCursor


class WordsApart(BaseModel):
    """Words of a quote that the document tells otherwise."""

    quote: str = Field(description="Words of the quote; empty where it leaves some out")
    document: str = Field(description="What the document has instead; empty where it has nothing")


class QuoteVerification(BaseModel):
    """Whether a quote holds."""

    verbatim: bool = Field(description="Whether the document says the quote word for word")
    exact: bool = Field(
        description="Whether every character is the same; else white space, dashes or marks differ"
    )
    places: list[QuotePlace] = Field(description="Where it says it: at most twenty places")
    nearest: QuotePlace | None = Field(description="Else the sentences nearest to the quote, if any are near")
    differences: list[WordsApart] = Field(description="What would have to be changed in the quote")


class PageShown(BaseModel):
    """Which page the picture shows."""

    document_id: str
    source: str
    page: int
    marked: str = Field(description="The text that is marked on the picture")
    uri: str


class AddedFile(BaseModel):
    """What became of a file."""

    source: str
    status: str
    document_id: str | None
    pages: int
    warnings: list[str]
    error: str | None


class Added(BaseModel):
    """What was added."""

    files: list[AddedFile] = Field(description="One for a file; one for each member of an archive")
