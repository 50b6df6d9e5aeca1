"""The PDF loader: reads all pages, measures the document, then writes page by page."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from ingest.loaders.document_builder import DocumentBuilder, hidden_told, is_telling, readable_title
from ingest.loaders.page_report import page_ranges
from ingest.loaders.pdf.elements import PageBlock
from ingest.loaders.pdf.fallback import is_right_to_left, placed_boxes, plain_page
from ingest.loaders.pdf.furniture import furniture_of
from ingest.loaders.pdf.glyphs import HYPHEN
from ingest.loaders.pdf.lines import PageLines
from ingest.loaders.pdf.page_blocks import page_blocks
from ingest.loaders.pdf.page_reading import plausible_title, readable_date
from ingest.loaders.pdf.page_writing import Vocabulary, WrittenPage, block_text, vocabulary, written_page
from ingest.loaders.pdf.pdf_contents import PdfContents, read_contents
from ingest.loaders.pdf.right_to_left import has_clear_order, right_to_left_page
from ingest.loaders.pdf.scans import with_scan_furniture
from ingest.loaders.pdf.style import DocumentStyle, HeadingStyle, heading_style, measured_style, ranked
from ingest.loaders.pdf.tables import name_rows, page_tables
from rag.errors import EmptyDocumentError
from rag.geometry import PageGeometry
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings
from rag.text.tables import Placed

__all__ = ["PdfLoader", "document_tables"]

_LONGEST_SUBJECT: Final = 90
_PROSE: Final = 200
_LOWEST_TITLE: Final = 3
_NO_HEADINGS: Final = (BlockKind.TABLE_ROW, BlockKind.HEADER, BlockKind.FOOTER)


class PdfLoader:
    """Reads PDF: the text of each page with the boxes of its characters."""

    media_types: tuple[str, ...] = ("application/pdf",)
    version: int = 7
    """Raised when the same file gives other text, blocks or boxes than before, so that it is read again."""

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a PDF whole.

        Raises:
            EncryptedDocumentError: it opens with a password only.
            EmptyDocumentError: no page has text that can be read.
            DocumentError: neither pdfium nor pypdf can read it.
        """
        contents = read_contents(path, source, settings)
        builder = DocumentBuilder(source, sha256, self.media_types[0])
        _describe(contents, builder)
        written = list(_written(contents))
        if not any(page.text.strip() for page in written):
            raise EmptyDocumentError(_why_empty(contents, source))
        builder.title = _title(contents, written[0], source)
        for page, text in zip(contents.pages, written, strict=True):
            _add(builder, page, text, _page_warnings(contents, page), breaks=page is not contents.pages[-1])
        return builder.build()


def document_tables(path: Path) -> Iterator[list[list[Placed]]]:
    """The tables of a document page by page, each as rows of cells in their columns.

    Raises:
        EncryptedDocumentError: it opens with a password only.
        DocumentError: the file cannot be read.
    """
    contents = read_contents(path, path.name)
    style = measured_style(contents.pages, contents.outline)
    furniture = furniture_of(contents.pages)
    for page in contents.pages:
        blocks = page_blocks(page, furniture[page.number], style)
        name_rows(page, blocks, style)
        yield from (table.grid() for table in page_tables(page, blocks, style))


def _written(contents: PdfContents) -> Iterator[WrittenPage]:
    """The pages as text, in order."""
    pages = contents.pages
    known = _vocabulary(contents)
    style = measured_style(pages, contents.outline)
    furniture = furniture_of(pages)
    blocks = {page.number: page_blocks(page, furniture[page.number], style) for page in pages}
    scans = with_scan_furniture(contents.scans, {page.number: page.height for page in pages})
    table = None
    for page in pages:
        table = name_rows(page, blocks[page.number], style, table)
    style = ranked(style, _heading_styles(pages, blocks, style))
    for page in pages:
        if page.number in scans:
            yield scans[page.number]
        elif page.number in contents.texts:
            yield _plain(contents.texts[page.number], page, known)
        elif is_right_to_left(page.text) and has_clear_order(page):
            yield right_to_left_page(page)
        else:
            levels = [_level(page, block, style) for block in blocks[page.number]]
            yield written_page(page, blocks[page.number], levels, known)


def _plain(text: str, page: PageLines, known: Vocabulary) -> WrittenPage:
    """A page as pypdf reads it; where that is but another order of what pdfium reads, with its boxes."""
    written = plain_page(text, known)
    if not is_right_to_left(written.text):
        return written
    return replace(written, boxes=placed_boxes(written.text, page))


