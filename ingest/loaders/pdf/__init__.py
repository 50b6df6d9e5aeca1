"""PDF: text, boxes and structure by pdfium, with pypdf for what pdfium does not read well.

The way of a page: its characters (`characters`) become readable ones (`glyphs`), lines (`lines`) and
blocks (`page_blocks`, after `furniture`), and are written as text with boxes (`page_writing`).
What needs the whole document comes between: body size and heading ranks (`style`), running headers
(`furniture`), and the words that decide about hyphens.

pdfium is not thread-safe: one thread of a process at a time.
"""

from __future__ import annotations

from ingest.loader_protocol import Loader
from ingest.loaders.pdf.loader import PdfLoader

__all__ = ["LOADER", "PdfLoader"]

LOADER: Loader = PdfLoader()
