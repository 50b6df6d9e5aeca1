"""Where something stands: spans of text and boxes on pages."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Box", "Place", "Span"]


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
