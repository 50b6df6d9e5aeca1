"""Lines of a form on a page: each box with its label, told as `ingest.loaders.boxes` tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ingest.loaders.boxes import has_box, is_ticked
from ingest.loaders.pdf.block import PageBlock, Piece
from ingest.loaders.pdf.lines import PageLines
from rag.schema import BlockKind

__all__ = ["tell_boxes"]

_KINDS: Final = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
_MOST_BOXES: Final = 12
_LONGEST: Final = 300
_COLONS: Final = (":", "：", "?")

_Run = list[Piece]


def tell_boxes(page: PageLines, blocks: Sequence[PageBlock]) -> None:
    """Write the boxes of blocks in words where each has a label; rows of marks alone stay rows."""
    for block in blocks:
        if block.kind not in _KINDS:
            continue
        pieces = [part for piece in block.pieces for part in _cut(page.text, piece)]
        if not 0 < sum(has_box(_text(page, [piece])) for piece in pieces) <= _MOST_BOXES:
            continue
        told = _told(page, pieces)
        if told is not None:
            block.pieces = told
            block.kind = BlockKind.PARAGRAPH if block.is_row else block.kind


def _cut(text: str, piece: Piece) -> list[Piece]:
    """A piece cut so that each box is one of its own."""
    parts: list[Piece] = []
    start, glue = piece.start, piece.glue
    for place in range(piece.start, piece.end):
        if has_box(text[place]):
            if text[start:place].strip():
                parts.append(Piece(glue, start, place))
                glue = " "
            parts.append(Piece(glue, place, place + 1))
            start, glue = place + 1, " "
    if text[start : piece.end].strip():
        parts.append(Piece(glue, start, piece.end))
    return parts


def _told(page: PageLines, pieces: Sequence[Piece]) -> list[Piece] | None:
    runs: list[_Run] = [[]]
    boxes: list[Piece] = []
    for piece in pieces:
        if has_box(_text(page, [piece])):
            boxes.append(piece)
            runs.append([])
        else:
            runs[-1].append(piece)
    lead, labels = runs[0], runs[1:]
    if not labels[-1]:  # boxes stand behind their labels
        lead, labels = [], runs[:-1]
        if len(boxes) > 1 and len(labels[0]) > 1:
            lead, labels[0] = labels[0][:1], labels[0][1:]
    if not all(labels) or any(len(_text(page, label)) > _LONGEST for label in labels):
        return None
    return _written(page, lead, boxes, labels)


def _written(page: PageLines, lead: _Run, boxes: Sequence[Piece], labels: Sequence[_Run]) -> list[Piece]:
    ticked = [is_ticked(_text(page, [box])) for box in boxes]
    written = [piece._replace(glue=" " if i else "") for i, piece in enumerate(lead)]
    if lead and not _text(page, lead).rstrip().endswith(_COLONS):
        written.append(Piece(":", lead[-1].end, lead[-1].end))
    if len(boxes) > 1 and sum(ticked) == 1:
        chosen = ticked.index(True)
        others = [label for i, label in enumerate(labels) if i != chosen]
        written += _labelled(boxes[chosen], labels[chosen], " " if written else "")
        for i, label in enumerate(others):
            written += _glued(label, ", " if i else " (not chosen: ")
        return [*written, Piece(")", others[-1][-1].end, others[-1][-1].end)]
    for i, (box, label, is_on) in enumerate(zip(boxes, labels, ticked, strict=True)):
        written += _labelled(box, label, "; " if i else " " if written else "")
        end = label[-1].end
        colon = "" if _text(page, label).rstrip().endswith(":") else ":"
        written.append(Piece(f"{colon} {'yes' if is_on else 'no'}", end, end))
    return written


def _labelled(box: Piece, label: _Run, glue: str) -> list[Piece]:
    return [box._replace(glue=glue), *_glued(label, " ")]


def _glued(label: _Run, glue: str) -> list[Piece]:
    return [piece._replace(glue=" " if i else glue) for i, piece in enumerate(label)]


def _text(page: PageLines, pieces: Sequence[Piece]) -> str:
    return " ".join(page.text[piece.start : piece.end] for piece in pieces)
