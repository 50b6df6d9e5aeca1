"""What people call the place of a quote: a page, a slide, the cells of a sheet, a heading, a message.

A page is told only where a file has pages. A row of a table file has its number, a row of a sheet its
cells, everything else the heading that it stands under.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rag.errors import NotFoundError
from rag.schema import PROPERTIES, Answer, Block, BlockKind, Citation, DocumentInfo, Page, Passage, Place
from rag.store import Store

__all__ = ["place_of", "placed_answer", "placed_passages"]

_SLIDES: Final = ("presentationml.presentation", "opendocument.presentation")
_SHEETS: Final = ("spreadsheetml.sheet", "opendocument.spreadsheet")
_ROWS: Final = ("text/csv", "text/tab-separated-values")
_LONGEST_NAME: Final = 80


def placed_answer(answer: Answer, store: Store) -> Answer:
    """The answer with the places of its passages and citations: of a citation the part that answers."""
    citations = tuple(_placed(c, store, _answering_span(answer, c)) for c in answer.citations)
    return replace(answer, citations=citations, passages=tuple(placed_passages(answer.passages, store)))


def placed_passages(passages: Sequence[Passage], store: Store) -> list[Passage]:
    """The passages with the places at which they begin."""
    return [
        replace(passage, place=place_of(store, passage.document_id, passage.start, passage.start + 1))
        for passage in passages
    ]


def place_of(store: Store, document_id: str, start: int, end: int) -> Place | None:
    """What people call the place of a span; None where there is nothing to tell, or the document is gone."""
    try:
        documents = store.documents([document_id])
        page = store.page_at(document_id, start)
        return _place(store, documents[0], page, start, end) if documents else None
    except NotFoundError:
        return None


def _answering_span(answer: Answer, citation: Citation) -> tuple[int, int]:
    """The short answer in a citation, else the one cell of its row that is lit, else all of it."""
    short, table = answer.short_answer, answer.table
    if short is not None and short.citation == citation.number:
        return short.start, short.end
    if table is not None:
        lit = [table.rows[i][j] for i, j in table.lit if table.citations[i][j] == citation.number]
        cells = citation.quote.split("\t")
        if len(lit) == 1 and cells.count(lit[0]) == 1:
            start = citation.start + sum(len(cell) + 1 for cell in cells[: cells.index(lit[0])])
            return start, start + len(lit[0])
    return citation.start, citation.end


def _placed(citation: Citation, store: Store, span: tuple[int, int]) -> Citation:
    return replace(citation, place=place_of(store, citation.document_id, *span))


def _place(store: Store, document: DocumentInfo, page: Page, start: int, end: int) -> Place | None:
    kind, heading = document.media_type, _heading(store, document, page, start)
    if heading == PROPERTIES:
        return Place("", heading)
    if kind == "application/pdf" or (kind.startswith("image/") and document.pages > 1):
        return Place("page", str(page.number))
    if kind.endswith(_SLIDES):
        return Place("slide", str(page.number))
    if kind.endswith(_SHEETS):
        cells = _cells(store, document, start, end)
        return Place("", f"{page.label}!{cells}" if cells else page.label)
    if kind in _ROWS:
        rows = [block.level for block in store.blocks(document.document_id, start, end) if block.level]
        return Place("row", str(rows[0])) if rows else None
    if heading:
        return Place("", heading)
    if page.label:
        return Place("", page.label)
    return Place("page", str(page.number)) if document.pages > 1 else None


def _cells(store: Store, document: DocumentInfo, start: int, end: int) -> str:
    """The cells of a sheet that a span touches, as `B7` or `A7:D9`; "" outside of tables."""
    touched = [
        (letter, block.level)
        for block in store.blocks(document.document_id, start, end)
        for letter in _touched(store, document, block, start, end)
    ]
    if not touched:
        return ""
    by_column = sorted((letter for letter, _ in touched), key=lambda letter: (len(letter), letter))
    first = f"{by_column[0]}{touched[0][1]}"
    last = f"{by_column[-1]}{touched[-1][1]}"
    return first if first == last else f"{first}:{last}"


def _touched(store: Store, document: DocumentInfo, block: Block, start: int, end: int) -> list[str]:
    """The columns of a row's cells that a span touches."""
    header = block.header
    if header is None or not header.letters:
        return []
    found, place = [], block.start
    cells = store.text(document.document_id, block.start, block.end).split("\t")
    for letter, cell in zip(header.letters, cells, strict=False):
        if cell and place < end and place + len(cell) > start:
            found.append(letter)
        place += len(cell) + 1
    return found


def _heading(store: Store, document: DocumentInfo, page: Page, start: int) -> str:
    """The text of the last heading on the page up to a place, shortened."""
    blocks = store.blocks(document.document_id, page.start, start + 1)
    last = next((block for block in reversed(blocks) if block.kind is BlockKind.HEADING), None)
    if last is None:
        return ""
    text = " ".join(store.text(document.document_id, last.start, last.end).split())
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME].rstrip()} …"
