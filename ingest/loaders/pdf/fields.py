"""Boxes and radio buttons of a PDF's form, which the page's text does not hold, as characters of the page."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from ingest.loaders.boxes import EMPTY_BOX, TICKED_BOX
from ingest.loaders.pdf.characters import Frame, PageCharacters

__all__ = ["FieldBox", "take_boxes", "with_boxes"]

_MOST_ANNOTATIONS: Final = 2_000
_HIDDEN: Final = 0x02 | 0x20
"""Flags of annotations that are not shown: hidden, no view (PDF 1.7, table 165)."""


class FieldBox(NamedTuple):
    """A box of a form: its sides on the page as displayed (left, top, right, bottom), and its state."""

    sides: tuple[float, float, float, float]
    ticked: bool


def take_boxes(document: Any, page: Any, frame: Frame) -> list[FieldBox]:
    """The boxes and radio buttons of an open page, which are taken off it with its push buttons.

    What they draw is no text, or the letter of a symbol font.
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
        if kind in kinds and not pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
            sides = _sides(annotation, frame)
            ticked = bool(pdfium.FPDFAnnot_IsChecked(document.formenv, annotation))
            boxes.extend([FieldBox(sides, ticked)] if sides else [])
        pdfium.FPDFPage_CloseAnnot(annotation)
        if kind in (*kinds, pdfium.FPDF_FORMFIELD_PUSHBUTTON):
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
