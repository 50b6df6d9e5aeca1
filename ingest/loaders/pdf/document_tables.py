"""The tables of a PDF by themselves, as grids of cells: what the benchmark of table structure measures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingest.loaders.pdf.blocks import page_blocks
from ingest.loaders.pdf.contents import read_contents
from ingest.loaders.pdf.furniture import furniture_of
from ingest.loaders.pdf.style import measured_style
from ingest.loaders.pdf.tables import name_rows, page_tables
from rag.text.tables import Placed

__all__ = ["document_tables"]


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
