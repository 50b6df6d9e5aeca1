"""What is told about the pages of a PDF: each page for itself, and all of them in few lines."""

from __future__ import annotations

from collections import defaultdict

from ingest.loaders.builder import hidden_told
from ingest.loaders.page_report import page_ranges
from ingest.loaders.pdf.contents import PdfContents
from ingest.loaders.pdf.lines import PageLines

__all__ = ["document_warnings", "page_warnings"]


def page_warnings(contents: PdfContents, page: PageLines) -> tuple[str, ...]:
    """What is odd about one page."""
    hidden = (hidden_told(page.hidden),) if page.hidden else ()
    return (*contents.warnings.get(page.number, ()), *hidden)


def document_warnings(contents: PdfContents) -> list[str]:
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
