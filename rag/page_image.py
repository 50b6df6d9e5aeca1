"""Pictures of the pages of PDF and picture files with quotes highlighted on them."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rag.errors import DocumentError, NotFoundError
from rag.pictures import opened_picture, page_size, upright
from rag.schema import Box

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["page_image"]

HIGHLIGHT: Final = (255, 221, 51)
_MARGIN_POINTS: Final = 1.0
_PDFIUM_LOCK: Final = threading.Lock()  # pdfium is not thread-safe; the web app asks from many threads
_MAGIC_BYTES: Final = 1_024


def page_image(
    path: Path, number: int, highlights: Sequence[Box] = (), scale: float = 1.5, name: str = ""
) -> bytes:
    """One page of a PDF, or one picture of a picture file, as PNG bytes with the boxes on it marked.

    Args:
        path: The file.
        number: Page, from 1.
        highlights: Boxes in points from the page's top left; those of other pages are passed over.
        scale: Pixels a point; 1.5 is 108 dots an inch.
        name: What people call the file; its own name unless given.

    Raises:
        NotFoundError: the file is none that can be drawn, or has no such page.
    """
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(_MAGIC_BYTES)
    draw = _pdf_page if is_pdf else _picture
    picture = draw(path, number, scale, name or path.name)
    return _marked(picture, [box for box in highlights if box.page == number], scale)


def _pdf_page(path: Path, number: int, scale: float, name: str) -> Image:
    import pypdfium2

    with _PDFIUM_LOCK:
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            raise NotFoundError(f"no picture of {name}: the file cannot be drawn ({error})") from None
        try:
            _check_number(name, number, len(document))
            drawn: Image = document[number - 1].render(scale=scale).to_pil().convert("RGB")
            return drawn
        finally:
            document.close()


def _picture(path: Path, number: int, scale: float, name: str) -> Image:
    from PIL import Image

    try:
        with opened_picture(path, name) as image:
            _check_number(name, number, getattr(image, "n_frames", 1))
            image.seek(number - 1)
            standing = upright(image)
            width, height = page_size(standing)
            size = max(round(width * scale), 1), max(round(height * scale), 1)
            paper = Image.new("RGB", size, "white")
            inked = standing.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
            paper.paste(inked, mask=inked.getchannel("A"))
            return paper
    except DocumentError as error:
        raise NotFoundError(f"no picture of {name}: the file cannot be drawn ({error})") from None


def _check_number(name: str, number: int, pages: int) -> None:
    if not 1 <= number <= pages:
        raise NotFoundError(f"{name} has {pages} pages, there is no page {number}")


def _marked(picture: Image, boxes: Sequence[Box], scale: float) -> bytes:
    from PIL import Image, ImageChops, ImageDraw

    marks = Image.new("RGB", picture.size, "white")
    draw = ImageDraw.Draw(marks)
    for box in boxes:
        draw.rectangle(
            (
                (box.left - _MARGIN_POINTS) * scale,
                (box.top - _MARGIN_POINTS) * scale,
                (box.right + _MARGIN_POINTS) * scale,
                (box.bottom + _MARGIN_POINTS) * scale,
            ),
            fill=HIGHLIGHT,
        )
    buffer = io.BytesIO()
    # multiplied, so that the ink under a mark stays black
    ImageChops.multiply(picture, marks).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
