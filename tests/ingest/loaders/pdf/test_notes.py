"""Notes typed onto a page are text that its readers see."""

from __future__ import annotations

from typing import Any

import pytest
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from rag.geometry import PageGeometry

NOTE = "Agreed by the council"


def with_note(page: Any) -> None:
    """Put a note that shows its text 300 points above the foot of a page."""
    writer = page.indirect_reference.pdf
    shown = DecodedStreamObject()
    shown.set_data(f"BT /F1 12 Tf 2 5 Td ({NOTE}) Tj ET".encode())
    shown[NameObject("/Type")], shown[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    shown[NameObject("/BBox")] = ArrayObject(map(FloatObject, (0, 0, 200, 20)))
    shown[NameObject("/Resources")] = page["/Resources"]
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/FreeText"),
            NameObject("/F"): FloatObject(4),
            NameObject("/Rect"): ArrayObject(map(FloatObject, (100, 300, 300, 320))),
            NameObject("/Contents"): TextStringObject(NOTE),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(shown)}),
        }
    )
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(note)])


def test_a_typed_note_is_read_where_it_stands(pdf, load_pdf, lines) -> None:
    document = load_pdf(pdf(lines("The bridge is to be mended in spring."), after=with_note))
    assert document.text == f"The bridge is to be mended in spring.\n\n{NOTE}"
    geometry = PageGeometry.from_bytes(document.pages[0].geometry)
    (box,) = geometry.span_boxes(1, document.text.index(NOTE), len(document.text))
    assert (box.top, box.left) == pytest.approx((792 - 318, 102), abs=5)
