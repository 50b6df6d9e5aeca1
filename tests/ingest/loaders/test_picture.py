from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from rag.errors import DocumentError, DocumentTooLargeError, EmptyDocumentError
from rag.geometry import PageGeometry
from rag.page_image import HIGHLIGHT, page_image

WORDS = ("The treasurer is Castellane.", "The roof cost 41,200 pounds.")


def picture(words: str, size: tuple[int, int] = (800, 200)) -> Image.Image:
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).text((40, 60), words, font=ImageFont.load_default(40), fill=0)
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_pictures_are_read_whatever_they_are_called(load, kind: str) -> None:
    document = load(saved(picture(WORDS[0]), kind), "note.bin")
    assert document.text == WORDS[0]
    assert document.media_type == f"image/{kind.lower()}"


def test_a_tiff_of_two_pictures_has_two_pages_in_points(load) -> None:
    options = {"save_all": True, "append_images": [picture(WORDS[1])], "dpi": (200, 200)}
    document = load(saved(picture(WORDS[0]), "TIFF", **options), "scan.tif")
    assert document.text == "\f".join(WORDS)
    assert [(page.width, page.height) for page in document.pages] == [(288.0, 72.0)] * 2


def test_a_quote_is_marked_where_it_stands(load, tmp_path) -> None:
    image = picture(WORDS[1])
    document = load(saved(image, "PNG", dpi=(150, 150)), "note.png")
    start = document.text.index("41,200")
    geometry = PageGeometry.from_bytes(document.pages[0].geometry)
    (box,) = geometry.span_boxes(1, start, start + 6)
    marked = Image.open(io.BytesIO(page_image(tmp_path / "note.png", 1, [box], 150 / 72))).convert("RGB")
    assert marked.size == image.size
    yellow = np.argwhere((np.asarray(marked) == HIGHLIGHT).all(axis=2))
    font = ImageFont.load_default(40)
    left = 40 + font.getlength("The roof cost ")
    assert abs(yellow[:, 1].min() - left) < 20
    assert abs(yellow[:, 1].max() - (left + font.getlength("41,200"))) < 20


def test_a_photograph_stands_as_the_camera_says(load, tmp_path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to show
    data = saved(picture(WORDS[0]).rotate(90, expand=True), "JPEG", exif=exif)
    document = load(data, "photo.jpg")
    assert document.text == WORDS[0]
    assert document.pages[0].width > document.pages[0].height
    shown = Image.open(io.BytesIO(page_image(tmp_path / "photo.jpg", 1)))
    assert shown.width > shown.height


def test_pages_without_text_are_told(load) -> None:
    blank = Image.new("L", (800, 200), 255)
    data = saved(picture(WORDS[0]), "TIFF", save_all=True, append_images=[blank, blank])
    assert load(data, "scan.tif").warnings == ("pages 2-3: no text found by OCR",)


def test_pictures_that_cannot_be_read_are_clear_errors(load, monkeypatch) -> None:
    with pytest.raises(EmptyDocumentError, match="no text found"):
        load(saved(Image.new("L", (100, 100), 255), "PNG"), "blank.png")
    with pytest.raises(EmptyDocumentError, match=r"ingest\.ocr"):
        load(saved(picture(WORDS[0]), "PNG"), "off.png", ocr="off")
    with pytest.raises(DocumentError, match="broken"):
        load(saved(picture(WORDS[0]), "PNG")[:200], "cut.png")
    with pytest.raises(DocumentTooLargeError, match="12000 x 12000"):
        load(saved(Image.new("1", (12_000, 12_000)), "PNG"), "huge.png")
