# requirements: pypdf[crypto,fonts] pdfplumber docling-parse
"""The text of PDFs a page at a time: what each reader offers for text alone, and what this program reads.

`docling-parse` is the reader under Docling, without the layout and table models that Docling fetches from a
hub when it is first used.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path


def with_pypdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader

    for page in PdfReader(path).pages:
        yield page.extract_text() or ""


def with_pdfplumber(path: Path) -> Iterator[str]:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            yield page.extract_text() or ""
            page.close()


def with_docling(path: Path) -> Iterator[str]:
    from docling_core.types.doc.page import TextCellUnit
    from docling_parse.pdf_parser import DoclingPdfParser

    document = DoclingPdfParser(loglevel="fatal").load(path_or_stream=str(path))
    for _, page in document.iterate_pages():
        yield "\n".join(cell.text for cell in page.iterate_cells(unit_type=TextCellUnit.LINE))
    document.unload()


def with_citewell(path: Path) -> Iterator[str]:
    from ingest.loaders import load_document
    from rag.settings import Settings

    document = load_document(path, Settings.model_validate({"ingest": {"ocr": "off"}}).ingest)
    for page in document.pages:
        yield document.text[page.start : page.end]


READERS = {
    "Citewell": with_citewell,
    "pypdf": with_pypdf,
    "pdfplumber": with_pdfplumber,
    "docling-parse": with_docling,
}


def main(reader: str, files: list[Path]) -> None:
    read = READERS[reader]
    list(read(files[0]))  # what is imported and cached once is not counted
    started = time.process_time()
    texts = [text for path in files for text in read(path)]
    seconds = time.process_time() - started
    print(json.dumps({"pages": len(texts), "characters": sum(map(len, texts)), "cpu_seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1], [Path(name) for name in sys.argv[2:]])
