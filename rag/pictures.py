"""Picture files as pages: which ones can be shown, how they stand upright, how large they are in points."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rag.errors import DocumentError, DocumentTooLargeError

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

__all__ = ["PICTURE_TYPES", "check_pixels", "opened_picture", "page_size", "upright"]

PICTURE_TYPES: Final = ("image/png", "image/jpeg", "image/tiff", "image/webp", "image/bmp", "image/gif")
_FORMATS: Final = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
_MOST_PIXELS: Final = 100_000_000
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    OverflowError,
    struct.error,
)
"""What Pillow raises on broken files."""
_POINTS_PER_INCH: Final = 72.0
_USUAL_DPI: Final = 96.0
_PLAUSIBLE_DPI: Final = (60.0, 1_500.0)
_LONGEST_POINTS: Final = 2_880.0
"""40 inches; boxes are exact to a twentieth of a point up to this size."""


@contextmanager
def opened_picture(path: Path, name: str) -> Iterator[ImageFile]:
    """A picture of one of the kinds that are read, its first frame checked for size, closed at the end.

    Raises:
        DocumentTooLargeError: it has more than 100 million pixels.
        DocumentError: it is no picture of a kind that is read, or a broken one.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own limit and its remarks on odd metadata
            with Image.open(path, formats=_FORMATS) as image:
                check_pixels(image, name)
                yield image
    except (DocumentError, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise DocumentTooLargeError(f"{name} is too large a picture ({error}): make it smaller") from None
    except UnidentifiedImageError:
        raise DocumentError(f"cannot read {name}: no picture, or a broken one") from None
    except _BROKEN as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        raise DocumentError(f"cannot read {name}: a broken picture ({error}). Save it again.") from error


def check_pixels(image: Image, name: str) -> None:
    """Refuse a picture that is too large to be decoded in bounded memory.

    Raises:
        DocumentTooLargeError: it has more than 100 million pixels.
    """
    if image.width * image.height > _MOST_PIXELS:
        size = f"{image.width} x {image.height} pixels"
        raise DocumentTooLargeError(f"{name} has {size}, more than {_MOST_PIXELS:,}: make it smaller")


def upright(image: Image) -> Image:
    """The picture turned as the camera says (EXIF orientation)."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def page_size(image: Image) -> tuple[float, float]:
    """Width and height in points of an upright picture, by the dots per inch that its file states.

    96 where it states none or an implausible number; very large ones are made to fit 40 inches.
    """
    stated = image.info.get("dpi")
    try:
        dpi = float(min(stated[0], stated[1])) if stated else _USUAL_DPI
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        dpi = _USUAL_DPI
    if not _PLAUSIBLE_DPI[0] <= dpi <= _PLAUSIBLE_DPI[1]:
        dpi = _USUAL_DPI
    scale = min(_POINTS_PER_INCH / dpi, _LONGEST_POINTS / max(image.size))
    return image.width * scale, image.height * scale
