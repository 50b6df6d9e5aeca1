"""Pages of a PDF as pictures, read by OCR."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np

from ingest.loaders.pdf.writing import WrittenPage
from ingest.ocr import OcrReader
from rag.errors import ConfigurationError, DocumentError

__all__ = ["ScanReader"]

_DOTS_PER_POINT: Final = 200 / 72
_LARGEST_SIDE: Final = 2_800
_MOST_DOTS: Final = 6_000_000
_LEAST_CONTRAST: Final = 24
"""Of 255: what the darkest and the lightest dot of a blank page differ at most."""
_LEAST_CONFIDENCE: Final = 0.5
_UNSURE: Final = 0.8
_TEXT: Final = re.compile(r"[^\W_]")
"""OCR sees signs in boxes and bullets."""
_EMPTY: Final = WrittenPage("", np.empty((0, 4), np.float32), ())


class ScanReader:
    """Renders pages of one open `pypdfium2.PdfDocument` and reads them by OCR, as far as settings allow."""

    def __init__(self, document: Any, reader: OcrReader) -> None:
        self._document, self._reader = document, reader
        self._failure = ""

    def read(self, number: int) -> tuple[WrittenPage, str]:
        """The text of a page with its boxes in points, and what to tell about it.

        The text is empty where there is none or where OCR fails; a blank page is nothing to tell of.
        """
        refusal = self._failure or self._reader.refusal
        if refusal:
            return _EMPTY, refusal
        page = self._document[number - 1]
        try:
            width, height = page.get_size()
            scale = _scale(width, height)
            if scale <= 0 or _is_blank(page, min(scale, 0.5)):
                return _EMPTY, ""
            bitmap = page.render(scale=scale)
            image = bitmap.to_pil().convert("RGB")
            bitmap.close()
        finally:
            page.close()
        try:
            found = self._reader.read(image)
        except ConfigurationError as error:
            self._failure = f"OCR cannot be used ({error})"
            return _EMPTY, self._failure
        except DocumentError:
            return _EMPTY, "OCR failed"
        if found is None or not _TEXT.search(found.text) or found.confidence < _LEAST_CONFIDENCE:
            return _EMPTY, "OCR found none"
        points = np.array([width / image.width, height / image.height] * 2, np.float32)
        sure = "" if found.confidence >= _UNSURE else f" and {found.confidence:.0%} sure"
        return WrittenPage(found.text, found.boxes * points, found.blocks), f"OCR used{sure}"


def _scale(width: float, height: float) -> float:
    """Dots a point: enough for small print, and not more than memory allows."""
    if min(width, height) < 1:
        return 0.0
    return float(
        min(_DOTS_PER_POINT, _LARGEST_SIDE / max(width, height), (_MOST_DOTS / (width * height)) ** 0.5)
    )


def _is_blank(page: Any, scale: float) -> bool:
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        grey = bitmap.to_numpy()
        return int(grey.max()) - int(grey.min()) < _LEAST_CONTRAST
    finally:
        bitmap.close()
