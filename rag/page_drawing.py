"""Draws one page of a PDF or picture file, in a process of its own: a page may be made to eat all memory."""

from __future__ import annotations

import io
import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rag.child_process import limit_memory
from rag.errors import DocumentError, EncryptedDocumentError, NotFoundError
from rag.pictures import check_pixels, opened_picture, page_size, upright
from rag.regular_files import open_regular
from rag.schema import Box

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["DRAWN", "HIGHLIGHT", "LOCKED", "drawn_scale", "main", "request"]

DRAWN: Final = b"\0"
LOCKED: Final = b"\1"
"""What an answer begins with that is a picture (PNG), or that a password is wanted; others are messages."""
HIGHLIGHT: Final = (255, 221, 51)
_MARGIN_POINTS: Final = 1.0
_MEGABYTES: Final = 1_500.0
_MOST_PIXELS: Final = 20_000_000
"""A page of A3 at 200 dots an inch has eight millions."""
_LONGEST_SIDE: Final = 10_000
_MAGIC_BYTES: Final = 1_024


def main() -> None:
    """Draw the page that standard input asks for, as `request` wrote it; answer on standard output."""
    limit_memory(_MEGABYTES)
    asked: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    path = Path(os.fsdecode(bytes.fromhex(asked["path"])))
    boxes = [Box(*box) for box in asked["highlights"]]
    try:
        given = asked["number"], boxes, asked["scale"], asked["name"], asked["password"]
        answer = DRAWN + _drawn(path, *given)
    except EncryptedDocumentError as error:
        answer = LOCKED + str(error).encode("utf-8", "replace")
    except NotFoundError as error:
        answer = str(error).encode("utf-8", "replace")
    except Exception as error:  # by the file's fault: nothing of a picture is worth an answer lost
        told = f"no picture of {asked['name']}: the file cannot be drawn ({type(error).__name__}: {error})"
        answer = told.encode("utf-8", "replace")
    sys.stdout.buffer.write(answer)


def request(
    path: Path, number: int, highlights: Sequence[Box], scale: float, name: str, password: str = ""
) -> bytes:
    """What `main` reads."""
    asked = {
        "path": os.fsencode(path).hex(),
        "number": number,
        "highlights": [tuple(box) for box in highlights],
        "scale": scale,
        "name": name,
        "password": password,
    }
    return json.dumps(asked).encode()


def drawn_scale(width: float, height: float, scale: float) -> float:
    """Pixels a point for a page of so many points: `scale`, or less where the picture would be too large."""
    most = math.sqrt(_MOST_PIXELS / max(width * height, 1.0))
    return min(scale, most, _LONGEST_SIDE / max(width, height, 1.0))


def _drawn(
    path: Path, number: int, highlights: Sequence[Box], scale: float, name: str, password: str
) -> bytes:
    with open_regular(path) as file:
        is_pdf = b"%PDF-" in file.read(_MAGIC_BYTES)
    if is_pdf:
        picture, scale = _pdf_page(path, number, scale, name, password)
    else:
        picture, scale = _picture(path, number, scale, name)
    return _marked(picture, [box for box in highlights if box.page == number], scale)


def _pdf_page(path: Path, number: int, scale: float, name: str, password: str) -> tuple[Image, float]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path, password=password or None)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise EncryptedDocumentError(f"no picture of {name}: it opens with its password only") from None
        raise NotFoundError(f"no picture of {name}: the file cannot be drawn ({error})") from None
    _check_number(name, number, len(document))
    page = document[number - 1]
    width, height = page.get_size()
    scale = drawn_scale(width, height, scale)
    return page.render(scale=scale).to_pil().convert("RGB"), scale


def _picture(path: Path, number: int, scale: float, name: str) -> tuple[Image, float]:
    from PIL import Image

    try:
        with opened_picture(path, name) as image:
            _check_number(name, number, getattr(image, "n_frames", 1))
            image.seek(number - 1)
            check_pixels(image, name)
            standing = upright(image)
            width, height = page_size(standing)
            scale = drawn_scale(width, height, scale)
            size = max(round(width * scale), 1), max(round(height * scale), 1)
            paper = Image.new("RGB", size, "white")
            inked = standing.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
            paper.paste(inked, mask=inked.getchannel("A"))
            return paper, scale
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
