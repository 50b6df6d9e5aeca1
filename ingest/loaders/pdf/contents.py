"""Reads all of a PDF before any text is written, page by page with the extractor that reads it best."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ingest.loaders.pdf.fallback import FallbackReader, is_right_to_left, needs_password
from ingest.loaders.pdf.glyphs import unreadable_share
from ingest.loaders.pdf.lines import PageLines
from ingest.loaders.pdf.reading import NO_TEXT, attachment_names, opened, outline, read_page
from ingest.loaders.pdf.style import OutlineEntry
from rag.errors import EncryptedDocumentError

__all__ = ["PdfContents", "read_contents"]

_UNREADABLE: Final = "text layer that cannot be read (its fonts do not say which letters they show)"
_GARBLED: Final = 0.3
_SHORTEST_TEXT: Final = 3
_MOST_FAILURES: Final = 50


@dataclass(slots=True)
class PdfContents:
    """What a PDF holds.

    `texts` holds, by page number, the text of those pages that pypdf reads better; `warnings` says
    by page number what is wrong with a page.
    """

    pages: list[PageLines] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    warnings: dict[int, str] = field(default_factory=dict)
    outline: list[OutlineEntry] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    attachments: list[str] = field(default_factory=list)


def read_contents(path: Path, source: str) -> PdfContents:
    """Read a file with pdfium, or with pypdf where pdfium refuses it.

    Raises:
        EncryptedDocumentError: it opens with a password only.
        DocumentError: neither can read it.
    """
    import pypdfium2

    fallback = FallbackReader(path, source)
    try:
        with opened(path) as document:
            return _by_pdfium(document, fallback)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise EncryptedDocumentError(needs_password(source)) from error
        return _by_pypdf(fallback)


def _by_pdfium(document: Any, fallback: FallbackReader) -> PdfContents:
    import pypdfium2

    contents = PdfContents(
        outline=outline(document),
        metadata=document.get_metadata_dict(),
        attachments=attachment_names(document),
    )
    failures = 0
    for number in range(1, len(document) + 1):
        try:
            page = read_page(document, number)
            failures = 0
        except pypdfium2.PdfiumError:
            page = _blank(number)
            failures += 1
            contents.warnings[number] = "cannot be loaded"
            text = fallback.page(number) if failures < _MOST_FAILURES else ""
            if text.strip():
                contents.texts[number] = text
        contents.pages.append(_checked(page, contents, fallback))
        if failures > 2 * _MOST_FAILURES:
            break  # a page tree that promises pages which are not there
    return contents


def _checked(page: PageLines, contents: PdfContents, fallback: FallbackReader) -> PageLines:
    """The page, or an empty one where nobody can read it; pypdf's text is noted where it is better."""
    number, text = page.number, page.text.strip()
    if page.warnings:
        contents.warnings[number] = "; ".join(page.warnings)
    if is_right_to_left(text):
        other = fallback.page(number)
        if len(other.strip()) > 0.7 * len(text):
            contents.texts[number] = other
        return page
    if len(text) < _SHORTEST_TEXT or unreadable_share(text) <= _GARBLED:
        return page
    better = fallback.better(number, text)
    if better is not None and unreadable_share(better) <= _GARBLED:
        contents.texts[number] = better
        return page
    contents.warnings[number] = _UNREADABLE
    return replace(_blank(number), width=page.width, height=page.height, label=page.label)


def _by_pypdf(fallback: FallbackReader) -> PdfContents:
    contents = PdfContents()
    for number in range(1, fallback.page_count() + 1):
        contents.pages.append(_blank(number))
        text = fallback.page(number)
        if text.strip():
            contents.texts[number] = text
        else:
            contents.warnings[number] = NO_TEXT
    contents.metadata = fallback.metadata()
    return contents


def _blank(number: int) -> PageLines:
    return PageLines(number, "", np.empty((0, 4), np.float32), (), 0.0, 0.0)
