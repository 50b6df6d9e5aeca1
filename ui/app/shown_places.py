"""Where something stands: the name of a file, the boxes of a span, the text around a quote."""

from __future__ import annotations

from dataclasses import dataclass

from rag.geometry import PageGeometry
from rag.schema import Box, Place
from rag.store import Store
from ui.app.texts import Texts

__all__ = ["Surroundings", "file_name", "named_place", "place_text", "span_boxes", "surroundings"]


@dataclass(frozen=True)
class Surroundings:
    """A piece of a document's text with a span of it; `start` and `end` count within `text`."""

    text: str
    start: int
    end: int
    cut_before: bool
    cut_after: bool


def file_name(source: str) -> str:
    """The last part of a source, as people call the document."""
    return source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or source


def named_place(source: str, place: Place | None, t: Texts) -> str:
    """A document and the place in it, in the reader's language."""
    told = place_text(place, t)
    return t.citation_place.format(name=file_name(source), place=told) if told else file_name(source)


def place_text(place: Place | None, t: Texts) -> str:
    """What people call a place; "" where there is nothing to tell."""
    if place is None:
        return ""
    numbered = {"page": t.page, "slide": t.slide, "row": t.row}.get(place.unit, "{n}")
    return numbered.format(n=place.name)


def span_boxes(store: Store, document_id: str, start: int, end: int) -> tuple[Box, ...]:
    """The boxes of a span of a document's text, over all pages it touches; none without geometry."""
    boxes: list[Box] = []
    while start < end:
        page = store.page_at(document_id, start)
        if page.geometry is not None:
            geometry = PageGeometry.from_bytes(page.geometry)
            boxes += geometry.span_boxes(page.number, start - page.start, min(end, page.end) - page.start)
        if page.end <= start:
            break
        start = page.end
    return tuple(boxes)


def surroundings(store: Store, document_id: str, start: int, end: int, characters: int = 700) -> Surroundings:
    """The text of a span with up to `characters` on either side, cut between words."""
    first = max(0, start - characters)
    text = store.text(document_id, first, end + characters + 1)  # one more, to know whether more follows
    cut_after = len(text) > end + characters - first
    if cut_after:
        space = text.rfind(" ", end - first, end + characters - first)
        text = text[: space if space >= 0 else end + characters - first]
    head = text.find(" ", 0, start - first) + 1 if first else 0
    return Surroundings(text[head:], start - first - head, end - first - head, first > 0, cut_after)
