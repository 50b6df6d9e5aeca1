"""Pages of a PDF as pictures, read by OCR, with the running headers and footers of many such pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ingest.loaders.pdf.page_writing import WrittenPage
from ingest.ocr import OcrReader
from rag.errors import ConfigurationError, DocumentError
from rag.schema import Block, BlockKind

__all__ = ["ScanReader", "with_scan_furniture"]

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
_MARGIN: Final = 0.12
"""Share of a page's height at its top and bottom in which headers and footers stand."""
_OUTERMOST: Final = 3
_LONGEST: Final = 120
_LEAST_PAGES: Final = 3
_ENOUGH_PAGES: Final = 8
_LEAST_SHARE: Final = 0.3
_NUMBER: Final = re.compile(r"\d+")
_SIGN: Final = re.compile(r"[\W_]+")

Key = tuple[BlockKind, str]


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


def with_scan_furniture(
    scans: Mapping[int, WrittenPage], heights: Mapping[int, float]
) -> dict[int, WrittenPage]:
    """The scanned pages with the blocks marked that are header or footer.

    The words of a block have to stand in the same margin of three pages and a third of all, or of
    eight; numbers count as alike, and signs and spaces, which OCR sees or misses, do not count.

    Args:
        scans: what OCR read, by page number.
        heights: the pages' heights in points.
    """
    found = {number: dict(_candidates(page, heights[number])) for number, page in scans.items()}
    seen = Counter(key for keys in found.values() for key in set(keys.values()))
    enough = max(_LEAST_PAGES, min(_ENOUGH_PAGES, round(_LEAST_SHARE * len(scans))))
    marked = {}
    for number, page in scans.items():
        kinds = {index: key[0] for index, key in found[number].items() if seen[key] >= enough}
        blocks = [
            replace(block, kind=kinds[index], level=0, header=None) if index in kinds else block
            for index, block in enumerate(page.blocks)
        ]
        marked[number] = replace(page, blocks=tuple(blocks))
    return marked


def _candidates(page: WrittenPage, height: float) -> Iterator[tuple[int, Key]]:
    """The outermost blocks in the margins, by index, with what is compared of them."""
    indexes = range(len(page.blocks))
    for index in indexes[:_OUTERMOST]:
        key = _key(page, page.blocks[index], BlockKind.HEADER)
        if _edges(page, page.blocks[index])[1] <= _MARGIN * height and key:
            yield index, key
    for index in indexes[-_OUTERMOST:]:
        key = _key(page, page.blocks[index], BlockKind.FOOTER)
        if _edges(page, page.blocks[index])[0] >= (1 - _MARGIN) * height and key:
            yield index, key


def _edges(page: WrittenPage, block: Block) -> tuple[float, float]:
    """Top and bottom of a block in points; outside of every margin where it has no boxes."""
    boxes = page.boxes[block.start : block.end]
    boxes = boxes[np.isfinite(boxes[:, 0])]
    return (float(boxes[:, 1].min()), float(boxes[:, 3].max())) if len(boxes) else (-np.inf, np.inf)


def _key(page: WrittenPage, block: Block, kind: BlockKind) -> Key | None:
    text = page.text[block.start : block.end]
    folded = _SIGN.sub("", _NUMBER.sub("0", text.casefold()))
    return (kind, folded) if folded and len(text) <= _LONGEST else None
