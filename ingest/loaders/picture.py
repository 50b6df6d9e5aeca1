"""Pictures by Pillow and OCR: photographs and scans of pages, TIFF with many of them.

Pillow decodes every format here and is kept safe by many hands. Of a moving picture the first
frame is read. Boxes are in points by the picture's own resolution, so that quotes are shown on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.page_report import page_report
from ingest.ocr import OcrReader, WrittenText
from rag.errors import EmptyDocumentError
from rag.geometry import PageGeometry
from rag.pictures import PICTURE_TYPES, check_pixels, opened_picture, page_size, upright
from rag.schema import Document
from rag.settings import IngestSettings

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

__all__ = ["LOADER", "PictureLoader"]

_UNSURE: Final = 0.8
_NO_TEXT: Final = "no text found by OCR"


class PictureLoader:
    """Reads pictures of text; a page for each picture of the file."""

    media_types: tuple[str, ...] = PICTURE_TYPES
    version: int = 2

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a picture file whole.

        Raises:
            EmptyDocumentError: OCR finds no text, or is off.
            DocumentTooLargeError: a picture has more pixels than can be read.
            DocumentError: it is broken.
        """
        reader = OcrReader(settings)
        if reader.refusal:
            raise EmptyDocumentError(f"{source} is a picture and cannot be read: {reader.refusal}")
        with opened_picture(path, source) as image:
            builder = DocumentBuilder(source, sha256, _media_type(image))
            pages = []
            for frame in _frames(image):
                if reader.refusal:
                    builder.warnings.append(f"picture {len(pages) + 1} and those after it: {reader.refusal}")
                    break
                pages.append(_read(reader, frame))
        if not any(page.written.text for page in pages):
            raise EmptyDocumentError(f"{source}: {_NO_TEXT}, there is nothing to index")
        for page in pages:
            _add(builder, page, is_last=page is pages[-1])
        builder.warnings.extend(
            page_report({number: page.warning for number, page in enumerate(pages, 1) if page.warning})
        )
        return builder.build()


@dataclass(frozen=True, slots=True, eq=False)
class _PicturePage:
    """What was read on one picture, its size in points, and how many of them a pixel has."""

    written: WrittenText
    width: float
    height: float
    scale: float
    warning: str


def _media_type(image: ImageFile) -> str:
    name = (image.format or "").lower()
    return "image/jpeg" if name == "mpo" else f"image/{name}"


def _frames(image: ImageFile) -> Iterator[Image]:
    """The pictures that are pages: all of a TIFF (but for thumbnails), the first of any other file."""
    for index in count() if image.format == "TIFF" else (0,):
        try:
            image.seek(index)
        except EOFError:  # counting them before would walk through all of a file made to have millions
            return
        check_pixels(image, f"picture {index + 1} of the file")
        yield upright(image)


def _read(reader: OcrReader, frame: Image) -> _PicturePage:
    width, height = page_size(frame)
    written = reader.read(frame) or WrittenText("", np.empty((0, 4), np.float32), (), 1.0)
    if not written.text:
        warning = _NO_TEXT
    elif written.confidence < _UNSURE:
        warning = f"hard to read, OCR is {written.confidence:.0%} sure"
    else:
        warning = ""
    return _PicturePage(written, width, height, width / frame.width, warning)


def _add(builder: DocumentBuilder, page: _PicturePage, is_last: bool) -> None:
    builder.verbatim(page.written.text, list(page.written.blocks))
    breaks = np.full((0 if is_last else 1, 4), np.nan, np.float32)
    geometry = PageGeometry(np.concatenate([page.written.boxes * page.scale, breaks])).to_bytes()
    warnings = (page.warning,) if page.warning else ()
    builder.page_details("", page.width, page.height, geometry, warnings)
    if not is_last:
        builder.page_break()


LOADER: Loader = PictureLoader()
