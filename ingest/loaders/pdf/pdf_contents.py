"""Reads all of a PDF before any text is written, page by page with the extractor that reads it best.

pdfium comes first, for it is fast and knows where each character stands; where its text is missing or
garbled, pypdf is asked, then OCR. pypdf does not know what can be seen, so it is not asked about
pages with hidden text.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ingest.loaders.pdf.fallback import FallbackReader, is_right_to_left
from ingest.loaders.pdf.glyphs import unreadable_share
from ingest.loaders.pdf.letterforms import Letterforms
from ingest.loaders.pdf.lines import PageLines
from ingest.loaders.pdf.page_reading import ReadPage, attachment_names, opened, outline, read_page
from ingest.loaders.pdf.page_writing import WrittenPage
from ingest.loaders.pdf.right_to_left import has_clear_order
from ingest.loaders.pdf.scans import ScanReader
from ingest.loaders.pdf.style import OutlineEntry
from ingest.loaders.pdf.text_layer import TextLayer, judged, legible_characters
from ingest.loaders.unlocking import needs_password
from ingest.ocr import OcrReader
from rag.errors import EncryptedDocumentError
from rag.settings import IngestSettings

__all__ = ["PdfContents", "read_contents"]

_UNREADABLE: Final = 0.3
_MOST_FAILURES: Final = 50
_MOST_OF: Final = 0.7
_MORE: Final = 1.2
_DEFAULTS: Final = IngestSettings.model_validate({})


@dataclass(slots=True)
class PdfContents:
    """What a PDF holds.

    `texts` holds, by page number, the text of those pages that pypdf reads better, `scans` that of
    those that OCR does; `warnings` says by page number what is odd about a page.
    """

    pages: list[PageLines] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    scans: dict[int, WrittenPage] = field(default_factory=dict)
    warnings: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    outline: list[OutlineEntry] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    attachments: list[str] = field(default_factory=list)


def read_contents(path: Path, source: str, settings: IngestSettings = _DEFAULTS) -> PdfContents:
    """Read a file with pdfium, or with pypdf where pdfium refuses it; within what the settings allow.

    Raises:
        EncryptedDocumentError: it opens with a password only.
        DocumentError: neither can read it.
    """
    import pypdfium2

    fallback = FallbackReader(path, source)
    try:
        with (
            opened(path) as document,
            closing(Letterforms(document, fallback.unmapped_fonts)) as letterforms,
        ):
            return _by_pdfium(document, letterforms, fallback, ScanReader(document, OcrReader(settings)))
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise EncryptedDocumentError(needs_password(source)) from error
        return _by_pypdf(fallback)


def _by_pdfium(
    document: Any, letterforms: Letterforms, fallback: FallbackReader, scans: ScanReader
) -> PdfContents:
    import pypdfium2

    contents = PdfContents(
        outline=outline(document),
        metadata=document.get_metadata_dict(),
        attachments=attachment_names(document),
    )
    failures = 0
    for number in range(1, len(document) + 1):
        try:
            read = read_page(document, number, letterforms, fallback.has_layers)
            failures = 0
        except pypdfium2.PdfiumError:
            failures += 1
            text = fallback.page(number) if failures < _MOST_FAILURES else ""
            if text.strip():
                contents.texts[number] = text
            told = "read with pypdf" if text.strip() else "and with pypdf has no text"
            contents.warnings[number].append(f"cannot be loaded by pdfium, {told}")
            contents.pages.append(_blank(number))
        else:
            contents.warnings[number].extend(read.lines.warnings)
            contents.pages.append(_best(read, contents, fallback, scans))
        if failures > 2 * _MOST_FAILURES:
            break  # a page tree that promises pages which are not there
    return contents


def _best(read: ReadPage, contents: PdfContents, fallback: FallbackReader, scans: ScanReader) -> PageLines:
    """The page as pdfium reads it, emptied where another reads it better and `contents` has its text."""
    page = read.lines
    layer = TextLayer.FALSE
    if not read.is_false:
        layer = judged(page.text.strip(), read.picture_share, read.is_drawn)
    if layer is TextLayer.READABLE:
        if is_right_to_left(page.text) and not page.hidden and not has_clear_order(page):
            _take_logical_order(page, contents, fallback)
        return page
    if not page.hidden and _take_from_pypdf(read, layer, contents, fallback):
        return page
    return _take_from_scan(page, layer, contents, scans)


def _take_logical_order(page: PageLines, contents: PdfContents, fallback: FallbackReader) -> None:
    """Take pypdf's text of a right-to-left page whose picture does not tell its order."""
    other = fallback.page(page.number)
    if len(other.strip()) > _MOST_OF * len(page.text.strip()):
        contents.texts[page.number] = other


def _take_from_pypdf(
    read: ReadPage, layer: TextLayer, contents: PdfContents, fallback: FallbackReader
) -> bool:
    """Take pypdf's text where it is good and tells more; say whether it was."""
    number, legible = read.lines.number, legible_characters(read.lines.text)
    other = fallback.page(number)
    if judged(other, read.picture_share, read.is_drawn) is not TextLayer.READABLE:
        return False
    if fallback.names_glyphs(other) or legible_characters(other) <= _MORE * legible:
        return False
    contents.texts[number] = other
    contents.warnings[number].append(f"{layer}, read with pypdf")
    return True


def _take_from_scan(page: PageLines, layer: TextLayer, contents: PdfContents, scans: ScanReader) -> PageLines:
    """Take what OCR reads where it tells more; a garbled text layer tells little for its length."""
    legible = legible_characters(page.text)
    found, told = scans.read(page.number)
    warnings = contents.warnings[page.number]
    is_wrong = layer in (TextLayer.GARBLED, TextLayer.FALSE)
    least = legible / 2 if is_wrong else _MORE * legible
    if legible_characters(found.text) > least:
        contents.scans[page.number] = found
        warnings.append(f"{layer}, {told}")
        return _emptied(page)
    if unreadable_share(page.text) > _UNREADABLE:
        warnings.append(f"{layer}, {told}" if told else str(layer))
        return _emptied(page)
    if told and (not legible or layer is TextLayer.FALSE):
        warnings.append(f"{layer}, {told}")
    return page


def _by_pypdf(fallback: FallbackReader) -> PdfContents:
    contents = PdfContents()
    for number in range(1, fallback.page_count() + 1):
        contents.pages.append(_blank(number))
        text = fallback.page(number)
        if text.strip():
            contents.texts[number] = text
            contents.warnings[number].append("refused by pdfium, read with pypdf")
        else:
            contents.warnings[number].append(f"{TextLayer.MISSING}, and the page cannot be drawn")
    contents.metadata = fallback.metadata()
    return contents


def _emptied(page: PageLines) -> PageLines:
    return replace(page, text="", boxes=np.empty((0, 4), np.float32), lines=())


def _blank(number: int) -> PageLines:
    return PageLines(number, "", np.empty((0, 4), np.float32), (), 0.0, 0.0)
