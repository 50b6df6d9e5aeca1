"""A block in the making, before its text is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ingest.loaders.pdf.line import Line
from rag.schema import BlockKind, RowHeader

__all__ = ["SENTENCE_END", "PageBlock", "Piece"]

SENTENCE_END: Final = re.compile(r"[.!?:;。！？：；]['\"”’)\]]*\Z")


class Piece(NamedTuple):
    """A run of the page's characters, and what stands between it and the piece before."""

    glue: str
    start: int
    end: int


@dataclass(slots=True)
class PageBlock:
    """A block in the making: its kind, its text as pieces, the lines that it was made from.

    `header` is that of a table's row.
    """

    kind: BlockKind
    pieces: list[Piece]
    lines: list[Line] = field(repr=False)
    header: RowHeader | None = None

    @property
    def is_row(self) -> bool:
        """Whether it is a table row."""
        return self.kind is BlockKind.TABLE_ROW

    @property
    def left(self) -> float:
        """Left edge in points."""
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        """Right edge in points."""
        return max(line.right for line in self.lines)

    @property
    def top(self) -> float:
        """Top edge in points."""
        return min(line.top for line in self.lines)

    @property
    def bottom(self) -> float:
        """Bottom edge in points."""
        return max(line.bottom for line in self.lines)
