"""Passages laid out for the reader: windows of units in the form of `rag.models.reader`.

Each window remembers which piece of its text was copied from where, so that a span of a window is a span of
the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rag.models import Window
from rag.reading.units import Unit
from rag.schema import Passage
from rag.text.tables import PATH

__all__ = ["LaidOut", "lay_out"]

_MOST_CHARACTERS: Final = 1_000
"""Of a window: about 200 English words, what the reader takes."""
_CONTEXT_CHARACTERS: Final = 160


@dataclass(frozen=True, slots=True)
class _Copied:
    """Characters of a window from `start` to `end` that stand in the document from `origin` on."""

    start: int
    end: int
    origin: int


@dataclass
class LaidOut:
    """A window with the units that it holds, by their indices, and where its pieces come from."""

    units: list[int] = field(default_factory=list)
    _text: str = ""
    _spans: list[tuple[int, int]] = field(default_factory=list)
    _copied: list[_Copied] = field(default_factory=list)

    @property
    def window(self) -> Window:
        """What the reader reads."""
        return Window(self._text, tuple(self._spans))

    def origin(self, start: int, end: int) -> tuple[int, int] | None:
        """The place in the document of a span of the window; None where it was not copied in one piece."""
        for piece in self._copied:
            if piece.start <= start and end <= piece.end:
                return piece.origin + start - piece.start, piece.origin + end - piece.start
        return None

    def write(self, text: str) -> None:
        """Add what is not quoted: the context, a heading, what parts two units."""
        self._text += text

    def add(self, index: int, unit: Unit) -> None:
        """Add a unit, a row in words."""
        start = len(self._text)
        if unit.row is None:
            self._copy(unit.text, unit.start)
        else:
            for piece, cell in unit.row.parts():
                if cell is None:
                    self._text += piece
                else:
                    self._copy(piece, cell.start)
        self.units.append(index)
        self._spans.append((start, len(self._text)))

    def _copy(self, text: str, origin: int) -> None:
        start = len(self._text)
        self._text += text if "\n" not in text else text.replace("\n", " ")
        self._copied.append(_Copied(start, len(self._text), origin))


def lay_out(units: Sequence[Unit], passages: Sequence[Passage]) -> list[LaidOut]:
    """Windows over the units of passages, in order; headings stand in them and are no units of theirs."""
    return [laid for laid in _windows(units, passages) if laid.units]


def _windows(units: Sequence[Unit], passages: Sequence[Passage]) -> Iterator[LaidOut]:
    laid: LaidOut | None = None
    before: Unit | None = None
    for index, unit in enumerate(units):
        if unit.is_heading:
            continue
        size = len(unit.reading)
        fits = laid is not None and len(laid.window.text) + size <= _MOST_CHARACTERS
        if laid is None or before is None or before.passage != unit.passage or not fits:
            if laid is not None:
                yield laid
            laid = LaidOut()
            laid.write(_context(unit, passages[unit.passage]) + "\n")
        else:
            laid.write(_between(before, unit, passages[unit.passage]))
        laid.add(index, unit)
        before = unit
    if laid is not None:
        yield laid


def _context(unit: Unit, passage: Passage) -> str:
    """The title and the headings above a window, the innermost kept where there is no room for all."""
    parts = [part for part in (passage.title, *unit.headings) if part]
    if unit.row is not None and unit.row.caption:
        parts.append(unit.row.caption)
    parts = [part[:_CONTEXT_CHARACTERS] for part in dict.fromkeys(parts)]
    while len(parts) > 1 and len(PATH.join(parts)) > _CONTEXT_CHARACTERS:
        del parts[0]
    return PATH.join(parts)


def _between(before: Unit, unit: Unit, passage: Passage) -> str:
    """What stands between two units: their new headings, a line break, or a space inside a paragraph."""
    if unit.headings != before.headings:
        known = sum(1 for a, b in zip(unit.headings, before.headings, strict=False) if a == b)
        new = unit.headings[known:] or unit.headings[-1:]
        return "\n" + "".join(f"## {heading}\n" for heading in new)
    if unit.is_row or before.is_row:
        return "\n"
    gap = passage.text[before.end - passage.start : unit.start - passage.start]
    return "\n" if "\n" in gap else " "
