"""Where something stands: spans of text and boxes on pages."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Box", "Span"]


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
