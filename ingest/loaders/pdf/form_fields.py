"""Forms on the pages of a PDF: boxes and radio buttons with their labels, labels that stand above values."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from ingest.loaders.boxes import EMPTY_BOX, TICKED_BOX, Boxes, Span, boxes_of, has_box, needs_colon
from ingest.loaders.pdf.characters import Frame, PageCharacters
from ingest.loaders.pdf.elements import Cell, PageBlock, Piece
from ingest.loaders.pdf.lines import PageLines
from rag.schema import BlockKind, RowHeader

__all__ = ["FieldBox", "take_boxes", "tell_boxes", "with_boxes", "with_fields"]

_MOST_ANNOTATIONS: Final = 2_000
_HIDDEN: Final = 0x02 | 0x20
"""Flags of annotations that are not shown: hidden, no view (PDF 1.7, table 165)."""
_KINDS: Final = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
_MOST_BOXES: Final = 12
_FEWEST_VALUES: Final = 3
_LEAST_LABEL: Final = 0.5
_LARGEST_LABEL: Final = 0.86
"""How large labels above their values are set, as shares of the values' size."""
_FIELD_GAP: Final = 1.0
_LONGEST_FIELD: Final = 40
_NOT_ON_PAGE: Final = -1


class FieldBox(NamedTuple):
    """A box of a form: its sides on the page as displayed (left, top, right, bottom), and its state."""

    sides: tuple[float, float, float, float]
    ticked: bool


def take_boxes(document: Any, page: Any, frame: Frame) -> list[FieldBox]:
    """The boxes and radio buttons of an open page, which are taken off it with its push buttons.

    What they draw is no text, or the letter of a symbol font. So is what is hidden, or not to be viewed.
    """
    import pypdfium2.raw as pdfium

    if document.formenv is None:
        return []
    boxes: list[FieldBox] = []
    kinds = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
    count = min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)
    for index in reversed(range(count)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = pdfium.FPDFAnnot_GetFormFieldType(document.formenv, annotation)
        is_hidden = bool(pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN)
        if kind in kinds and not is_hidden:
            sides = _sides(annotation, frame)
            ticked = bool(pdfium.FPDFAnnot_IsChecked(document.formenv, annotation))
            boxes.extend([FieldBox(sides, ticked)] if sides else [])
        pdfium.FPDFPage_CloseAnnot(annotation)
        if is_hidden or kind in (*kinds, pdfium.FPDF_FORMFIELD_PUSHBUTTON):
            pdfium.FPDFPage_RemoveAnnot(page, index)
    return boxes[::-1]


def with_boxes(characters: PageCharacters, boxes: Sequence[FieldBox]) -> PageCharacters:
    """The characters of a page and, each on a line of its own behind them, those of its boxes."""
    if not boxes:
        return characters
    codes = [code for box in boxes for code in (ord("\n"), ord(TICKED_BOX if box.ticked else EMPTY_BOX))]
    places = np.full((len(codes), 4), np.nan, np.float32)
    places[1::2] = [box.sides for box in boxes]
    return replace(
        characters,
        codes=np.concatenate([characters.codes, np.array(codes, np.uint32)]),
        boxes=np.concatenate([characters.boxes, places]),
    )


def _sides(annotation: Any, frame: Frame) -> tuple[float, float, float, float] | None:
    import pypdfium2.raw as pdfium

    rectangle = pdfium.FS_RECTF()
    if not pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(rectangle)):
        return None
    sides = np.array([[rectangle.left, rectangle.bottom, rectangle.right, rectangle.top]], np.float32)
    left, top, right, bottom = frame.displayed(sides)[0].tolist()
    return left, top, right, bottom


def with_fields(page: PageLines, blocks: Sequence[PageBlock]) -> list[PageBlock]:
    """The blocks with each line of small labels and the line of values right below it as a row of pairs.

    So forms are printed whose fields have their names in their upper left corners. They are rows only where
    a page has at least three such values.
    """
    values = {i: _values_below(page, *pair) for i, pair in enumerate(pairwise(blocks))}
    if sum(map(len, values.values())) < _FEWEST_VALUES:
        return list(blocks)
    found: list[PageBlock] = []
    for i, block in enumerate(blocks):
        below = values.get(i)
        if below:
            found.append(_field_row(page, blocks[i], blocks[i + 1], below))
        elif not values.get(i - 1):
            found.append(block)
    return found


def _values_below(page: PageLines, upper: PageBlock, lower: PageBlock) -> dict[Cell, Cell]:
    """The values of labels, if each cell of the lower line stands under a smaller one of the upper line."""
    above, below = upper.lines[0], lower.lines[0]
    if len(upper.lines) > 1 or len(lower.lines) > 1 or above.font.angle or below.font.angle:
        return {}
    if not _LEAST_LABEL * below.size <= above.size <= _LARGEST_LABEL * below.size:
        return {}
    if not -0.3 * below.size < below.top - above.bottom < _FIELD_GAP * below.size:
        return {}
    pairs = {
        label: cell
        for cell in below.cells
        for label in above.cells
        if abs(cell.left - label.left) < 0.5 * below.size
    }
    labels = [page.text[cell.start : cell.end].strip() for cell in above.cells]
    is_form = all(len(label) <= _LONGEST_FIELD and any(map(str.isalpha, label)) for label in labels)
    return pairs if is_form and len(pairs) == len(below.cells) and not has_box(" ".join(labels)) else {}


def _field_row(page: PageLines, upper: PageBlock, lower: PageBlock, values: dict[Cell, Cell]) -> PageBlock:
    """Labels and values as a row, each value behind its label."""
    pieces: list[Piece] = []
    columns: list[str] = []
    for label in upper.lines[0].cells:
        for cell in filter(None, (label, values.get(label))):
            pieces.append(Piece("\t" if pieces else "", cell.start, cell.end))
            columns.append("" if cell is label else page.text[label.start : label.end].strip().rstrip(":： "))
    is_pair = len(pieces) == 2
    header = RowHeader(columns=("", "") if is_pair else tuple(columns), labels=int(is_pair))
    return PageBlock(BlockKind.TABLE_ROW, pieces, [*upper.lines, *lower.lines], header, is_fields=True)


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
