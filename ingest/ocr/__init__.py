"""Reading pictures: an engine behind a protocol, reading order, and text with a box a character.

`OcrReader(settings).read(image)` is for loaders: it knows the settings, keeps a long file alive, and
gives text with blocks and boxes. `read_image` gives the bare lines. Nothing is downloaded, ever.
"""

from ingest.ocr.ocr_protocol import OcrEngine, OcrLine, PixelBox
from ingest.ocr.picture_reading import OcrReader, default_engine, one_file, read_image, read_text
from ingest.ocr.picture_text import WrittenText

__all__ = [
    "OcrEngine",
    "OcrLine",
    "OcrReader",
    "PixelBox",
    "WrittenText",
    "default_engine",
    "one_file",
    "read_image",
    "read_text",
]
