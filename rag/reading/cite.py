"""Citations: quotes copied out of documents by code, numbered in the order of their first use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from rag.errors import NotFoundError, StoreError
from rag.geometry import PageGeometry
from rag.schema import Box, Citation, Page, Passage, Support

__all__ = ["CitationBook", "PassageSource", "TextSource"]

_STRENGTH: Final = (Support.SUPPORTED, Support.PARTIAL, Support.CONTRADICTED, Support.UNSUPPORTED)


class TextSource(Protocol):
    """Where quotes are copied from: a store, or passages that came with a question."""

    def text(self, document_id: str, start: int = 0, end: int | None = None) -> str:
        """A slice of a document's text."""
        ...

    def page_at(self, document_id: str, offset: int) -> Page:
        """The page that holds a character, with its geometry."""
        ...


class PassageSource:
    """The text of given passages, for questions that bring their own."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = tuple(passages)

    def text(self, document_id: str, start: int = 0, end: int | None = None) -> str:
        """A slice of the passage that holds it.

        Raises:
            NotFoundError: no passage holds the whole slice.
        """
        passage = self._holding(document_id, start, start if end is None else end)
        stop = passage.end if end is None else end
        return passage.text[start - passage.start : stop - passage.start]

    def page_at(self, document_id: str, offset: int) -> Page:
        """The passage's page, without geometry; it ends where the passage ends.

        Where one passage ends and the next one begins, the character is the next one's.
        """
        try:
            passage = self._holding(document_id, offset, offset + 1)
        except NotFoundError:
            passage = self._holding(document_id, offset, offset)
        return Page(passage.page, passage.start, passage.end)

    def _holding(self, document_id: str, start: int, end: int) -> Passage:
        for passage in self._passages:
            if passage.document_id == document_id and passage.start <= start and end <= passage.end:
                return passage
        raise NotFoundError(f"no passage of document {document_id!r} holds characters {start} to {end}")


class CitationBook:
    """The citations of one answer: each place once, numbered from 1 in the order of first use."""

    def __init__(self, source: TextSource, names: dict[str, str]) -> None:
        """Copy quotes from `source`; `names` are the sources' names by document id."""
        self._source = source
        self._names = names
        self._citations: dict[tuple[str, int, int], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations by number."""
        return tuple(self._citations.values())

    def number_of(self, document_id: str, start: int, end: int) -> int | None:
        """The number under which a place is cited; None where it is not."""
        known = self._citations.get((document_id, start, end))
        return known.number if known is not None else None

    def cite(
        self, document_id: str, start: int, end: int, expected: str, support: Support = Support.SUPPORTED
    ) -> int:
        """The number of the citation of a place; cited twice, it keeps the stronger support.

        Raises:
            StoreError: the document does not hold `expected` there (it was changed meanwhile).
            NotFoundError: the document is not there any more.
        """
        place = (document_id, start, end)
        known = self._citations.get(place)
        if known is not None:
            if _STRENGTH.index(support) < _STRENGTH.index(known.support):
                self._citations[place] = replace(known, support=support)
            return known.number
        quote = self._source.text(document_id, start, end)
        if quote != expected or not quote:
            raise StoreError(
                f"document {document_id!r} holds {quote[:60]!r} at {start}, not {expected[:60]!r}: ask again"
            )
        boxes, page = self._places(document_id, start, end)
        number = len(self._citations) + 1
        name = self._names.get(document_id, document_id)
        self._citations[place] = Citation(number, document_id, name, page, start, end, quote, boxes, support)
        return number

    def _places(self, document_id: str, start: int, end: int) -> tuple[tuple[Box, ...], int]:
        """The boxes of a span on all pages that it touches, and the first of these pages."""
        boxes: list[Box] = []
        page = self._source.page_at(document_id, start)
        first = page.number
        while True:
            if page.geometry is not None:
                geometry = PageGeometry.from_bytes(page.geometry)
                begin, stop = max(start, page.start) - page.start, min(end, page.end) - page.start
                boxes.extend(geometry.span_boxes(page.number, begin, stop))
            if page.end >= end or page.end <= page.start:
                return tuple(boxes), first
            following = self._source.page_at(document_id, page.end)
            if following.end <= page.end:
                return tuple(boxes), first
            page = following
