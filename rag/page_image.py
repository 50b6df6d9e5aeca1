"""Pictures of PDF pages with quotes highlighted on them."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rag.errors import NotFoundError
from rag.schema import Box

__all__ = ["page_image"]

HIGHLIGHT: Final = (255, 221, 51)
_MARGIN_POINTS: Final = 1.0
_PDFIUM_LOCK: Final = threading.Lock()  # pdfium is not thread-safe; the web app asks from many threads


def page_image(path: Path, number: int, highlights: Sequence[Box] = (), scale: float = 1.5) -> bytes:
    """One page of a PDF as PNG bytes, the boxes that lie on it marked as with a text marker.

    Args:
        path: The PDF file.
        number: Page, from 1.
        highlights: Boxes in points from the page's top left; those of other pages are passed over.
        scale: Pixels a point; 1.5 is 108 dots an inch.

    Raises:
        NotFoundError: the file is no PDF that can be drawn, or has no such page.
    """
    import pypdfium2
    from PIL import Image, ImageChops, ImageDraw

    with _PDFIUM_LOCK:
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            raise NotFoundError(f"no picture of {path.name}: the file cannot be drawn ({error})") from None
        try:
            if not 1 <= number <= len(document):
                raise NotFoundError(f"{path.name} has {len(document)} pages, there is no page {number}")
            picture = document[number - 1].render(scale=scale).to_pil().convert("RGB")
        finally:
            document.close()
    marks = Image.new("RGB", picture.size, "white")
    draw = ImageDraw.Draw(marks)
    for box in highlights:
        if box.page == number:
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
