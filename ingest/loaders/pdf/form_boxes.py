"""Lines of a form on a page: each box with its label, told as `ingest.loaders.boxes` tells them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ingest.loaders.boxes import Boxes, Span, boxes_of, needs_colon
from ingest.loaders.pdf.block import PageBlock, Piece
from ingest.loaders.pdf.lines import PageLines
from rag.schema import BlockKind

__all__ = ["tell_boxes"]

_KINDS: Final = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
_MOST_BOXES: Final = 12
_NOT_ON_PAGE: Final = -1


def tell_boxes(page: PageLines, blocks: Sequence[PageBlock]) -> None:
    """Write the boxes of blocks in words where each has a label; rows of marks alone stay rows."""
    for block in blocks:
        if block.kind not in _KINDS:
            continue
        line, places = _line(page, block)
        found = boxes_of(line)
        if found is not None and len(found.places) <= _MOST_BOXES:
            block.pieces = _told(line, places, found)
            block.kind = BlockKind.PARAGRAPH if block.is_row else block.kind


def _line(page: PageLines, block: PageBlock) -> tuple[str, list[int]]:
    """The text of a block, and for each of its characters its place on the page."""
    text, places = "", []
    for i, piece in enumerate(block.pieces):
        glue = piece.glue if i else ""
        text += glue + page.text[piece.start : piece.end]
        places += [_NOT_ON_PAGE] * len(glue) + list(range(piece.start, piece.end))
    return text, places


def _told(line: str, places: Sequence[int], found: Boxes) -> list[Piece]:
    pieces = _pieces(places, *found.lead, "")
    if pieces and needs_colon(line[slice(*found.lead)]):
        pieces.append(_glue(":", pieces))
    labels = [(start, start + len(line[start:end].rstrip(" .:："))) for start, end in found.labels]
    if found.chosen is not None:
        pieces += _labelled(places, found.places[found.chosen], labels[found.chosen], " " if pieces else "")
        others = [label for i, label in enumerate(labels) if i != found.chosen]
        for i, other in enumerate(others):
            pieces += _pieces(places, *other, ", " if i else " (not chosen: ")
        return [*pieces, _glue(")", pieces)]
    for i, (place, ticked, label) in enumerate(zip(found.places, found.ticked, labels, strict=True)):
        pieces += _labelled(places, place, label, "; " if i else " " if pieces else "")
        pieces.append(_glue(": yes" if ticked else ": no", pieces))
    return pieces


def _labelled(places: Sequence[int], box: Span, label: Span, glue: str) -> list[Piece]:
    return [*_pieces(places, *box, glue), *_pieces(places, *label, " ")]


def _pieces(places: Sequence[int], start: int, end: int, glue: str) -> list[Piece]:
    """A span of the line as runs of the page's characters."""
    kept = [place for place in places[start:end] if place != _NOT_ON_PAGE]
    if not kept:
        return []
    cuts = [i for i, (a, b) in enumerate(pairwise(kept), start=1) if b != a + 1]
    spans = pairwise([0, *cuts, len(kept)])
    return [
        Piece(" " if i else glue, kept[first], kept[last - 1] + 1) for i, (first, last) in enumerate(spans)
    ]


def _glue(text: str, pieces: Sequence[Piece]) -> Piece:
    """Words that do not stand on the page, behind what does."""
    return Piece(text, pieces[-1].end, pieces[-1].end)
