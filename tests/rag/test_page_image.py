import io

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from rag.errors import EncryptedDocumentError, NotFoundError
from rag.page_image import HIGHLIGHT, page_image
from rag.schema import Box


@pytest.fixture
def pdf(tmp_path):
    path = tmp_path / "two.pdf"
    canvas = Canvas(str(path), pagesize=(200, 100), invariant=1)
    canvas.drawString(20, 60, "first page")
    canvas.showPage()
    canvas.drawString(20, 60, "second page")
    canvas.save()
    return path


def picture(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def test_a_page_is_drawn_at_scale(pdf):
    assert picture(page_image(pdf, 1, scale=2.0)).size == (400, 200)


def test_a_box_is_marked_where_it_lies_and_the_ink_stays_dark(pdf):
    box = Box(2, 18, 28, 90, 44)
    plain, marked = (picture(page_image(pdf, 2, boxes, 2.0)) for boxes in ((), (box,)))
    assert marked.getpixel((2 * 19, 2 * 29)) == HIGHLIGHT
    assert marked.getpixel((2 * 150, 2 * 80)) == (255, 255, 255)
    darkest = min(sum(pixel) for pixel in plain.get_flattened_data())
    assert min(sum(pixel) for pixel in marked.get_flattened_data()) <= darkest


def test_boxes_of_other_pages_are_passed_over(pdf):
    assert page_image(pdf, 1, [Box(2, 18, 28, 90, 44)]) == page_image(pdf, 1)


@pytest.mark.parametrize("number", [0, 3])
def test_a_page_that_is_not_there_is_a_plain_error(pdf, number):
    with pytest.raises(NotFoundError, match=f"2 pages, there is no page {number}"):
        page_image(pdf, number)


def test_a_file_that_is_no_pdf_is_a_plain_error(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("plain")
    with pytest.raises(NotFoundError, match=r"notes\.txt"):
        page_image(path, 1)


def test_the_pages_of_a_protected_file_are_drawn_with_its_password(pdf):
    from pypdf import PdfWriter

    open_page = page_image(pdf, 1)
    writer = PdfWriter(clone_from=pdf)
    writer.encrypt("apricot", "owner", algorithm="AES-256")
    writer.write(pdf)
    for wrong in ("", "quince"):
        with pytest.raises(EncryptedDocumentError, match="its password"):
            page_image(pdf, 1, password=wrong)
    assert page_image(pdf, 1, password="apricot") == open_page