def _vocabulary(contents: PdfContents) -> Vocabulary:
    """The document's words, if any are broken at the ends of lines."""
    texts = [*(page.text for page in contents.pages), *contents.texts.values()]
    return vocabulary(texts) if any(HYPHEN in text or "-\n" in text for text in texts) else frozenset()


def _heading_styles(
    pages: Sequence[PageLines], blocks: Mapping[int, Sequence[PageBlock]], style: DocumentStyle
) -> Iterator[HeadingStyle]:
    for page in pages:
        for block in blocks[page.number]:
            if block.kind not in _NO_HEADINGS:
                found = heading_style(block_text(page, block), block.lines, style)
                if found:
                    yield found


def _level(page: PageLines, block: PageBlock, style: DocumentStyle) -> int:
    if block.kind in _NO_HEADINGS:
        return 0
    return style.heading_level(page.number, block_text(page, block), block.lines)


def _add(
    builder: DocumentBuilder, page: PageLines, written: WrittenPage, warnings: tuple[str, ...], breaks: bool
) -> None:
    """Add a page; `breaks` says that another follows, so that it ends with a page break."""
    builder.verbatim(written.text, list(written.blocks))
    geometry = None
    if np.isfinite(written.boxes).any():
        end = np.full((1 if breaks else 0, 4), np.nan, np.float32)
        geometry = PageGeometry(np.concatenate([written.boxes, end])).to_bytes()
    builder.page_details(page.label, page.width or None, page.height or None, geometry, warnings)
    if breaks:
        builder.page_break()


def _describe(contents: PdfContents, builder: DocumentBuilder) -> None:
    metadata = contents.metadata
    builder.describe("author", plausible_title(metadata.get("Author", "")))
    builder.describe("subject", plausible_title(metadata.get("Subject", "")))
    builder.describe("keywords", metadata.get("Keywords"))
    builder.describe("date", readable_date(metadata.get("ModDate") or metadata.get("CreationDate") or ""))
    if contents.attachments:
        names = ", ".join(contents.attachments)
        builder.describe("attachments", names)
        builder.warnings.append(f"attachments are not read: {names}")
    builder.warnings.extend(_document_warnings(contents))


def _title(contents: PdfContents, first_page: WrittenPage, source: str) -> str:
    """The title by metadata, first page or file name, and the subject where it is short and adds to it."""
    title = plausible_title(contents.metadata.get("Title", "")) or _first_page_title(first_page)
    title = title or readable_title(source)
    subject = plausible_title(contents.metadata.get("Subject", ""))
    told = set(title.casefold().split())
    if 0 < len(subject) <= _LONGEST_SUBJECT and not told & set(subject.casefold().split()):
        return f"{title}: {subject}"
    return title


def _first_page_title(page: WrittenPage) -> str:
    """The highest heading before the first prose, but for words that open many documents."""
    opening = itertools.takewhile(lambda block: block.end - block.start < _PROSE, page.blocks)
    headings = sorted((block for block in opening if block.level), key=lambda block: block.level)
    titles = (page.text[block.start : block.end] for block in headings if block.level <= _LOWEST_TITLE)
    return next((title for title in titles if is_telling(title)), "")


def _why_empty(contents: PdfContents, source: str) -> str:
    count = len(contents.pages)
    where = "its page" if count == 1 else f"any of its {count} pages"
    return f"{source} has no text to index on {where}: {'; '.join(_document_warnings(contents)) or 'blank'}"


def _page_warnings(contents: PdfContents, page: PageLines) -> tuple[str, ...]:
    """What is odd about one page."""
    hidden = (hidden_told(page.hidden),) if page.hidden else ()
    return (*contents.warnings.get(page.number, ()), *hidden)


def _document_warnings(contents: PdfContents) -> list[str]:
    """One line for each kind of oddity: `pages 4, 9-12: no text, OCR used`."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, warnings in sorted(contents.warnings.items()):
        for warning in warnings:
            numbers[warning].append(number)
    told = [f"{_pages(found)}: {warning}" for warning, found in numbers.items()]
    hidden = [page for page in contents.pages if page.hidden]
    if hidden:
        pages = _pages([page.number for page in hidden])
        told.append(f"{pages}: {hidden_told(sum(page.hidden for page in hidden))}")
    return told


def _pages(numbers: list[int]) -> str:
    return f"{'page' if len(numbers) == 1 else 'pages'} {page_ranges(numbers)}"
