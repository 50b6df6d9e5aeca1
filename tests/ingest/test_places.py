"""What people call the place of something that stands in a file of some kind."""

from __future__ import annotations

import io
from email.message import EmailMessage

import pytest

from rag.places import place_of


def xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sales"
    for row in (["Report"], [], ["Month", "Secret", "Sum"], ["May", 1, 40], ["June", 2, 50], ["July", 3, 60]):
        sheet.append(row)
    sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions["B"].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def pptx() -> bytes:
    import pptx

    deck = pptx.Presentation()
    for title in ("First", "Second"):
        deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = title
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for text in ("One.", "Two."):
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def docx() -> bytes:
    import docx

    document = docx.Document()
    document.add_heading("Fees", 1)
    document.add_paragraph("The fee is 40 euros.")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def mail() -> bytes:
    made = EmailMessage()
    made["From"], made["Date"] = "Ada <ada@example.org>", "Mon, 02 Jun 2025 10:00:00 +0200"
    made.set_content(
        "The roof is done.\n\nOn 1 June 2025 at 9:00, Bob <b@example.org> wrote:\n> Is the roof done?\n"
    )
    return bytes(made)


@pytest.mark.parametrize(
    ("name", "content", "text", "told"),
    [
        ("a.xlsx", xlsx(), "60", "Sales!C6"),
        ("b.xlsx", xlsx(), "July\t60", "Sales!A6:C6"),
        ("c.xlsx", xlsx(), "Report", "Sales"),
        ("a.csv", b"Item,Price\n\nDesk,30\nLamp,12\n", "Lamp", "row 4"),
        ("a.pptx", pptx(), "Second", "slide 2"),
        ("a.pdf", pdf(), "Two.", "page 2"),
        ("a.docx", docx(), "The fee is 40 euros.", "Fees"),
        ("a.md", b"# Rules\n\nQuiet after ten.\n\n## Guests\n\nGuests sign in.", "Guests sign in.", "Guests"),
        ("a.txt", b"One line alone.", "One line alone.", ""),
        ("a.eml", mail(), "The roof is done.", "Message from Ada sent on 2 June 2025"),
        ("b.eml", mail(), "Is the roof done?", "Quoted: On 1 June 2025 at 9:00, Bob <b@example.org> wrote"),
    ],
)
def test_a_place_is_told_as_people_call_it(run, store, folder, name, content, text, told) -> None:
    (folder / name).write_bytes(content)
    result = run(folder / name)[name]
    start = store.text(result.document_id).index(text)
    place = place_of(store, result.document_id, start, start + len(text))
    assert (place.told() if place else "") == told
